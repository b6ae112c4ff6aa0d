package main

import (
	"net"
	"net/netip"
	"sync"

	"github.com/cloudseed/cloudseed/realm"
)

// A fairListener closes new connections of an address that has its share of them, so that no one
// address keeps everybody else out. This computer and the proxies have no share: others are behind them.
type fairListener struct {
	net.Listener
	share   int // 0 is no limit
	proxies []netip.Prefix

	mu   sync.Mutex
	open map[netip.Prefix]int
}

func (l *fairListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := l.counted(conn.RemoteAddr())
		if !from.IsValid() {
			return conn, nil
		}
		if l.enter(from) {
			return &fairConn{Conn: conn, leave: sync.OnceFunc(func() { l.leave(from) })}, nil
		}
		conn.Close()
	}
}

// counted is invalid where nothing is counted.
func (l *fairListener) counted(remote net.Addr) netip.Prefix {
	tcp, ok := remote.(*net.TCPAddr)
	if !ok || l.share == 0 || realm.Within(tcp.AddrPort().Addr(), l.proxies) {
		return netip.Prefix{}
	}
	return realm.Network(tcp.AddrPort().Addr())
}

func (l *fairListener) enter(from netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[from] >= l.share {
		return false
	}
	if l.open == nil {
		l.open = make(map[netip.Prefix]int)
	}
	l.open[from]++
	return true
}

func (l *fairListener) leave(from netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[from]--; l.open[from] == 0 {
		delete(l.open, from)
	}
}

type fairConn struct {
	net.Conn
	leave func()
}

func (c *fairConn) Close() error {
	c.leave()
	return c.Conn.Close()
}
