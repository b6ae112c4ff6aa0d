package juicebox

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A realm whose clock differs is asked again with its time, once, in the whole flow.
func TestClock(t *testing.T) {
	for _, clock := range []time.Duration{-time.Hour, 48 * time.Hour} {
		w := registered(t)
		for _, r := range w.realms {
			r.clock = clock
		}
		w.mustRecover(t, 1, 2, 3)
		for i, r := range w.realms {
			if r.refused != 1 {
				t.Errorf("clock off by %v: realm %d refused %d tokens, want 1", clock, i+1, r.refused)
			}
		}
	}
	w := registered(t)
	w.realms[0].clock, w.realms[1].clock = -5*time.Minute, 5*time.Minute
	w.mustRecover(t, 1, 2, 3)
	if n := w.realms[0].refused + w.realms[1].refused; n != 0 {
		t.Errorf("%d tokens refused although clocks differ by five minutes only", n)
	}
}

// The realm's time is taken over once, not at every refusal that follows.
func TestClockOnce(t *testing.T) {
	w := registered(t)
	r := w.realms[0]
	r.clock = time.Hour
	r.before = func(h http.ResponseWriter, q Request) bool {
		if _, ok := q.(Recover2); ok {
			h.WriteHeader(http.StatusUnauthorized)
		}
		return q.requestName() == "Recover2"
	}
	w.mustRecover(t, 1, 2, 3)
	if n := w.asked("Recover2"); n != 3 {
		t.Errorf("%d requests, want one for each realm", n)
	}
}

// A token that is refused for another reason is not tried again.
func TestUnauthorizedOnce(t *testing.T) {
	w := registered(t)
	_, w.owner, _ = ed25519.GenerateKey(nil)
	for _, r := range w.realms {
		r.refused = 0
		r.before = func(h http.ResponseWriter, _ Request) bool { h.WriteHeader(http.StatusUnauthorized); return true }
	}
	w.realms[0].clock = time.Minute
	asked := w.asked("Recover1")
	if _, err := w.Recover(t.Context(), pin, info); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("got %v", err)
	}
	if n := w.asked("Recover1") - asked; n != 4 {
		t.Errorf("%d requests, want one, and two where the clock differs", n)
	}
}

// once fails the first request of a kind after it was acted upon, as if the answer was lost.
func once(name string) func(network, *testRealm) http.Handler {
	return func(_ network, r *testRealm) http.Handler {
		done := false
		return http.HandlerFunc(func(w http.ResponseWriter, h *http.Request) {
			real := httptest.NewRecorder()
			r.ServeHTTP(real, h)
			if !done && r.asked[len(r.asked)-1] == name {
				done = true
				w.Header().Set("Content-Length", "1000")
				panic(errDown)
			}
			w.Write(real.Body.Bytes())
		})
	}
}

// lossy makes the panic of a handler a lost connection.
type lossy struct{ network }

func (l lossy) RoundTrip(h *http.Request) (response *http.Response, err error) {
	defer func() {
		if p := recover(); p == errDown {
			err = errDown
		} else if p != nil {
			panic(p)
		}
	}()
	return l.network.RoundTrip(h)
}

// What may have spent a guess or written something is never sent twice.
func TestLostAnswers(t *testing.T) {
	for name, want := range map[string]int{"Recover1": 2, "Recover2": 1, "Recover3": 1} {
		w := registered(t)
		w.HTTP = &http.Client{Transport: lossy{w.net}}
		w.net["realm1"] = once(name)(w.net, w.realms[0])
		w.realms[0].asked = nil
		if _, err := w.Recover(t.Context(), pin, info); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := 0
		for _, a := range w.realms[0].asked {
			if a == name {
				got++
			}
		}
		if got != want {
			t.Errorf("%s was sent %d times, want %d", name, got, want)
		}
	}
}

