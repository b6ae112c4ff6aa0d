package webdav

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	dav "golang.org/x/net/webdav"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

var quiet = log.New(io.Discard, "", 0)

// faulty is a good server with a fault in front: a handler that tells whether it answered.
type faulty struct {
	mu    sync.Mutex
	fault func(w http.ResponseWriter, r *http.Request) bool
	asked []string
	dav.Handler
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r.Method)
	fault := f.fault
	f.mu.Unlock()
	if fault == nil || !fault(w, r) {
		f.Handler.ServeHTTP(w, r)
	}
}

func (f *faulty) set(fault func(w http.ResponseWriter, r *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.asked = fault, nil
}

// behind returns a place on a server whose faults can be set, with a file "a" in it.
func behind(t *testing.T) (*Store, *faulty) {
	f := &faulty{Handler: dav.Handler{FileSystem: dav.NewMemFS(), LockSystem: dav.NewMemLS()}}
	server := httptest.NewUnstartedServer(f)
	server.Config.ErrorLog = quiet
	server.Start()
	t.Cleanup(server.Close)
	s := mustOpen(t, Config{URL: server.URL + "/backup", User: "sam", Password: secret.Copy([]byte("hunter2")), Create: true})
	if err := s.Create(t.Context(), "a", []byte("stored")); err != nil {
		t.Fatal(err)
	}
	return s, f
}

func TestStatuses(t *testing.T) {
	s, f := behind(t)
	soon := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		status int
		header string
		want   error
		after  time.Duration
	}{
		{status: 401, want: store.ErrSignedOut},
		{status: 401, header: `WWW-Authenticate: Basic realm="x"`, want: store.ErrSignedOut},
		{status: 401, header: `WWW-Authenticate: Digest realm="x"`, want: store.ErrRefused},
		{status: 400, want: store.ErrRefused},
		{status: 403, want: store.ErrRefused},
		{status: 405, want: store.ErrRefused},
		{status: 408, want: store.ErrOffline},
		{status: 409, want: store.ErrGone},
		{status: 413, want: store.ErrRefused},
		{status: 423, want: store.ErrBusy},
		{status: 425, want: store.ErrBusy},
		{status: 429, want: store.ErrBusy},
		{status: 429, header: "Retry-After: 120", want: store.ErrBusy, after: 2 * time.Minute},
		{status: 429, header: "Retry-After: 99999999999999999999", want: store.ErrBusy},
		{status: 429, header: "Retry-After: 9999999", want: store.ErrBusy, after: 24 * time.Hour},
		{status: 429, header: "Retry-After: -5", want: store.ErrBusy},
		{status: 503, header: "Retry-After: " + soon, want: store.ErrBusy, after: 90 * time.Second},
		{status: 503, header: "Retry-After: Sat, 01 Jan 2000 00:00:00 GMT", want: store.ErrBusy},
		{status: 500, want: store.ErrOffline},
		{status: 501, want: store.ErrRefused},
		{status: 502, want: store.ErrOffline},
		{status: 507, want: store.ErrFull},
		{status: 202, want: store.ErrRefused},
		{status: 206, want: store.ErrRefused},
		{status: 302, header: "Location: /elsewhere", want: store.ErrRefused},
	} {
		f.set(func(w http.ResponseWriter, r *http.Request) bool {
			if key, value, ok := strings.Cut(c.header, ": "); ok {
				w.Header().Set(key, value)
			}
			w.WriteHeader(c.status)
			return true
		})
		for what, err := range all(t, s) {
			var e *store.Error
			if !errors.As(err, &e) || e.Kind != c.want || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%d %s: %s: got %v, want %v", c.status, c.header, what, err, c.want)
			} else if off := e.After - c.after; off < -3*time.Second || off > 3*time.Second {
				t.Errorf("%d %s: %s: wait %v, want %v", c.status, c.header, what, e.After, c.after)
			}
		}
	}
}

