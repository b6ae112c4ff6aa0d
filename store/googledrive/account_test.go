package googledrive

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/store"
)

func TestConsent(t *testing.T) {
	w := newWorld(t)
	w.open(t, Config{Create: true})
	for what, c := range map[string]struct {
		scopes []string
		hidden bool
		want   error
	}{
		"no tick":             {[]string{"openid"}, false, store.ErrConsent},
		"only the other tick": {[]string{HiddenScope}, false, store.ErrConsent},
		"hidden, other tick":  {[]string{Scope}, true, store.ErrConsent},
	} {
		_, err := Open(t.Context(), Config{HTTP: w.google.Client(sam, c.scopes...), Hidden: c.hidden, Create: true})
		wantKind(t, what, err, c.want)
	}
}

// renewing is signed in as golang.org/x/oauth2 does it, which renews access tokens.
func (w *world) renewing(t *testing.T) *http.Client {
	c := oauth2.Config{ClientID: "wallet", ClientSecret: "not confidential", Endpoint: oauth2.Endpoint{TokenURL: "https://" + w.google.Token, AuthStyle: oauth2.AuthStyleInParams}}
	return c.Client(context.WithValue(t.Context(), oauth2.HTTPClient, w.cloud.Client()), &oauth2.Token{RefreshToken: w.google.Issue(sam, Scope).Refresh})
}

func TestSignedOut(t *testing.T) {
	_, err := Open(t.Context(), Config{})
	wantKind(t, "nobody", err, store.ErrSignedOut)
	w, s := started(t)
	w.google.Expire()
	for what, err := range all(t, s) {
		wantKind(t, "expired: "+what, err, store.ErrSignedOut)
	}
	client := w.renewing(t)
	if _, err := Open(t.Context(), Config{HTTP: client}); err != nil {
		t.Fatal(err)
	}
	client = w.renewing(t)
	w.cloud.Fail(fakecloud.Fault{Host: "oauth2.googleapis.com", Status: 503, Times: -1})
	_, err = Open(t.Context(), Config{HTTP: client})
	wantKind(t, "the sign-in is down", err, store.ErrOffline)
	w.cloud.Heal()
	w.google.Disconnect(sam)
	_, err = Open(t.Context(), Config{HTTP: client})
	if e := wantKind(t, "disconnected", err, store.ErrSignedOut); strings.Contains(fmt.Sprint(e), "refresh-") {
		t.Errorf("the error tells a token: %v", e)
	}
}

// What a transport that signs in says is passed on.
func TestTransportSays(t *testing.T) {
	for _, kind := range []error{store.ErrSignedOut, store.ErrConsent, store.ErrGone} {
		for _, err := range []error{fmt.Errorf("sign-in: %w", kind), store.Errorf("renew", "", kind, "because")} {
			says := roundTripper(func(*http.Request) (*http.Response, error) { return nil, err })
			_, err := Open(t.Context(), Config{HTTP: &http.Client{Transport: says}})
			if e := wantKind(t, "open", err, kind); e.Op != "open" {
				t.Errorf("got %v", e)
			}
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Signed in as somebody else: the folder is missing there, and the account can be shown.
func TestWrongAccount(t *testing.T) {
	w, _ := started(t)
	client := w.google.Client(alex, Scope)
	_, err := Open(t.Context(), Config{HTTP: client})
	wantKind(t, "open", err, store.ErrGone)
	s, err := Open(t.Context(), Config{HTTP: client, Create: true})
	if err != nil || s.Account() != alex {
		t.Fatalf("account %v, %v", s, err)
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 0 {
		t.Errorf("listed %v, %v", entries, err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	w, s := started(t)
	w.cloud.Handle("thief.example.com/", http.NotFoundHandler())
	w.cloud.Fail(fakecloud.Fault{Status: 307, Header: http.Header{"Location": {"https://thief.example.com/"}}, Times: -1})
	for what, err := range all(t, s) {
		wantKind(t, what, err, store.ErrRefused)
	}
	for _, e := range w.cloud.Exchanges() {
		if e.Host == "thief.example.com" {
			t.Error("a redirect was followed, with the token")
		}
	}
}

func TestUnknownAuthority(t *testing.T) {
	w := newWorld(t)
	transport := w.cloud.Transport()
	transport.TLSClientConfig.RootCAs = nil
	_, err := Open(t.Context(), Config{HTTP: &http.Client{Transport: transport}})
	wantKind(t, "open", err, store.ErrRefused)
}
