package realm

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// address is whom a request comes from, for limits: an IPv4 address, the /64 network of an
// IPv6 address, or the invalid prefix where nothing is to be limited.
func address(q *http.Request, proxies []netip.Prefix) netip.Prefix {
	remote, err := netip.ParseAddrPort(q.RemoteAddr)
	if err != nil {
		return netip.Prefix{} // no socket: a call within the process
	}
	from := remote.Addr().Unmap()
	if Within(from, proxies) {
		if hop, ok := lastHop(q.Header.Values("X-Forwarded-For")); ok {
			from = hop
		}
	}
	return Network(from)
}

// Network is what counts as one address: an IPv4 address, or the /64 network of an IPv6 address. It is
// invalid for addresses of this computer, which are never limited.
func Network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	if a.IsLoopback() {
		return netip.Prefix{}
	}
	bits := 64
	if a.Is4() {
		bits = 32
	}
	network, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return network
}

// lastHop is the address that the nearest proxy saw. Everything before it is what a client
// may have made up.
func lastHop(headers []string) (netip.Addr, bool) {
	if len(headers) == 0 {
		return netip.Addr{}, false
	}
	hops := strings.Split(headers[len(headers)-1], ",")
	text := strings.TrimSpace(hops[len(hops)-1])
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap(), true
	}
	hop, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return hop.Unmap(), err == nil
}

// Within tells whether an address is in one of the networks.
func Within(a netip.Addr, networks []netip.Prefix) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(networks, func(network netip.Prefix) bool { return network.Contains(a) })
}
