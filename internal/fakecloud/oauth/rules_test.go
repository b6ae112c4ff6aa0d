package oauth_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/internal/fakecloud/ruletest"
)

// offline asks Google for a refresh token.
var offline = oauth2.AccessTypeOffline

// refuses fails the test unless the page refuses, whatever the person would do.
func (a *app) refuses(t testing.TB, change oauth2.AuthCodeOption) {
	t.Helper()
	if _, err := a.Answer(a.AuthCodeURL("the state", oauth2.S256ChallengeOption(a.verifier), change), oauth.Choice{}); err == nil {
		t.Error("the page did not refuse")
	}
}

// trade sends a code to the token endpoint, with other parameters where they are given, and
// returns the error code.
func (a *app) trade(t testing.TB, code string, more ...string) string {
	t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "client_id": {"wallet"},
		"client_secret": {"not confidential"}, "code_verifier": {a.verifier}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return a.post(t, "https://"+a.Token, form)
}

func (a *app) post(t testing.TB, address string, form url.Values) string {
	t.Helper()
	resp, err := a.cloud.Client().PostForm(address, form)
	return reason(t, resp, err)
}

// wantBearer fails the test unless an access token is as good as wanted.
func (a *app) wantBearer(t testing.TB, access string, want error) {
	t.Helper()
	if _, err := a.who(access); err != want {
		t.Errorf("the token: %v, want %v", err, want)
	}
}

func wantCode(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("answered %q, want %q", got, want)
	}
}

