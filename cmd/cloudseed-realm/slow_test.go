package main

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
)

// impatient is the server of serve with its times divided by fifty.
func impatient(t *testing.T) net.Addr {
	t.Helper()
	handler, err := realm.New(realm.Config{ID: juicebox.RealmID{1}, Store: &realm.Memory{}})
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(handler, slog.New(slog.DiscardHandler))
	for _, limit := range []*time.Duration{&server.ReadHeaderTimeout, &server.ReadTimeout, &server.WriteTimeout, &server.IdleTimeout} {
		if *limit == 0 {
			t.Fatal("a time is not limited")
		}
		*limit /= 50
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return listener.Addr()
}

// trickle sends start at once and the rest a byte at a time, never pausing for long, and
// returns how long the server stood it.
func trickle(t *testing.T, address net.Addr, start, rest string) (stood time.Duration, answer string) {
	t.Helper()
	connection, err := net.Dial("tcp", address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	started := time.Now()
	go func() {
		io.WriteString(connection, start)
		for i := range rest {
			if _, err := connection.Write([]byte{rest[i]}); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	connection.SetReadDeadline(started.Add(10 * time.Second))
	all, err := io.ReadAll(connection)
	if err, ok := err.(net.Error); ok && err.Timeout() {
		t.Fatal("the server waits for ever")
	}
	return time.Since(started), string(all)
}

// A client that sends a byte now and then is cut off, in the headers and in the body.
func TestSlowClients(t *testing.T) {
	address := impatient(t)
	token, err := ownerToken(juicebox.RealmID{1}, time.Now()) // or the body is not read at all
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][2]string{
		"nothing": {},
		"headers": {"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ", strings.Repeat("x", 4000)},
		"body":    {"POST /req HTTP/1.1\r\nHost: x\r\nX-Juicebox-Version: 0.3.7\r\nAuthorization: Bearer " + token + "\r\nContent-Length: 2000\r\n\r\n", strings.Repeat("x", 2000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if stood, answer := trickle(t, address, text[0], text[1]); stood > 5*time.Second || strings.HasPrefix(answer, "HTTP/1.1 200") {
				t.Errorf("stood %v, then answered %q", stood, answer)
			}
		})
	}
	// Others are served meanwhile.
	for range 20 {
		answer, err := http.Get("http://" + address.String() + "/livez")
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("a good client: %v, %v", answer, err)
		}
		answer.Body.Close()
		time.Sleep(20 * time.Millisecond)
	}
}

func TestHeadersAreBounded(t *testing.T) {
	connection, err := net.Dial("tcp", impatient(t).String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	go fmt.Fprintf(connection, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: %s\r\n\r\n", strings.Repeat("x", 1<<20))
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return // the realm hung up on what it had not read, and that overtook its answer
	}
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("got %v", answer)
	}
}
