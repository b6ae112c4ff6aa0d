package fakecloud

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
)

// tunnels hands the connections that CONNECT opened to the inner server.
type tunnels struct {
	once  sync.Once
	conns chan net.Conn
	done  chan struct{}
	addr  net.Addr
}

// A tunnel is one such connection and the host that it was opened for.
type tunnel struct {
	*tls.Conn
	host string
}

type hostKey struct{}

func (t *tunnels) Accept() (net.Conn, error) {
	select {
	case conn := <-t.conns:
		return conn, nil
	case <-t.done:
		return nil, net.ErrClosed
	}
}

func (t *tunnels) Close() error   { t.once.Do(func() { close(t.done) }); return nil }
func (t *tunnels) Addr() net.Addr { return t.addr }

// serve starts the proxy and the server behind it.
func (c *Cloud) serve() {
	c.tunnels.conns, c.tunnels.done, c.tunnels.addr = make(chan net.Conn), make(chan struct{}), c.listener.Addr()
	quiet := log.New(io.Discard, "", 0)
	c.proxy = &http.Server{Handler: http.HandlerFunc(c.connect), ErrorLog: quiet}
	c.inside = &http.Server{
		Handler: http.HandlerFunc(c.answer), ErrorLog: quiet,
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, hostKey{}, conn.(*tunnel).host)
		},
	}
	go c.proxy.Serve(c.listener)
	go c.inside.Serve(&c.tunnels)
}

// connect answers CONNECT. All else, and hosts that are not here, is refused: a test must
// not reach the network by mistake.
func (c *Cloud) connect(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if _, known := c.route(host, "/"); r.Method != http.MethodConnect || err != nil || !known {
		c.mu.Lock()
		c.refused = append(c.refused, r.Method+" "+r.Host)
		c.mu.Unlock()
		http.Error(w, "fakecloud: there is no "+r.Host+" here", http.StatusForbidden)
		return
	}
	leaf, err := c.ca.leaf(host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	fmt.Fprint(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
	secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*leaf}, NextProtos: []string{"http/1.1"}})
	select {
	case c.tunnels.conns <- &tunnel{secure, host}:
	case <-c.tunnels.done:
		conn.Close()
	}
}

// answer gives a request to its handler, or to a fault.
func (c *Cloud) answer(w http.ResponseWriter, r *http.Request) {
	if host, _ := r.Context().Value(hostKey{}).(string); r.Host != host {
		http.Error(w, "fakecloud: the request is for "+r.Host+", the connection for "+host, http.StatusMisdirectedRequest)
		return
	}
	handler, _ := c.route(r.Host, r.URL.Path)
	if handler == nil {
		handler = http.NotFoundHandler()
	}
	w.Header().Set("Date", c.Now().UTC().Format(http.TimeFormat))
	fault := c.nextFault(r)
	c.record(w, r, fault.spoils(), func(w http.ResponseWriter, r *http.Request) { fault.serve(w, r, handler) })
}

// Refused lists what was asked of the proxy and not answered, such as "CONNECT
// example.com:443": hosts that nobody gave to Handle.
func (c *Cloud) Refused() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.refused)
}
