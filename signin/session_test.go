package signin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/store"
)

// old makes the kept access token look old to this computer too.
func (w *world) old() {
	r := w.keeper.record()
	r.Expiry = time.Now()
	w.keeper.put(r)
	w.server.Expire()
}

// However many requests find the token old or refused, one renews it, and the renewed one
// is kept before any request carries it. The fake of Microsoft ends an account's refresh
// token when it is used, so a second renewal would fail.
func TestOneRenewal(t *testing.T) {
	for _, p := range Providers {
		for what, age := range map[string]func(*world){
			"old":                  (*world).old,
			"refused":              func(w *world) { w.server.Expire() },
			"the provider's clock": func(w *world) { w.cloud.Skip(5 * time.Hour) },
			"this computer's went back": func(w *world) {
				r := w.keeper.record()
				r.Expiry = time.Now().Add(1000 * time.Hour)
				w.keeper.put(r)
				w.server.Expire()
			},
		} {
			w := signedIn(t, p)
			w.Accounts = w.program()
			age(w)
			var all sync.WaitGroup
			client := w.Client("place")
			for range 16 {
				all.Go(func() {
					if got, err := whoami(client, w.api); got != sam {
						t.Errorf("%s, %s: %q, %v", p, what, got, err)
					}
				})
			}
			all.Wait()
			if n := w.refreshes(); n != 1 {
				t.Errorf("%s, %s: renewed %d times", p, what, n)
			}
		}
	}
}

// Two programs share the keeper; whoever comes second takes what the first has kept.
func TestTwoPrograms(t *testing.T) {
	w := signedIn(t, Microsoft)
	other := w.program()
	whoami(other.Client("place"), w.api) // has the first token in memory
	for range 3 {
		w.server.Expire()
		for _, a := range []*Accounts{w.Accounts, other} {
			if got, err := whoami(a.Client("place"), w.api); got != sam {
				t.Fatalf("got %q, %v", got, err)
			}
		}
	}
	if n := w.refreshes(); n != 3 {
		t.Errorf("renewed %d times, want 3", n)
	}
}

// The other program is faster by so little that ours is refused.
func TestOvertaken(t *testing.T) {
	w := signedIn(t, Microsoft)
	w.old()
	w.Accounts = w.program()
	other := w.program()
	w.cloud.Fail(fakecloud.Fault{Host: "login.microsoftonline.com", Do: func() { whoami(other.Client("place"), w.api) }})
	if got, err := whoami(w.Client("place"), w.api); got != sam {
		t.Errorf("got %q, %v", got, err)
	}
}

// A renewed token that cannot be kept is not used, and not lost either.
func TestKeeperFails(t *testing.T) {
	w := signedIn(t, Microsoft)
	w.server.Expire()
	client := w.Client("place")
	broken := errors.New("the keychain is locked")
	w.cloud.Fail(fakecloud.Fault{Host: "login.microsoftonline.com", Do: func() { w.keeper.breaks(broken) }})
	for range 3 {
		if _, err := whoami(client, w.api); !errors.Is(err, ErrKeeper) || !errors.Is(err, broken) || !errors.Is(err, store.ErrRefused) {
			t.Fatalf("got %v", err)
		}
	}
	w.keeper.breaks(nil)
	if got, err := whoami(client, w.api); got != sam || w.refreshes() != 1 {
		t.Errorf("afterwards %q, %v, renewed %d times", got, err, w.refreshes())
	}
}

// A request that is given up while the token is renewed must not take the new one with it.
func TestGivenUp(t *testing.T) {
	w := signedIn(t, Microsoft)
	w.server.Expire()
	ctx, cancel := context.WithCancel(t.Context())
	w.cloud.Fail(fakecloud.Fault{Host: "login.microsoftonline.com", Delay: 50 * time.Millisecond, Do: cancel})
	r, _ := http.NewRequestWithContext(ctx, "GET", w.api, nil)
	if _, err := w.Client("place").Do(r); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got, err := whoami(w.Client("place"), w.api); got != sam || w.refreshes() != 1 {
		t.Errorf("afterwards %q, %v, renewed %d times", got, err, w.refreshes())
	}
}