// The same answers, but only to one step of Create. Nothing may be left behind.
func TestCreateFailsHalfWay(t *testing.T) {
	for _, c := range []struct {
		method string
		status int
		want   error
	}{
		{"PUT", 507, store.ErrFull}, {"PUT", 413, store.ErrRefused}, {"PUT", 401, store.ErrSignedOut},
		{"PUT", 409, store.ErrGone}, {"PUT", 412, store.ErrRefused}, {"PUT", 405, store.ErrRefused}, {"PUT", 503, store.ErrBusy},
		{"MOVE", 412, store.ErrExists}, {"MOVE", 423, store.ErrBusy}, {"MOVE", 502, store.ErrOffline},
		{"MOVE", 507, store.ErrFull}, {"MOVE", 207, store.ErrRefused}, {"MOVE", 404, store.ErrGone},
	} {
		s, f := behind(t)
		f.set(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == c.method {
				w.WriteHeader(c.status)
			}
			return r.Method == c.method
		})
		if err := s.Create(t.Context(), "b", []byte("x")); !errors.Is(err, c.want) {
			t.Errorf("%s %d: got %v, want %v", c.method, c.status, err, c.want)
		}
		f.set(nil)
		members, _, err := s.members(t.Context(), "test")
		if err != nil || len(members) != 1 {
			t.Errorf("%s %d: left behind: %v, %v", c.method, c.status, members, err)
		}
	}
}

// A server that takes an empty file, and 405 is all it says to a longer one, is full.
func TestFullIsFoundOut(t *testing.T) {
	s, f := behind(t)
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "PUT" || r.ContentLength == 0 {
			return false
		}
		w.WriteHeader(http.StatusMethodNotAllowed)
		return true
	})
	if err := s.Create(t.Context(), "b", []byte("x")); !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v", err)
	}
	if err := s.Create(t.Context(), "empty", nil); err != nil {
		t.Errorf("an empty file: %v", err)
	}
	members, _, err := s.members(t.Context(), "test")
	if err != nil || len(members) != 2 {
		t.Errorf("left behind: %v, %v", members, err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var leaked atomic.Int32
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { leaked.Add(1) }))
	defer thief.Close()
	s, f := behind(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		f.set(func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, thief.URL+"/private?token=1", status)
			return true
		})
		for what, err := range all(t, s) {
			if !errors.Is(err, store.ErrRefused) || !strings.Contains(err.Error(), thief.URL) || strings.Contains(err.Error(), "token") {
				t.Errorf("%d: %s: %v", status, what, err)
			}
		}
	}
	if leaked.Load() > 0 {
		t.Errorf("%d requests followed a redirect", leaked.Load())
	}
}

// hangUp breaks the connection without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}

func TestLostAnswer(t *testing.T) {
	for _, method := range []string{"PUT", "MOVE", "DELETE"} {
		s, f := behind(t)
		f.set(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != method {
				return false
			}
			f.Handler.ServeHTTP(httptest.NewRecorder(), r)
			hangUp(w)
			return true
		})
		err := s.Create(t.Context(), "b", []byte("x"))
		if method == "DELETE" {
			err = s.Delete(t.Context(), "a")
		}
		want := store.ErrOffline
		if method == "MOVE" { // settled: the temporary file is gone
			want = nil
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v", method, err)
		}
		f.set(nil)
		_, err = s.Get(t.Context(), "b")
		if there := err == nil; there != (method != "PUT") {
			t.Errorf("after a lost answer to %s: %v", method, err)
		}
	}
}

// A MOVE must not be repeated by the HTTP client: the second would say "exists".
func TestMoveIsAskedOnce(t *testing.T) {
	s, f := behind(t)
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "MOVE" {
			hangUp(w)
		}
		return r.Method == "MOVE"
	})
	s.Create(t.Context(), "b", []byte("x"))
	if got := strings.Count(strings.Join(f.asked, " "), "MOVE"); got != 1 {
		t.Errorf("asked: %q", f.asked)
	}
}