// What the sign-in must answer, by rule. Each check passes while its rule is on and fails
// when it is off: TestRules shows both. The app is Google's unless a check makes another.
var rules = map[oauth.Rule]func(t testing.TB, b bench){
	oauth.ClientKnown:   func(t testing.TB, b bench) { b.google(t).refuses(t, oauth2.SetAuthURLParam("client_id", "other")) },
	oauth.RedirectKnown: redirectKnown,
	oauth.OnlyCode:      func(t testing.TB, b bench) { b.google(t).refuses(t, oauth2.SetAuthURLParam("response_type", "token")) },
	oauth.PKCERequired: func(t testing.TB, b bench) {
		b.google(t).refuses(t, oauth2.SetAuthURLParam("code_challenge_method", "plain"))
		b.google(t).refuses(t, oauth2.SetAuthURLParam("code_challenge", ""))
	},
	oauth.ScopesKnown: func(t testing.TB, b bench) {
		b.google(t).refuses(t, oauth2.SetAuthURLParam("scope", "https://www.googleapis.com/auth/everything"))
		b.google(t).refuses(t, oauth2.SetAuthURLParam("scope", ""))
	},
	oauth.TicksCount: func(t testing.TB, b bench) {
		a := b.google(t)
		a.Scopes = []string{oauth.DriveFile, oauth.DriveAppData}
		tok := a.signIn(t, oauth.Choice{Untick: []string{oauth.DriveFile}})
		if got, err := a.who(tok.AccessToken); got != sam.Email+" "+oauth.DriveAppData {
			t.Errorf("given: %q, %v", got, err)
		}
	},
	oauth.CancelTold: func(t testing.TB, b bench) {
		if q := b.google(t).code(t, oauth.Choice{Cancel: true}); q.Get("error") != "access_denied" || q.Has("code") {
			t.Errorf("cancelled: %v", q)
		}
	},
	oauth.AccountKnown: func(t testing.TB, b bench) {
		a := b.google(t)
		if back, err := a.Answer(a.url(), oauth.Choice{Email: "nobody@example.com"}); err == nil {
			t.Errorf("went on to %s", back)
		}
	},
	oauth.ScopeTold: func(t testing.TB, b bench) {
		if got := b.google(t).signIn(t, oauth.Choice{}).Extra("scope"); got != oauth.DriveFile {
			t.Errorf("told: %v", got)
		}
	},
	oauth.StateKept: func(t testing.TB, b bench) { b.google(t).code(t, oauth.Choice{}) }, // looks at the state
	oauth.OfflineAsked: func(t testing.TB, b bench) {
		for _, a := range []*app{b.google(t), b.dropbox(t), b.microsoft(t)} {
			if a.signIn(t, oauth.Choice{}).RefreshToken != "" {
				t.Errorf("%s gives a refresh token, unasked", a.Name)
			}
		}
	},
	oauth.RefreshAtFirst: func(t testing.TB, b bench) {
		a := b.google(t)
		for i, want := range []bool{true, false} {
			if got := a.signIn(t, oauth.Choice{}, offline).RefreshToken != ""; got != want {
				t.Errorf("sign-in %d: a refresh token: %v", i, got)
			}
		}
		if a.signIn(t, oauth.Choice{}, offline, oauth2.ApprovalForce).RefreshToken == "" {
			t.Error("no refresh token after prompt=consent")
		}
	},
	oauth.FormPosted: func(t testing.TB, b bench) {
		a := b.google(t)
		resp, err := a.cloud.Client().Get("https://" + a.Token)
		wantCode(t, reason(t, resp, err), "invalid_request")
		resp, err = a.cloud.Client().Post("https://"+a.Token, "application/json", strings.NewReader(`{"grant_type":"refresh_token"}`))
		wantCode(t, reason(t, resp, err), "invalid_request")
	},
	oauth.SecretsInBody: func(t testing.TB, b bench) {
		a := b.google(t)
		form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {a.Issue(sam.Email).Refresh}, "client_id": {"wallet"}, "client_secret": {"not confidential"}}
		wantCode(t, a.post(t, "https://"+a.Token+"?client_id=wallet", form), "invalid_request")
		wantCode(t, a.post(t, "https://"+a.Token, form), "")
	},
	oauth.SecretChecked: func(t testing.TB, b bench) {
		a := b.google(t)
		for _, secret := range []string{"wrong", ""} {
			wantCode(t, a.trade(t, a.code(t, oauth.Choice{}).Get("code"), "client_secret", secret), "invalid_client")
		}
		wantCode(t, a.trade(t, a.code(t, oauth.Choice{}).Get("code"), "client_id", "other"), "invalid_client")
		public := b.dropbox(t)
		wantCode(t, public.trade(t, public.code(t, oauth.Choice{}).Get("code")), "invalid_client") // with a secret, unasked
	},
	oauth.GrantKnown: func(t testing.TB, b bench) {
		wantCode(t, b.google(t).trade(t, "", "grant_type", "password"), "unsupported_grant_type")
	},
	oauth.CodeOnce: func(t testing.TB, b bench) {
		a := b.google(t)
		code := a.code(t, oauth.Choice{}).Get("code")
		wantCode(t, a.trade(t, code), "")
		wantCode(t, a.trade(t, code), "invalid_grant")
	},
	oauth.CodeStolen: func(t testing.TB, b bench) {
		a := b.google(t)
		code := a.code(t, oauth.Choice{}).Get("code")
		tok, err := a.Exchange(a.ctx(t), code, oauth2.VerifierOption(a.verifier))
		if err != nil {
			t.Fatal(err)
		}
		a.wantBearer(t, tok.AccessToken, nil)
		a.trade(t, code)
		a.wantBearer(t, tok.AccessToken, oauth.ErrInvalid)
	},
	oauth.CodeExpires: func(t testing.TB, b bench) {
		a := b.google(t)
		early, late := a.code(t, oauth.Choice{}).Get("code"), a.code(t, oauth.Choice{}).Get("code")
		a.cloud.Skip(9 * time.Minute)
		wantCode(t, a.trade(t, early), "")
		a.cloud.Skip(2 * time.Minute)
		wantCode(t, a.trade(t, late), "invalid_grant")
	},
	oauth.CodeBound: func(t testing.TB, b bench) {
		a := b.google(t)
		code := a.code(t, oauth.Choice{}).Get("code")
		wantCode(t, a.trade(t, code, "client_id", "second", "client_secret", ""), "invalid_grant")
		wantCode(t, a.trade(t, "made up"), "invalid_grant")
	},
	oauth.RedirectSame: func(t testing.TB, b bench) {
		a := b.google(t)
		wantCode(t, a.trade(t, a.code(t, oauth.Choice{}).Get("code"), "redirect_uri", redirect+"2"), "redirect_uri_mismatch")
	},
	oauth.VerifierChecked: func(t testing.TB, b bench) {
		a := b.google(t)
		for _, verifier := range []string{oauth2.GenerateVerifier(), "short", ""} {
			wantCode(t, a.trade(t, a.code(t, oauth.Choice{}).Get("code"), "code_verifier", verifier), "invalid_grant")
		}
	},
	oauth.RefreshKnown: func(t testing.TB, b bench) {
		_, code := b.google(t).refresh(t, "made up")
		wantCode(t, code, "invalid_grant")
	},
	oauth.RefreshBound: func(t testing.TB, b bench) {
		a := b.google(t)
		refresh := a.Issue(sam.Email).Refresh
		a.ClientID, a.ClientSecret = "second", ""
		_, code := a.refresh(t, refresh)
		wantCode(t, code, "invalid_grant")
	},
	oauth.RefreshExpires: func(t testing.TB, b bench) {
		a := b.microsoft(t)
		refresh := a.Issue(sam.Email).Refresh
		a.cloud.Skip(a.RefreshLife)
		_, code := a.refresh(t, refresh)
		wantCode(t, code, "invalid_grant")
	},
	oauth.RefreshTurns: func(t testing.TB, b bench) {
		a := b.microsoft(t)
		old := a.Issue(sam.Email).Refresh
		next, _ := a.refresh(t, old)
		_, code := a.refresh(t, old)
		wantCode(t, code, "invalid_grant")
		_, code = a.refresh(t, next.RefreshToken)
		wantCode(t, code, "")
	},
	oauth.BearerKnown: func(t testing.TB, b bench) {
		b.google(t).wantBearer(t, "made up", oauth.ErrInvalid)
		b.google(t).wantBearer(t, "", oauth.ErrMissing)
	},
	oauth.BearerExpires: func(t testing.TB, b bench) {
		a := b.google(t)
		tokens := a.Issue(sam.Email)
		a.wantBearer(t, tokens.Access, nil)
		a.cloud.Skip(a.Life)
		a.wantBearer(t, tokens.Access, oauth.ErrExpired)
	},
	oauth.GrantEnds: func(t testing.TB, b bench) {
		a := b.google(t)
		for _, end := range []func(tokens oauth.Tokens){
			func(oauth.Tokens) { a.Disconnect(sam.Email) },
			func(tokens oauth.Tokens) {
				a.post(t, "https://"+a.Provider.Revoke, url.Values{"token": {tokens.Access}})
			},
			func(tokens oauth.Tokens) {
				a.post(t, "https://"+a.Provider.Revoke, url.Values{"token": {tokens.Refresh}})
			},
		} {
			tokens := a.Issue(sam.Email)
			a.wantBearer(t, tokens.Access, nil)
			end(tokens)
			a.wantBearer(t, tokens.Access, oauth.ErrInvalid)
			_, code := a.refresh(t, tokens.Refresh)
			wantCode(t, code, "invalid_grant")
		}
	},
	oauth.IdentityAsked: func(t testing.TB, b bench) {
		a := b.microsoft(t)
		if id := a.signIn(t, oauth.Choice{}).Extra("id_token"); id != nil {
			t.Errorf("told, unasked: %v", id)
		}
		a.Scopes = []string{"openid", "email"}
		if id, _ := a.signIn(t, oauth.Choice{}).Extra("id_token").(string); strings.Count(id, ".") != 2 {
			t.Errorf("asked, and told %q", id)
		}
	},
	oauth.RevokedTold: func(t testing.TB, b bench) {
		g := b.google(t)
		wantCode(t, g.post(t, "https://"+g.Provider.Revoke, url.Values{"token": {"made up"}}), "invalid_token")
		d := b.dropbox(t)
		wantCode(t, d.post(t, "https://"+d.Provider.Revoke, nil), "invalid_access_token")
	},
	oauth.RevokePosted: func(t testing.TB, b bench) {
		a := b.google(t)
		resp, err := a.cloud.Client().Get("https://" + a.Provider.Revoke)
		wantCode(t, reason(t, resp, err), "invalid_request")
	},
}

