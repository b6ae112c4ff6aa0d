package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"

	"github.com/cloudseed/cloudseed/realm"
	"golang.org/x/net/netutil"
)

// newServer limits how long a client may take: messages are of two kilobytes at most. A
// client that sends a byte now and then is cut off, however busy it looks.
func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           recovering(log, handler),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    8 << 10, // net/http allows 4 KiB more; a token has 2
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: 32},
		ErrorLog:          stdlog.New(io.Discard, "", 0), // failed handshakes, with the client's address
	}
}

// newServer is the server for clients.
func (s *server) newServer() *http.Server {
	var handler http.Handler = s.realm
	if !s.tls() && !s.address.IP.IsLoopback() {
		handler = onlyProxies(s.proxies, handler)
	}
	server := newServer(handler, s.log)
	server.TLSConfig = s.identity.config(s.tlsMin)
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			s.counts.Connections(1)
		case http.StateClosed, http.StateHijacked:
			s.counts.Connections(-1)
		}
	}
	return server
}

// onlyProxies refuses whoever goes around the proxies that end TLS.
func onlyProxies(proxies []netip.Prefix, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		remote, err := netip.ParseAddrPort(q.RemoteAddr)
		if err != nil || !remote.Addr().Unmap().IsLoopback() && !realm.Within(remote.Addr(), proxies) {
			http.Error(w, "this address is for the realm's proxy", http.StatusForbidden)
			return
		}
		handler.ServeHTTP(w, q)
	})
}

// stopTime is how long requests in progress may take when no new ones are taken.
const stopTime = 10 * time.Second

// serveUntil serves until ctx ends and the requests then in progress are answered.
func (s *server) serveUntil(ctx context.Context, server *http.Server, listener net.Listener) error {
	listener = &fairListener{Listener: netutil.LimitListener(listener, s.maxConnections), share: s.perAddress, proxies: s.proxies}
	failed := make(chan error, 1)
	go func() {
		if s.tls() {
			failed <- server.ServeTLS(listener, "", "")
		} else {
			failed <- server.Serve(listener)
		}
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.log.Info("stopping", "drain", s.drain.String())
	s.realm.Stopping()
	server.SetKeepAlivesEnabled(false) // clients go to another process after their next answer
	time.Sleep(s.drain)
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

// recovering turns a panic into an answer and a line in the log, which has the way to it but
// nothing of the request.
func recovering(log *slog.Logger, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				log.Error("panic", "type", fmt.Sprintf("%T", cause), "stack", string(debug.Stack()))
				http.Error(w, "internal error", http.StatusInternalServerError)
			}
		}()
		handler.ServeHTTP(w, q)
	})
}
