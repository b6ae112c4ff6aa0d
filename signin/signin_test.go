package signin

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/store"
)

func TestSignIn(t *testing.T) {
	for _, p := range Providers {
		w := newWorld(t, p)
		account, err := w.signIn(t, oauth.Choice{})
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		if got := account.String(); got != p.String()+" s…a@example.com" || account.Subject == "" {
			t.Errorf("%s: signed in as %q, %q", p, got, account.Subject)
		}
		if got, err := w.Account("place"); err != nil || *got != *account {
			t.Errorf("%s: later %v, %v", p, got, err)
		}
		if got, err := whoami(w.Client("place"), w.api); got != sam {
			t.Errorf("%s: the API knows %q, %v", p, got, err)
		}
		w.server.Expire()
		if got, err := whoami(w.program().Client("place"), w.api); got != sam {
			t.Errorf("%s: another program after an hour: %q, %v", p, got, err)
		}
		if refused := w.cloud.Refused(); len(refused) > 0 {
			t.Errorf("%s: went to %q", p, refused)
		}
	}
}

// The question says what RFC 8252 and the provider ask for, and no more.
func TestQuestion(t *testing.T) {
	want := map[Provider]map[string]string{
		Google:    {"access_type": "offline", "prompt": "consent", "scope": oauth.DriveFile},
		Dropbox:   {"token_access_type": "offline", "scope": "account_info.read files.content.read files.content.write files.metadata.read"},
		Microsoft: {"prompt": "select_account", "scope": "Files.ReadWrite.AppFolder offline_access openid email"},
	}
	for p, params := range want {
		w := newWorld(t, p)
		asked := make(chan string, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go w.SignIn(ctx, Request{Name: "place", Provider: p, Browse: func(u string) error { asked <- u; return nil }})
		u, err := url.Parse(<-asked)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		for key, value := range params {
			if q.Get(key) != value {
				t.Errorf("%s: %s is %q, want %q", p, key, q.Get(key), value)
			}
		}
		if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) != 43 || q.Has("client_secret") {
			t.Errorf("%s: asks %v", p, q)
		}
		back, _ := url.Parse(q.Get("redirect_uri"))
		if ip := net.ParseIP(back.Hostname()); back.Scheme != "http" || back.Path != "/" || (ip == nil || !ip.IsLoopback()) && p != Microsoft {
			t.Errorf("%s: redirects to %s", p, back)
		}
	}
}

func TestEndsWithoutAccount(t *testing.T) {
	stop := func(ctx context.Context, w *world) error {
		ctx, cancel := context.WithCancel(ctx)
		_, err := w.SignIn(ctx, Request{Name: "place", Provider: w.provider, Browse: func(string) error { cancel(); return nil }})
		return err
	}
	choose := func(c oauth.Choice) func(context.Context, *world) error {
		return func(ctx context.Context, w *world) error {
			_, err := w.SignIn(ctx, Request{Name: "place", Provider: w.provider, Browse: w.person(c)})
			return err
		}
	}
	noBrowser := errors.New("no browser here")
	for name, c := range map[string]struct {
		do   func(context.Context, *world) error
		want error
		page string // what the person reads, if they see a page
	}{
		"cancelled at the provider": {choose(oauth.Choice{Cancel: true}), ErrCancelled, "nothing has changed"},
		"cancelled here":            {stop, ErrCancelled, ""},
		"nothing ticked":            {choose(oauth.Choice{Untick: []string{oauth.DriveFile}}), store.ErrConsent, "did not work"},
		"nobody came": {func(ctx context.Context, w *world) error {
			w.Wait = 20 * time.Millisecond
			_, err := w.SignIn(ctx, Request{Name: "place", Provider: w.provider, Browse: func(string) error { return nil }})
			return err
		}, ErrTimedOut, ""},
		"no browser": {func(ctx context.Context, w *world) error {
			_, err := w.SignIn(ctx, Request{Name: "place", Provider: w.provider, Browse: func(string) error { return noBrowser }})
			return err
		}, noBrowser, ""},
		"unknown client": {func(ctx context.Context, w *world) error {
			w.cloud.Fail(fakecloud.Fault{Path: "/token", Status: 401, Body: `{"error":"deleted_client"}`})
			return choose(oauth.Choice{})(ctx, w)
		}, ErrClientID, "did not work"},
		"lost code": {func(ctx context.Context, w *world) error {
			w.cloud.Fail(fakecloud.Fault{Path: "/token", Lost: true})
			return choose(oauth.Choice{})(ctx, w)
		}, store.ErrOffline, "did not work"},
		"API not switched on": {func(ctx context.Context, w *world) error {
			w.cloud.Fail(fakecloud.Fault{Path: "/drive/v3/about", Status: 403, Body: `{"error":{"errors":[{"reason":"accessNotConfigured"}]}}`})
			return choose(oauth.Choice{})(ctx, w)
		}, store.ErrRefused, "did not work"},
		"not kept": {func(ctx context.Context, w *world) error {
			w.cloud.Fail(fakecloud.Fault{Path: "/drive/v3/about", Do: func() { w.keeper.breaks(errors.New("locked")) }})
			defer w.keeper.breaks(nil)
			return choose(oauth.Choice{})(ctx, w)
		}, ErrKeeper, "did not work"},
	} {
		w := newWorld(t, Google)
		if err := c.do(t.Context(), w); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.Contains(w.read(), c.page) || c.page == "" && w.read() != "" {
			t.Errorf("%s: the person reads %q", name, w.read())
		}
		if _, err := w.keeper.Load("place"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something is kept, %v", name, err)
		}
	}
}