// redirectKnown: Google takes any port of this computer, Microsoft any port of what was
// registered, Dropbox nothing but what was registered.
func redirectKnown(t testing.TB, b bench) {
	for uri, who := range map[string]*app{
		"https://thief.example/": b.google(t), "https://127.0.0.1/": b.google(t), "http://127.0.0.1:5/other": b.microsoft(t),
		"http://localhost:5/back": b.microsoft(t), "http://127.0.0.1:41235/back": b.dropbox(t),
	} {
		who.refuses(t, oauth2.SetAuthURLParam("redirect_uri", uri))
	}
}

// A bench makes apps at sign-ins with some rules off.
type bench struct{ off []oauth.Rule }

func (b bench) app(t testing.TB, p oauth.Provider) *app {
	p.Clients = append(p.Clients, oauth.Client{ID: "second"})
	a := start(t, p)
	a.Off(b.off...)
	return a
}

func (b bench) google(t testing.TB) *app    { return b.app(t, google()) }
func (b bench) dropbox(t testing.TB) *app   { return b.app(t, dropbox()) }
func (b bench) microsoft(t testing.TB) *app { return b.app(t, microsoft()) }

// Every rule is checked, and every check notices when its rule is off.
func TestRules(t *testing.T) {
	ruletest.Run(t, oauth.Rules, rules, func(_ testing.TB, off ...oauth.Rule) bench { return bench{off} })
}

// reason is the error code of an answer, "" for none.
func reason(t testing.TB, resp *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Error string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if ok := resp.StatusCode == http.StatusOK; ok != (answer.Error == "") {
		t.Errorf("%q comes with %s", answer.Error, resp.Status)
	}
	return answer.Error
}