// The answer to a renewal is lost. Where the provider replaces the refresh token and ends
// the old one at once, only the person can mend that; elsewhere asking again does.
func TestLostAnswer(t *testing.T) {
	for p, want := range map[Provider]error{Google: nil, Dropbox: nil, Microsoft: store.ErrSignedOut} {
		w := signedIn(t, p)
		w.server.Expire()
		w.cloud.Fail(fakecloud.Fault{Match: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/token") }, Lost: true})
		if _, err := whoami(w.Client("place"), w.api); !errors.Is(err, store.ErrOffline) {
			t.Errorf("%s: %v", p, err)
		}
		if got, err := whoami(w.Client("place"), w.api); !errors.Is(err, want) || want == nil && got != sam {
			t.Errorf("%s, again: %q, %v", p, got, err)
		}
	}
}

func TestRenewalRefused(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		header http.Header
		want   error
	}{
		{400, `{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`, nil, store.ErrSignedOut},
		{400, `{"error":"invalid_grant","error_codes":[65001],"suberror":"consent_required"}`, nil, store.ErrConsent},
		{400, `{"error":"interaction_required"}`, nil, store.ErrSignedOut},
		{401, `{"error":"invalid_client"}`, nil, ErrClientID},
		{400, `{"error":"sesame"}`, nil, store.ErrRefused},
		{400, `not JSON`, nil, store.ErrRefused},
		{429, `{}`, http.Header{"Retry-After": {"7"}}, store.ErrBusy},
		{503, `busy`, http.Header{"Retry-After": {"7"}}, store.ErrBusy},
		{500, `{}`, nil, store.ErrOffline},
		{307, ``, http.Header{"Location": {"https://www.googleapis.com/drive/v3/files"}}, store.ErrRefused},
		{200, `{"error":"invalid_grant"}`, nil, store.ErrSignedOut},
		{200, `{"access_token":""}`, nil, store.ErrOffline},
		{200, `<html>`, nil, store.ErrOffline},
		{200, `{"access_token":"x","scope":"openid"}`, nil, store.ErrConsent},
	} {
		w := signedIn(t, Google)
		w.server.Expire()
		before := w.keeper.record()
		w.cloud.Fail(fakecloud.Fault{Path: "/token", Status: c.status, Body: c.body, Header: c.header})
		_, err := whoami(w.Client("place"), w.api)
		if !errors.Is(err, c.want) {
			t.Errorf("%d %s: %v", c.status, c.body, err)
		}
		var busy *store.Error
		if c.want == store.ErrBusy && (!errors.As(err, &busy) || busy.After != 7*time.Second) {
			t.Errorf("%d: wait for %v", c.status, busy)
		}
		if strings.Contains(err.Error(), "sesame") {
			t.Errorf("the provider's words are repeated: %v", err)
		}
		for _, e := range w.cloud.Exchanges() {
			if bytes.Contains(e.Body, []byte(before.Refresh)) && e.Host != "oauth2.googleapis.com" {
				t.Errorf("%d: the refresh token went to %s", c.status, e.Host)
			}
		}
		if after := w.keeper.record(); after.Refresh != before.Refresh || after.Access != before.Access {
			t.Errorf("%d %s: what is kept has changed", c.status, c.body)
		}
	}
}

func TestNobody(t *testing.T) {
	w := newWorld(t, Google)
	if _, err := whoami(w.Client("place"), w.api); !errors.Is(err, store.ErrSignedOut) {
		t.Errorf("got %v", err)
	}
	if _, err := w.Account("place"); !errors.Is(err, store.ErrSignedOut) {
		t.Errorf("got %v", err)
	}
	for _, kept := range []string{"", "{}", "null", `{"format":2,"provider":"google"}`, `{"format":1,"provider":"other"}`} {
		w.keeper.Save("place", []byte(kept))
		if _, err := whoami(w.Client("place"), w.api); !errors.Is(err, ErrKeeper) || errors.Is(err, store.ErrSignedOut) {
			t.Errorf("kept is %q: %v", kept, err)
		}
	}
}

// What the API says about a token.
func TestRefusedByAPI(t *testing.T) {
	always := -1
	for _, c := range []struct {
		fault fakecloud.Fault
		want  error // nil: the answer is passed on
	}{
		{fakecloud.Fault{Status: 401, Times: always}, store.ErrSignedOut},
		{fakecloud.Fault{Status: 401}, nil},
		{fakecloud.Fault{Status: 401, Body: `{"error":{".tag":"missing_scope","required_scope":"x"}}`}, store.ErrConsent},
		{fakecloud.Fault{Status: 401, After: 1, Body: `{"error":{".tag":"missing_scope"}}`}, nil},
		{fakecloud.Fault{Status: 403, Header: http.Header{"Www-Authenticate": {`Bearer realm="x", error="insufficient_scope"`}}}, store.ErrConsent},
		{fakecloud.Fault{Status: 403, Body: `{"error":{"errors":[{"reason":"insufficientPermissions"}]}}`}, store.ErrConsent},
		{fakecloud.Fault{Status: 403, Body: `{"error":{"details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}`}, store.ErrConsent},
		{fakecloud.Fault{Status: 403, Body: `{"error":{"errors":[{"reason":"storageQuotaExceeded"}]}}`}, nil},
		{fakecloud.Fault{Status: 403, Body: `{"error":{"code":"accessDenied"}}`}, nil},
		{fakecloud.Fault{Status: 503}, nil},
	} {
		w := signedIn(t, Google)
		c.fault.Path = "/drive/v3/files"
		w.cloud.Fail(c.fault)
		answer, err := w.Client("place").Get(w.api)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%d %s: %v", c.fault.Status, c.fault.Body, err)
		}
		if err != nil {
			continue
		}
		if body, _ := io.ReadAll(answer.Body); answer.StatusCode == c.fault.Status && string(body) != c.fault.Body {
			t.Errorf("%d %s: the body became %q", c.fault.Status, c.fault.Body, body)
		}
		answer.Body.Close()
	}
}

