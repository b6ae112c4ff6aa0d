// Package fakecloud is the internet as a test sees it: the real addresses of cloud
// providers, answered on loopback by fakes that keep the providers' contracts.
//
// A [Cloud] is a proxy for HTTPS. It answers CONNECT for the hosts that were given to
// [Cloud.Handle] with certificates of a throw-away authority, and refuses all others; it
// never dials out. So the code under test, and programs of other people such as rclone, use
// the production addresses as they are, and no setting for another address is shipped:
//
//	cloud := fakecloud.Start(t)
//	cloud.Handle("api.example.com/", handler)                       // by host and path prefix
//	place, err := provider.Open(ctx, provider.Config{HTTP: cloud.Client()})
//	cloud.Fail(fakecloud.Fault{Method: "POST", Path: "/upload", Status: 503}) // the next one
//	cloud.Fail(fakecloud.Fault{Path: "/files", Lost: true, Times: 3})
//	cloud.Skip(time.Hour)                                           // tokens expire
//
// The fakes themselves are packages below this one. A fake is a handler that asks
// [Cloud.Now] for the time, answers as the provider does, and refuses what the provider
// refuses; what can go wrong on any network is done here, by a [Fault]. Every request and
// answer is kept for [Cloud.Exchanges].
package fakecloud

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A Cloud is a set of hosts behind one proxy on loopback. Its methods may be called at the
// same time from many goroutines.
type Cloud struct {
	ca       *authority
	listener net.Listener
	proxy    *http.Server // answers CONNECT
	inside   *http.Server // answers what comes through the tunnels
	tunnels  tunnels

	mu        sync.Mutex
	routes    []route
	faults    []*Fault
	exchanges []Exchange
	watch     func(Exchange)
	underWay  atomic.Int64 // exchanges
	refused   []string
	ahead     time.Duration // of the real clock
}

type route struct {
	host, path string
	handler    http.Handler
}

// T is the part of testing.TB that Start needs; this package does not link testing, as a
// command serves it too.
type T interface {
	Helper()
	Fatal(args ...any)
	Cleanup(func())
}

// Start returns a Cloud without hosts that ends with the test.
func Start(t T) *Cloud {
	t.Helper()
	c, err := New("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// New returns a Cloud without hosts whose proxy listens at addr, an address of this
// computer. Close ends it.
func New(addr string) (*Cloud, error) {
	ca, err := newAuthority()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &Cloud{ca: ca, listener: listener}
	c.serve()
	return c, nil
}

// Close ends the proxy and all connections through it.
func (c *Cloud) Close() {
	c.tunnels.Close()
	c.proxy.Close()
	c.inside.Close()
}

// Handle lets handler answer for a host and all paths that begin with pattern's path:
// "graph.microsoft.com/v1.0/". The longest matching pattern counts. The handler sees the
// request as the provider would: r.Host, r.URL without scheme and host, HTTP/1.1 over TLS.
func (c *Cloud) Handle(pattern string, handler http.Handler) {
	host, path, _ := strings.Cut(pattern, "/")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.routes = append(c.routes, route{host, "/" + path, handler})
}

// Proxy is the address of the proxy, for HTTPS_PROXY and --proxy-server.
func (c *Cloud) Proxy() string { return "http://" + c.listener.Addr().String() }

// CA is the certificate of the authority, as PEM, for --ca-cert and SSL_CERT_FILE.
func (c *Cloud) CA() []byte { return c.ca.pem }

// ChromiumFlags are what Chromium has to be started with, name and value, to see this
// internet. It needs a --user-data-dir too, and speaks to loopback without the proxy.
func (c *Cloud) ChromiumFlags() map[string]string {
	return map[string]string{
		"proxy-server":                        c.Proxy(),
		"ignore-certificate-errors-spki-list": c.ca.spki,
	}
}

// Transport returns a new transport that reaches the hosts of this Cloud, and loopback
// without the proxy.
func (c *Cloud) Transport() *http.Transport {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(c.ca.pem)
	proxy := &url.URL{Scheme: "http", Host: c.listener.Addr().String()}
	return &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			if ip := net.ParseIP(r.URL.Hostname()); ip != nil && ip.IsLoopback() || r.URL.Hostname() == "localhost" {
				return nil, nil
			}
			return proxy, nil
		},
		TLSClientConfig:     &tls.Config{RootCAs: roots},
		MaxIdleConnsPerHost: 4,
	}
}

// Client returns a new client with a new [Cloud.Transport].
func (c *Cloud) Client() *http.Client { return &http.Client{Transport: c.Transport()} }

// Now is the time by the clocks of the providers.
func (c *Cloud) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// Skip sets the clocks of the providers ahead, or back when d is negative. The clock of
// this computer stays, so afterwards the two differ.
func (c *Cloud) Skip(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// route returns the handler for a request, and whether the host is known at all.
func (c *Cloud) route(host, path string) (handler http.Handler, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	longest := -1
	for _, r := range c.routes {
		if r.host != host {
			continue
		}
		known = true
		if len(r.path) > longest && strings.HasPrefix(path, r.path) {
			handler, longest = r.handler, len(r.path)
		}
	}
	return handler, known
}
