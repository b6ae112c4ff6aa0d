package signin

import (
	"context"
	"crypto/subtle"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// A callback is the port of this computer to which the provider sends the browser back
// (RFC 8252 §7.3). It takes one answer, which is known by its state; whatever else a
// browser or a curious web page asks of it is refused and changes nothing.
type callback struct {
	address string // what the provider is told
	state   string
	host    string // of address, with the port
	server  *http.Server
	taken   atomic.Bool
	answers chan url.Values // gets one
	verdict chan verdict    // gets one
}

// A verdict is the page that the browser shows at the end.
type verdict struct {
	status      int
	title, text string
}

func listen(p *provider) (*callback, error) {
	listener, err := listenOn(p.ports)
	if err != nil {
		return nil, err
	}
	host := fmt.Sprintf("%s:%d", p.local, listener.Addr().(*net.TCPAddr).Port)
	c := &callback{
		address: "http://" + host + "/", host: host, state: newState(),
		answers: make(chan url.Values, 1), verdict: make(chan verdict, 1),
	}
	c.server = &http.Server{
		Handler: c, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // it could quote the code
	}
	c.server.SetKeepAlivesEnabled(false)
	go c.server.Serve(listener)
	return c, nil
}

// listenOn opens the first of ports that is free on 127.0.0.1, or any port.
func listenOn(ports []int) (net.Listener, error) {
	if len(ports) == 0 {
		ports = []int{0}
	}
	var err error
	for _, port := range ports {
		var listener net.Listener
		if listener, err = net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return listener, nil
		}
	}
	return nil, store.Errorf("sign in", "", store.ErrBusy, "no port for the answer is free: %w", err)
}

func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	c.answer(r).write(w)
}

// answer takes the provider's answer, and waits for what becomes of it, so that the page
// says what is true.
func (c *callback) answer(r *http.Request) verdict {
	query := r.URL.Query()
	if r.Method != http.MethodGet || r.Host != c.host || r.URL.Path != "/" ||
		subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(c.state)) != 1 {
		return verdict{http.StatusNotFound, "Nothing here", "This address is only for signing in."}
	}
	if !c.taken.CompareAndSwap(false, true) {
		return verdict{http.StatusGone, "Already used", "This sign-in is over. You can close this window."}
	}
	c.answers <- query
	select {
	case v := <-c.verdict:
		return v
	case <-r.Context().Done():
		return verdict{http.StatusGone, "Nothing here", "You can close this window."}
	}
}

func (v verdict) write(w http.ResponseWriter) {
	w.WriteHeader(v.status)
	fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>%s</title>\n<h1>%s</h1>\n<p>%s</p>\n</html>\n", v.title, v.title, v.text)
}

// show ends the wait of the browser that brought the answer.
func (c *callback) show(v verdict) { c.verdict <- v }

// close lets that browser read its page, for two seconds, and closes the port.
func (c *callback) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	c.server.Shutdown(ctx)
	c.server.Close()
}