// A token that dies under an upload: the upload is sent again, whole, if it can be.
func TestBodySentAgain(t *testing.T) {
	w := signedIn(t, Dropbox)
	sent := bytes.Repeat([]byte("0123456789"), 100_000)
	w.server.Expire()
	answer, err := w.Client("place").Post(w.api, "application/octet-stream", bytes.NewReader(sent))
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v", answer, err)
	}
	answer.Body.Close()
	exchanges := w.cloud.Exchanges()
	if last := exchanges[len(exchanges)-1]; len(last.Body) < 200_000 || !bytes.HasPrefix(sent, last.Body) {
		t.Errorf("the second time %d bytes came", len(last.Body))
	}
	w.server.Expire()
	once := struct{ io.Reader }{bytes.NewReader(sent)} // cannot be read again
	if _, err = w.Client("place").Post(w.api, "application/octet-stream", once); !errors.Is(err, store.ErrBusy) {
		t.Errorf("a body that is gone: %v", err)
	}
	once = struct{ io.Reader }{bytes.NewReader(sent)}
	if answer, err = w.Client("place").Post(w.api, "application/octet-stream", once); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("asked again: %v, %v", answer, err)
	}
}

// Only the provider's API gets the token: not where it redirects to, nor look-alikes.
func TestTokenStaysHome(t *testing.T) {
	w := signedIn(t, Microsoft)
	got := map[string]string{}
	note := func(out http.ResponseWriter, r *http.Request) {
		got[r.Host] = r.Header.Get("Authorization")
		io.WriteString(out, "file")
	}
	for _, host := range []string{"public.dm.files.1drv.com", "graph.microsoft.com.example", "notify.dropboxapi.com", "www.googleapis.com", "login.microsoftonline.com"} {
		w.cloud.Handle(host+"/", http.HandlerFunc(note))
	}
	w.cloud.Handle("graph.microsoft.com/v1.0/file", http.RedirectHandler("https://public.dm.files.1drv.com/pre-authenticated", http.StatusFound))
	client := w.Client("place")
	if body, err := whoami(client, "https://graph.microsoft.com/v1.0/file"); body != "file" {
		t.Fatalf("got %q, %v", body, err)
	}
	for host := range map[string]bool{"graph.microsoft.com.example": true, "notify.dropboxapi.com": true, "www.googleapis.com": true, "login.microsoftonline.com": true} {
		if _, err := whoami(client, "https://"+host+"/"); err != nil {
			t.Fatal(err)
		}
	}
	for host, header := range got {
		if header != "" {
			t.Errorf("%s got %q", host, header)
		}
	}
	if len(got) != 5 {
		t.Errorf("reached %v", got)
	}
	for _, address := range []string{"http://graph.microsoft.com/", "https://graph.microsoft.com:8443/", "https://graph.microsoft.com.evil.example/", "https://evil.example/graph.microsoft.com"} {
		if r, _ := http.NewRequest("GET", address, nil); isAPI(r.URL) {
			t.Errorf("%s would get the token", address)
		}
	}
}

