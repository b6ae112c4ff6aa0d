package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
)

// While the realm stops it is not ready, then takes no new connection; what is under way is
// answered; and all that takes no longer than it may.
func TestStopping(t *testing.T) {
	handler, err := realm.New(realm.Config{ID: juicebox.RealmID{1}, Store: &realm.Memory{}})
	if err != nil {
		t.Fatal(err)
	}
	entered, leave := make(chan bool), make(chan bool)
	mux := http.NewServeMux()
	mux.Handle("/", handler)
	mux.HandleFunc("/slow", func(http.ResponseWriter, *http.Request) { entered <- true; <-leave })
	s := &server{checked: &checked{serveOptions: &serveOptions{drain: time.Second, maxConnections: 100}},
		log: slog.New(slog.DiscardHandler), realm: handler}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	ctx, stop := context.WithCancel(t.Context())
	done, slow := make(chan error, 1), make(chan error, 1)
	go func() { done <- s.serveUntil(ctx, newServer(mux, s.log), listener) }()
	go func() {
		answer, err := client.Get(url + "/slow")
		if err == nil && answer.StatusCode != 200 {
			err = errors.New(answer.Status)
		}
		slow <- err
	}()
	<-entered
	status := func() int {
		answer, err := client.Get(url + "/readyz")
		if err != nil {
			return 0
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	if got := status(); got != 200 {
		t.Errorf("before: %d", got)
	}
	stop()
	time.Sleep(100 * time.Millisecond)
	if got := status(); got != 503 {
		t.Errorf("draining: %d, want 503", got)
	}
	time.Sleep(1300 * time.Millisecond)
	if got := status(); got != 0 {
		t.Errorf("after the drain a new connection got %d", got)
	}
	select {
	case err := <-done:
		t.Fatalf("stopped while a request was under way: %v", err)
	default:
	}
	close(leave)
	if err := errors.Join(<-slow, <-done); err != nil {
		t.Error(err)
	}
}
