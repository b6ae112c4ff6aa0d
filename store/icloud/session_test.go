package icloud

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/cloudkit"
	"github.com/cloudseed/cloudseed/store"
)

// signIn fails the test unless err is ErrSignedOut with an address to sign in at.
func signIn(t *testing.T, what string, err error) string {
	t.Helper()
	var s *SignIn
	if !errors.Is(err, store.ErrSignedOut) || !errors.As(err, &s) || !strings.HasPrefix(s.URL, "https://idmsa.apple.com/") {
		t.Fatalf("%s: %v", what, err)
	}
	if strings.Contains(err.Error(), s.URL) {
		t.Errorf("%s: the message shows the address of the sign-in", what)
	}
	return s.URL
}

// The whole way: nobody signed in, Apple's page, the callback, the place.
func TestSignIn(t *testing.T) {
	b := start(t)
	c := b.config()
	m := &memory{tokens: map[string]string{}}
	c.Keeper = m
	_, err := Open(t.Context(), c)
	page := signIn(t, "nobody signed in", err)
	client := b.cloud.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.PostForm(page, url.Values{"account": {"samantha"}, "keep": {"yes"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	token, err := CallbackToken(back)
	if err != nil {
		t.Fatal(err)
	}
	m.Save(c.Account, token.Reveal())
	if _, err := Open(t.Context(), c); err != nil {
		t.Errorf("signed in: %v", err)
	}
}

func TestCallbackToken(t *testing.T) {
	for query, want := range map[string]string{
		"ckWebAuthToken=a%2Bb%2Fc%3D":      "a+b/c=",
		"ckWebAuthToken=a+b/c=":            "a+b/c=", // not encoded: a plus is a plus
		"ckSession=x&ckWebAuthToken=a%3D=": "a==",
		"ckSession=x":                      "",
		"ckWebAuthToken=":                  "",
		"":                                 "",
	} {
		token, err := CallbackToken(&url.URL{RawQuery: query})
		if got := string(token.Reveal()); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", query, got, err)
		}
	}
}

// Sessions end: by time, by the person, and with a lost answer.
func TestSessionEnds(t *testing.T) {
	t.Parallel() // waits
	for what, end := range map[string]func(b *bench){
		"half an hour":     func(b *bench) { b.cloud.Skip(31 * time.Minute) },
		"password changed": func(b *bench) { b.SignOut("samantha") },
		"lost answer":      func(b *bench) { b.cloud.Fail(fakecloud.Fault{Host: cloudkit.API, Lost: true}) },
	} {
		b := start(t)
		s, _ := b.open(t)
		end(b)
		_, err := s.List(t.Context())
		signIn(t, what, err)
		for call, err := range all(t, s) {
			signIn(t, what+", "+call, err)
		}
	}
}

// A server that keeps the old token alive, as the live one has been seen to, gives the
// answer at the second time of asking.
func TestLostAnswerForgiven(t *testing.T) {
	t.Parallel() // waits
	b := start(t, cloudkit.TokenOnce)
	s, _ := b.open(t)
	for _, f := range []fakecloud.Fault{{Lost: true}, {Drop: true}, {Cut: 10}} {
		f.Host = cloudkit.API
		b.cloud.Fail(f)
		if _, err := s.List(t.Context()); err != nil {
			t.Errorf("list: %v", err)
		}
	}
}

// The next token is saved before anything else is done, whatever the answer says.
func TestTokenSavedFirst(t *testing.T) {
	t.Parallel() // waits
	b := start(t)
	s, m := b.open(t)
	for what, f := range map[string]fakecloud.Fault{
		"garbage":   {Change: func([]byte) []byte { return []byte("<html>") }},
		"nothing":   {Change: func([]byte) []byte { return []byte("{}") }},
		"cut short": {Cut: 5, Times: tries},
	} {
		before := len(m.saved)
		f.Host = cloudkit.API
		b.cloud.Fail(f)
		if _, err := s.List(t.Context()); err == nil {
			t.Errorf("%s: no error", what)
		}
		b.cloud.Heal()
		if len(m.saved) == before {
			t.Errorf("%s: no token was saved", what)
		}
		if _, err := s.List(t.Context()); err != nil {
			t.Errorf("after %s: %v", what, err)
		}
	}
}

// What cannot be saved is not lost: nothing more is asked until it is saved.
func TestKeeperFails(t *testing.T) {
	b := start(t)
	s, m := b.open(t)
	m.fail(errors.New("the keychain is locked"))
	if _, err := s.List(t.Context()); !errors.Is(err, store.ErrRefused) {
		t.Errorf("list: %v", err)
	}
	b.cloud.Forget()
	if err := s.Create(t.Context(), "a", nil); !errors.Is(err, store.ErrRefused) {
		t.Errorf("create: %v", err)
	}
	if asked := b.cloud.Exchanges(); len(asked) != 0 {
		t.Errorf("asked %d times with a token that was not saved", len(asked))
	}
	m.fail(nil)
	if _, err := s.List(t.Context()); err != nil {
		t.Errorf("list, the keychain open again: %v", err)
	}
}

// A caller that goes away does not take the answer, and the token in it, along.
func TestCancelledCallKeepsToken(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	b.Thinking = 200 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, err := s.List(ctx); !errors.Is(err, store.ErrOffline) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("list: %v", err)
	}
	if took := time.Since(begin); took > 150*time.Millisecond {
		t.Errorf("the caller was held for %v", took)
	}
	if _, err := s.List(t.Context()); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

// One account, many Stores and callers: they take turns.
func TestTurns(t *testing.T) {
	b := start(t)
	c := b.config()
	var done sync.WaitGroup
	for i := range 4 {
		s, err := Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for j := range 4 {
			done.Go(func() {
				if err := s.Create(t.Context(), fmt.Sprint(i, j), []byte("x")); err != nil {
					t.Errorf("create: %v", err)
				}
			})
		}
	}
	done.Wait()
}

// No token is in an error, not even in those of net/http, which show addresses.
func TestTokensDoNotShow(t *testing.T) {
	t.Parallel() // waits
	b := start(t)
	s, m := b.open(t)
	b.cloud.Fail(fakecloud.Fault{Host: cloudkit.API, Drop: true, Times: -1})
	for what, err := range all(t, s) {
		m.mu.Lock()
		tokens := append([]string{apiToken}, m.saved...)
		m.mu.Unlock()
		for _, token := range tokens {
			for _, form := range []string{token, url.QueryEscape(token), escape([]byte(token))} {
				if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, form) {
					t.Errorf("%s shows a token: %s", what, text)
				}
			}
		}
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// Credentials go to the API only, and are escaped.
func TestWhereTokensGo(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	if err := s.Create(t.Context(), "large", make([]byte, maxInline+1)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "large"); err != nil {
		t.Fatal(err)
	}
	for _, e := range b.cloud.Exchanges() {
		if e.Host == cloudkit.API {
			if raw := e.URL.RawQuery; strings.ContainsAny(raw, "+/") || strings.Count(raw, "=") != 2 {
				t.Errorf("not escaped: %s", raw)
			}
		} else if strings.Contains(e.URL.String(), "Token") || e.Header.Get("Authorization") != "" || e.Header.Get("Cookie") != "" {
			t.Errorf("%s was sent %s %v", e.Host, e.URL, e.Header)
		}
	}
}

// A redirect is not followed: it would take the tokens along.
func TestNoRedirect(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	b.cloud.Fail(fakecloud.Fault{Host: cloudkit.API, Status: 307, Header: http.Header{"Location": {"https://idmsa.apple.com/"}}})
	if _, err := s.List(t.Context()); !errors.Is(err, store.ErrRefused) {
		t.Errorf("list: %v", err)
	}
	for _, e := range b.cloud.Exchanges() {
		if e.Host == cloudkit.SignHost {
			t.Error("the redirect was followed")
		}
	}
}