func TestSignOut(t *testing.T) {
	for p, want := range map[Provider]bool{Google: true, Dropbox: true, Microsoft: false} {
		w := signedIn(t, p)
		w.server.Expire() // as it is after an hour
		tokens := w.keeper.record()
		client := w.Client("place")
		revoked, err := w.SignOut(t.Context(), "place")
		if revoked != want || err != nil {
			t.Errorf("%s: revoked %v, %v", p, revoked, err)
		}
		if _, err := whoami(client, w.api); !errors.Is(err, store.ErrSignedOut) {
			t.Errorf("%s: still signed in, %v", p, err)
		}
		for _, e := range w.cloud.Exchanges() {
			if strings.Contains(e.URL.String(), tokens.Refresh) {
				t.Errorf("%s: the token is in an address", p)
			}
		}
		w.keeper.put(tokens) // a thief's copy
		if _, err := whoami(w.program().Client("place"), w.api); want && !errors.Is(err, store.ErrSignedOut) {
			t.Errorf("%s: a copy still works: %v", p, err)
		}
		if revoked, err := newWorld(t, p).SignOut(t.Context(), "place"); revoked || err != nil {
			t.Errorf("%s, nobody: %v, %v", p, revoked, err)
		}
	}
}

func TestSignOutTroubles(t *testing.T) {
	for _, p := range []Provider{Google, Dropbox} {
		w := signedIn(t, p)
		w.cloud.Fail(fakecloud.Fault{Times: -1, Drop: true})
		revoked, err := w.SignOut(t.Context(), "place")
		if revoked || !errors.Is(err, store.ErrOffline) {
			t.Errorf("%s offline: revoked %v, %v", p, revoked, err)
		}
		if _, err := w.Account("place"); !errors.Is(err, store.ErrSignedOut) {
			t.Errorf("%s offline: not forgotten, %v", p, err)
		}
		w = signedIn(t, p)
		w.server.Disconnect(sam)
		if revoked, err := w.SignOut(t.Context(), "place"); !revoked || err != nil {
			t.Errorf("%s, ended before: revoked %v, %v", p, revoked, err)
		}
		w = signedIn(t, p)
		w.cloud.Fail(fakecloud.Fault{Times: -1, Status: 418})
		if revoked, err := w.SignOut(t.Context(), "place"); revoked || !errors.Is(err, store.ErrRefused) {
			t.Errorf("%s refused: revoked %v, %v", p, revoked, err)
		}
	}
}
