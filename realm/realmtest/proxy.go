package realmtest

import (
	"bytes"
	"net"
	"sync"
	"testing"
)

// A Proxy stands between a realm and its database, and can lose what the database says.
type Proxy struct {
	Addr string // host and port, for as long as the test runs

	mu    sync.Mutex
	to    string
	conns map[net.Conn]bool
	lose  []byte
	half  bool
	lost  int
}

// NewProxy starts a proxy to an address.
func NewProxy(t testing.TB, to string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: listener.Addr().String(), to: to, conns: make(map[net.Conn]bool)}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	t.Cleanup(func() { listener.Close(); p.Cut() })
	return p
}

// To makes new connections go to another address.
func (p *Proxy) To(addr string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = addr
}

// Cut closes all connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		conn.Close()
	}
}

// Lose waits for the next answer that contains text, and cuts its connection instead of
// passing it on; with half, it passes on what comes before and the text itself.
func (p *Proxy) Lose(text string, half bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose, p.half = []byte(text), half
}

// Lost counts the answers that were lost.
func (p *Proxy) Lost() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost
}

func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	p.mu.Lock()
	to := p.to
	p.mu.Unlock()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	p.mu.Lock()
	p.conns[client], p.conns[server] = true, true
	p.mu.Unlock()
	go p.pass(server, client, func(b []byte) (int, bool) { return len(b), true })
	p.pass(client, server, p.answer)
	p.mu.Lock()
	delete(p.conns, client)
	delete(p.conns, server)
	p.mu.Unlock()
}

// pass copies until either side ends or filter says so, and then closes both.
func (p *Proxy) pass(to, from net.Conn, filter func([]byte) (int, bool)) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		n, more := filter(buffer[:n])
		if _, failed := to.Write(buffer[:n]); failed != nil || err != nil || !more {
			return
		}
	}
}

// answer says how much of b to pass on, and whether the connection lives.
func (p *Proxy) answer(b []byte) (n int, more bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := -1
	if p.lose != nil {
		at = bytes.Index(b, p.lose)
	}
	if at < 0 {
		return len(b), true
	}
	if n = 0; p.half {
		n = at + len(p.lose)
	}
	p.lose = nil
	p.lost++
	return n, false
}