func TestConsentSaysWhatIsMissing(t *testing.T) {
	w := newWorld(t, Google)
	_, err := w.SignIn(t.Context(), Request{
		Name: "place", Provider: Google, Scopes: []string{GoogleAppFolder},
		Browse: w.person(oauth.Choice{Untick: []string{oauth.DriveAppData}}),
	})
	var consent *ConsentError
	if !errors.As(err, &consent) || len(consent.Missing) != 1 || consent.Missing[0] != GoogleAppFolder {
		t.Errorf("got %v", err)
	}
}

// Who signs in again must be who they were; the known account stays otherwise.
func TestSignInAgain(t *testing.T) {
	for _, p := range Providers {
		w := signedIn(t, p)
		before := w.keeper.record()
		_, err := w.signIn(t, oauth.Choice{Email: alex})
		var wrong *WrongAccountError
		if !errors.As(err, &wrong) || wrong.Want != "s…a@example.com" || wrong.Got != "a…x@example.com" {
			t.Errorf("%s, another account: %v", p, err)
		}
		if !strings.Contains(w.read(), "did not work") || w.keeper.record().Refresh != before.Refresh {
			t.Errorf("%s: the known account did not stay; the person reads %q", p, w.read())
		}
		w.server.Disconnect(sam)
		if _, err := whoami(w.Client("place"), w.api); !errors.Is(err, store.ErrSignedOut) {
			t.Errorf("%s, disconnected: %v", p, err)
		}
		if account, err := w.Account("place"); err != nil || account.Masked == "" {
			t.Errorf("%s: who it was is forgotten: %v, %v", p, account, err)
		}
		if _, err := w.signIn(t, oauth.Choice{}); err != nil {
			t.Errorf("%s, again: %v", p, err)
		}
		if got, err := whoami(w.Client("place"), w.api); got != sam {
			t.Errorf("%s, signed in again: %q, %v", p, got, err)
		}
	}
	w := signedIn(t, Google)
	w.Clients[Dropbox] = ClientID{ID: "wallet"}
	_, err := w.SignIn(t.Context(), Request{Name: "place", Provider: Dropbox, Browse: func(string) error { return nil }})
	var wrong *WrongAccountError
	if !errors.As(err, &wrong) {
		t.Errorf("another provider under one name: %v", err)
	}
}

// The port takes one answer, from the provider's redirect, and nothing else ends the wait.
func TestPortRefuses(t *testing.T) {
	back, err := listen(providers[Google])
	if err != nil {
		t.Fatal(err)
	}
	defer back.close()
	ask := func(method, query, host string) int {
		r, _ := http.NewRequest(method, back.address+query, nil)
		r.Host = host
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if h := answer.Header; h.Get("Access-Control-Allow-Origin") != "" || h.Get("Cache-Control") != "no-store" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("headers %v", h)
		}
		return answer.StatusCode
	}
	for _, c := range [][3]string{
		{"GET", "", ""}, {"GET", "favicon.ico", ""}, {"GET", "?state=x&code=1", ""}, {"GET", "?error=access_denied", ""},
		{"POST", "?state=" + back.state, ""}, {"GET", "other?state=" + back.state, ""}, {"GET", "?code=1&state=" + back.state, "rebound.example"},
	} {
		if got := ask(c[0], c[1], c[2]); got != http.StatusNotFound {
			t.Errorf("%v: %d", c, got)
		}
	}
	if len(back.answers) != 0 {
		t.Fatal("one of these counted as the answer")
	}
	back.show(verdictOn(nil))
	if got := ask("GET", "?code=1&state="+back.state, ""); got != http.StatusOK || (<-back.answers).Get("code") != "1" {
		t.Errorf("the answer: %d", got)
	}
	if got := ask("GET", "?code=2&state="+back.state, ""); got != http.StatusGone {
		t.Errorf("a second answer: %d", got)
	}
}

