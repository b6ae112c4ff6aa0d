package storetest

import (
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/cloudseed/cloudseed/store"
)

// A Wire is the way to a server that is not made to fail: other people's. It loses what it
// is told to lose, and spoils sign-ins; the server's own answer to that is what counts.
// The zero value is a good way.
type Wire struct {
	Base http.RoundTripper // nil is http.DefaultTransport

	mu    sync.Mutex
	next  func(r *http.Request) (*http.Response, error) // set until a request matched
	match func(r *http.Request) bool
	spoil func(r *http.Request) // set until healed
}

// Lose lets the next request that matches get no answer, as Place.Lose says.
func (w *Wire) Lose(match func(r *http.Request) bool, arrives bool, meanwhile func()) {
	w.set(match, func(r *http.Request) (*http.Response, error) {
		meanwhile()
		if arrives {
			resp, err := w.base().RoundTrip(r)
			if err != nil {
				return nil, err
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		return nil, errors.New("the connection broke")
	})
}

// SignOut spoils the next request that matches and all after it, until signIn is called.
func (w *Wire) SignOut(match func(r *http.Request) bool, spoil func(r *http.Request)) (signIn func()) {
	w.set(match, func(r *http.Request) (*http.Response, error) {
		w.mu.Lock()
		w.spoil = spoil
		w.mu.Unlock()
		return w.RoundTrip(r)
	})
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.spoil = nil
	}
}

func (w *Wire) set(match func(r *http.Request) bool, next func(r *http.Request) (*http.Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.match, w.next = match, next
}

func (w *Wire) base() http.RoundTripper {
	if w.Base == nil {
		return http.DefaultTransport
	}
	return w.Base
}

// RoundTrip implements http.RoundTripper.
func (w *Wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	next, spoil := w.next, w.spoil
	if next != nil && w.match(r) {
		w.next = nil
	} else {
		next = nil
	}
	w.mu.Unlock()
	if next != nil {
		return next(r)
	}
	if spoil != nil {
		r = r.Clone(r.Context())
		spoil(r)
	}
	return w.base().RoundTrip(r)
}

// Client returns a client that goes through the wire.
func (w *Wire) Client() *http.Client { return &http.Client{Transport: w} }

// A Bearer signs requests in, and signs in again when a token is refused, once for each
// request, as package signin does.
type Bearer struct {
	Base   http.RoundTripper
	SignIn func() (token string, err error) // renews the token, if it can

	mu    sync.Mutex
	token string
}

// RoundTrip implements http.RoundTripper.
func (b *Bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	token, err := b.renew("")
	if err != nil {
		return nil, err
	}
	resp, err := b.Base.RoundTrip(signed(r, token))
	if err != nil || resp.StatusCode != http.StatusUnauthorized || r.Body != nil && r.GetBody == nil {
		return resp, err
	}
	resp.Body.Close()
	if token, err = b.renew(token); err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	if r.GetBody != nil {
		if r.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
	}
	return b.Base.RoundTrip(signed(r, token))
}

// renew returns a token other than the refused one.
func (b *Bearer) renew(refused string) (token string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.token == refused {
		if b.token, err = b.SignIn(); err != nil {
			return "", store.Errorf("sign in", "", store.ErrSignedOut, "%w", err)
		}
	}
	return b.token, nil
}

func signed(r *http.Request, token string) *http.Request {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}
