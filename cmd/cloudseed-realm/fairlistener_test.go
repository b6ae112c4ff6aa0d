package main

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

// A queue is a listener that hands out connections of given addresses.
type queue struct {
	net.Listener
	from []string
}

var errEmpty = errors.New("nobody else connects")

type remoteConn struct {
	net.Conn
	remote net.Addr
}

func (c remoteConn) RemoteAddr() net.Addr { return c.remote }
func (c remoteConn) Close() error         { return nil }

func (q *queue) Accept() (net.Conn, error) {
	if len(q.from) == 0 {
		return nil, errEmpty
	}
	next := netip.MustParseAddrPort(q.from[0])
	q.from = q.from[1:]
	return remoteConn{remote: net.TCPAddrFromAddrPort(next)}, nil
}

// One address, or one network of IPv6, gets its share of connections and no more; others still get in,
// and what is closed is free again.
func TestFairListener(t *testing.T) {
	hostile := []string{"[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8::3]:1", "192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3"}
	others := []string{"[2001:db8:0:1::1]:1", "192.0.2.2:1", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:3"}
	q := &queue{from: append(hostile, others...)}
	l := &fairListener{Listener: q, share: 2, proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}}
	let := map[string]net.Conn{}
	accept := func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			let[conn.RemoteAddr().String()] = conn
		}
	}
	accept()
	if len(let) != 4+len(others) {
		t.Errorf("%d are let in: %v", len(let), let)
	}
	for _, address := range others {
		if let[address] == nil {
			t.Errorf("%s is kept out", address)
		}
	}
	first := let["192.0.2.1:1"]
	first.Close()
	first.Close() // counts once
	q.from = []string{"192.0.2.1:4", "192.0.2.1:5"}
	accept()
	if let["192.0.2.1:4"] == nil || let["192.0.2.1:5"] != nil {
		t.Error("what was closed is not free again, or is twice")
	}
}