func TestPortCloses(t *testing.T) {
	back, err := listen(providers[Google])
	if err != nil {
		t.Fatal(err)
	}
	back.close()
	if _, err := http.Get(back.address); err == nil {
		t.Error("the port is still open")
	}
}

// untilFree waits until nothing listens at these addresses. They are among the ports that systems give to whoever
// asks for any, so another test's server may have one for a while.
func untilFree(t *testing.T, addresses []string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); len(addresses) > 0; {
		at, err := url.Parse(addresses[0])
		if err != nil {
			t.Fatal(err)
		}
		listener, err := net.Listen("tcp4", "127.0.0.1:"+at.Port())
		if err == nil {
			listener.Close()
			addresses = addresses[1:]
		} else if time.Now().After(deadline) {
			t.Fatalf("never free: %v", err)
		} else {
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// Dropbox compares the port, so there are few, and another program may have one.
func TestFixedPorts(t *testing.T) {
	peer.Alone(t, peer.DropboxPorts)
	untilFree(t, Dropbox.RedirectURLs())
	var open []*callback
	for range providers[Dropbox].ports {
		back, err := listen(providers[Dropbox])
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, back)
		if want := Dropbox.RedirectURLs()[len(open)-1]; back.address != want {
			t.Errorf("listens at %s, want %s", back.address, want)
		}
	}
	if _, err := listen(providers[Dropbox]); !errors.Is(err, store.ErrBusy) {
		t.Errorf("all taken: %v", err)
	}
	for _, back := range open {
		back.close()
	}
}

func TestMask(t *testing.T) {
	for email, want := range map[string]string{
		"samantha@gmail.com": "s…a@gmail.com", "sam@x.y": "s…m@x.y", "ab@x.y": "a…@x.y", "a@x.y": "a…@x.y", "@x.y": "@x.y", "": "",
		"samantha": "s…a", "日本語@例.jp": "日…語@例.jp", "a\x1b[2Jb\u202ec@x\n.y": "a…c@x.y", "a@b@c.d": "a…b@c.d", "\xff": "",
	} {
		if got := mask(email); got != want {
			t.Errorf("%q is shown as %q, want %q", email, got, want)
		}
	}
}

func TestReadClients(t *testing.T) {
	clients, err := ReadClients([]byte(`{"google":{"client_id":"a","client_secret":"b"},"microsoft":{"client_id":"c","tenant":"consumers"}}`))
	if err != nil || clients[Google].ID != "a" || string(clients[Google].Secret.Reveal()) != "b" || clients[Microsoft].Tenant != "consumers" {
		t.Errorf("got %+v, %v", clients, err)
	}
	for _, bad := range []string{
		``, `[]`, `{"google":{"client_id":""}}`, `{"google":{"client_id":"a b"}}`, `{"gogle":{"client_id":"a"}}`, `{"google":{"clientid":"a"}}`,
		`{"dropbox":{"client_id":"a","client_secret":"hush-hush"}}`, `{"microsoft":{"client_id":"a","tenant":"evil.example/x"}}`, `{}{}`,
		`{"google":{"client_id":"a","client_secret":["hush-hush"]}}`,
	} {
		if _, err := ReadClients([]byte(bad)); err == nil || strings.Contains(err.Error(), "hush-hush") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	_, err = (&Accounts{}).SignIn(t.Context(), Request{Name: "place", Provider: Dropbox})
	var none *NoClientIDError
	if !errors.As(err, &none) || none.Console == "" || len(none.Redirects) != 3 {
		t.Errorf("no client id: %v", err)
	}
	if _, err = (&Accounts{}).SignIn(t.Context(), Request{Provider: "other"}); !errors.As(err, &none) {
		t.Errorf("no such provider: %v", err)
	}
}