func TestBadHTTP(t *testing.T) {
	elsewhere := 0
	for name, test := range map[string]struct {
		answer func(w http.ResponseWriter)
		want   error
	}{
		"redirect": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "embedded://elsewhere/req")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, ErrUnreachable},
		"oversized": {func(w http.ResponseWriter) { w.Write(oversized()) }, ErrProtocol},
		"not CBOR":  {func(w http.ResponseWriter) { w.Write([]byte("<html>")) }, ErrProtocol},
		"empty":     {func(w http.ResponseWriter) {}, ErrProtocol},
		"not found": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, ErrUnreachable},
		"error that is": {func(w http.ResponseWriter) {
			w.WriteHeader(500)
			w.Write(EncodeResponse(Recover1Response{Status: StatusOK}))
		}, ErrUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			w := registered(t)
			w.net["elsewhere"] = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ })
			w.HTTP.CheckRedirect = func(*http.Request, []*http.Request) error { return nil } // a careless caller
			for _, r := range w.realms {
				r.before = func(h http.ResponseWriter, _ Request) bool { test.answer(h); return true }
			}
			if _, err := w.Recover(t.Context(), pin, info); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if w.asked("Recover2") != 0 {
				t.Error("a realm was asked again")
			}
		})
	}
	if elsewhere != 0 {
		t.Error("a redirect was followed")
	}
}

// oversized is a right answer but for an unknown field that makes it too long.
func oversized() []byte {
	var version RegistrationVersion
	b := appendNamed(appendNamed(nil, "Recover1"), "Ok")
	return appendFields(b, fields{{"version", version[:]}, {"x", make([]byte, MaxResponse)}})
}

// Over real connections, with the client of this package.
func TestOverHTTP(t *testing.T) {
	w := served(t)
	if err := w.Register(t.Context(), pin, seed, info, guesses); err != nil {
		t.Fatal(err)
	}
	w.mustRecover(t, 1, 2, 3)
}

func TestTimeoutAndCancel(t *testing.T) {
	w := newWorld(t)
	w.HTTP, w.Timeout = nil, 50*time.Millisecond
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	defer server.Close()
	defer close(hang)
	for i := range w.Configuration.Realms {
		w.Configuration.Realms[i].Address = server.URL
	}
	start := time.Now()
	if err := w.Register(t.Context(), pin, seed, info, guesses); !errors.Is(err, ErrUnreachable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hanging realms: %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Register(ctx, pin, seed, info, guesses); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A realm that hangs does not hold up a recovery by a patient client with enough others. The
// hanging ones are let go only at the end: without patience this test would not end.
func TestPatience(t *testing.T) {
	w := registered(t)
	w.Patience, w.Timeout = time.Millisecond, time.Hour
	w.net["realm2"] = http.HandlerFunc(func(_ http.ResponseWriter, h *http.Request) { <-h.Context().Done() })
	w.mustRecover(t, 1, 3)
}

// No error says more than the address of a realm and what went wrong.
func TestErrorsHideSecrets(t *testing.T) {
	w := registered(t)
	var tokens []string
	var mu sync.Mutex
	real := w.Token
	w.Token = func(realm RealmID, now time.Time) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		s, err := real(realm, now)
		tokens = append(tokens, s)
		return s, err
	}
	w.Configuration.Realms = slices.Clone(w.Configuration.Realms)
	for i := range w.Configuration.Realms {
		w.Configuration.Realms[i].Address = fmt.Sprintf("http://127.0.0.1:%d", i+1)
	}
	w.HTTP = nil
	var all []string
	_, err := w.Recover(t.Context(), pin, info)
	all = append(all, err.Error())
	all = append(all, w.Register(t.Context(), pin, seed, info, guesses).Error())
	w.Token = func(RealmID, time.Time) (string, error) { return tokens[0] + "\n", nil }
	all = append(all, w.Delete(t.Context()).Error())
	for _, hidden := range append(tokens, "271828", "/req", string(seed.Reveal()), string(info)) {
		for _, e := range all {
			if strings.Contains(e, hidden) {
				t.Errorf("%q holds %q", e, hidden)
			}
		}
	}
	if len(tokens) < 6 || !strings.Contains(all[0], "127.0.0.1:1: ") {
		t.Errorf("%d tokens; first error %q", len(tokens), all[0])
	}
}