// A server that ignores "Overwrite: F" still does not lose an older file.
func TestOverwriteIgnored(t *testing.T) {
	s, f := behind(t)
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "MOVE" {
			r.Header.Set("Overwrite", "T")
		}
		return false
	})
	if err := s.Create(t.Context(), "a", []byte("x")); !errors.Is(err, store.ErrExists) {
		t.Errorf("got %v", err)
	}
	if got, _ := s.Get(t.Context(), "a"); string(got) != "stored" {
		t.Errorf("it now holds %q", got)
	}
}

// The file appears between the look and the move: the server's own check counts.
func TestOvertaken(t *testing.T) {
	s, f := behind(t)
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "MOVE" {
			f.set(nil)
			plant(t, s, "b", []byte("faster"))
		}
		return false
	})
	if err := s.Create(t.Context(), "b", []byte("slower")); !errors.Is(err, store.ErrExists) {
		t.Errorf("got %v", err)
	}
	if got, _ := s.Get(t.Context(), "b"); string(got) != "faster" {
		t.Errorf("it now holds %q", got)
	}
}

func TestGetBodies(t *testing.T) {
	s, f := behind(t)
	for what, c := range map[string]struct {
		header, body string
		want         error
	}{
		"cut short":    {"Content-Length: 10", "12345", store.ErrOffline},
		"chunks end":   {"Transfer-Encoding: chunked", "5\r\n12345\r\n", store.ErrOffline},
		"no length":    {"Connection: close", "12345", store.ErrRefused},
		"compressed":   {"Content-Encoding: gzip\r\nContent-Length: 5", "12345", store.ErrCorrupt},
		"too much":     {fmt.Sprint("Content-Length: ", store.MaxSize+1), strings.Repeat("x", store.MaxSize+1), store.ErrCorrupt},
		"never ending": {"Transfer-Encoding: chunked", strings.Repeat("10000\r\n"+strings.Repeat("x", 1<<16)+"\r\n", 200), store.ErrCorrupt},
	} {
		f.set(raw("200 OK", c.header, c.body))
		if data, err := s.Get(t.Context(), "a"); !errors.Is(err, c.want) || data != nil {
			t.Errorf("%s: got %d bytes, %v, want %v", what, len(data), err, c.want)
		}
	}
}

// raw answers with exactly these bytes and hangs up.
func raw(status, header, body string) func(w http.ResponseWriter, r *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return false
		}
		defer conn.Close()
		fmt.Fprintf(conn, "HTTP/1.1 %s\r\n%s\r\n\r\n%s", status, header, body)
		return true
	}
}

// An ended context ends a request to a server that does not answer.
func TestHangingServer(t *testing.T) {
	s, f := behind(t)
	release := make(chan struct{})
	defer close(release)
	f.set(func(w http.ResponseWriter, r *http.Request) bool { <-release; return true })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := s.List(ctx); !errors.Is(err, store.ErrOffline) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	}
}

// A kept connection that the server has closed is no reason to call it offline.
func TestIdleConnectionClosed(t *testing.T) {
	s, f := behind(t)
	for range 20 {
		first := true
		f.set(func(w http.ResponseWriter, r *http.Request) bool {
			if first {
				first = false
				hangUp(w)
				return true
			}
			return false
		})
		if _, err := s.List(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLeftoversAreRemoved(t *testing.T) {
	s, f := behind(t)
	plant(t, s, tempPrefix+"1"+tempSuffix, []byte("x"))
	plant(t, s, "b"+tempSuffix, []byte("x"))
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "PROPFIND" && r.Header.Get("Depth") == "1" {
			w.Header().Set("Date", time.Now().Add(25*time.Hour).UTC().Format(http.TimeFormat))
		}
		return false
	})
	again := mustOpen(t, Config{URL: s.base.String()})
	if err := again.Create(t.Context(), "c", nil); err != nil {
		t.Fatal(err)
	}
	members, _, _ := s.members(t.Context(), "test")
	var left bytes.Buffer
	for _, m := range members {
		fmt.Fprintf(&left, "%s ", m.name)
	}
	if strings.Contains(left.String(), tempPrefix) || len(members) != 3 {
		t.Errorf("left: %s", &left)
	}
}
