package oauth_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

const redirect = "http://127.0.0.1:41234/back"

var sam = oauth.Account{Email: "sam@example.com", Name: "Sam"}

// app is an app as golang.org/x/oauth2 makes it: that library is not ours, and judges.
type app struct {
	cloud *fakecloud.Cloud
	*oauth.Server
	oauth2.Config
	verifier string
}

func start(t *testing.T, p oauth.Provider, accounts ...oauth.Account) *app {
	cloud := fakecloud.Start(t)
	s := oauth.New(cloud, p, append([]oauth.Account{sam}, accounts...)...)
	c := p.Clients[0]
	return &app{cloud: cloud, Server: s, verifier: oauth2.GenerateVerifier(), Config: oauth2.Config{
		ClientID: c.ID, ClientSecret: c.Secret, RedirectURL: redirect, Scopes: []string{p.Scopes[0].Name},
		Endpoint: oauth2.Endpoint{AuthURL: "https://" + p.Auth, TokenURL: "https://" + p.Token, AuthStyle: oauth2.AuthStyleInParams},
	}}
}

func google() oauth.Provider {
	return oauth.Google(oauth.Client{ID: "wallet", Secret: "not confidential"})
}

func microsoft() oauth.Provider {
	return oauth.Microsoft(oauth.Client{ID: "wallet", Redirects: []string{"http://127.0.0.1/back"}})
}

func dropbox() oauth.Provider {
	return oauth.Dropbox(oauth.Client{ID: "wallet", Redirects: []string{redirect}})
}

func (a *app) ctx(t *testing.T) context.Context {
	return context.WithValue(t.Context(), oauth2.HTTPClient, a.cloud.Client())
}

func (a *app) url(extra ...oauth2.AuthCodeOption) string {
	return a.AuthCodeURL("the state", append(extra, oauth2.S256ChallengeOption(a.verifier))...)
}

// code goes over the page and returns what comes back.
func (a *app) code(t *testing.T, c oauth.Choice, extra ...oauth2.AuthCodeOption) url.Values {
	t.Helper()
	back, err := a.Answer(a.url(extra...), c)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil || !strings.HasPrefix(back, redirect+"?") || u.Query().Get("state") != "the state" {
		t.Fatalf("sent to %q, %v", back, err)
	}
	return u.Query()
}

func (a *app) signIn(t *testing.T, c oauth.Choice, extra ...oauth2.AuthCodeOption) *oauth2.Token {
	t.Helper()
	tok, err := a.Exchange(a.ctx(t), a.code(t, c, extra...).Get("code"), oauth2.VerifierOption(a.verifier))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// who asks what a fake of an API would ask.
func (a *app) who(access string) (string, error) {
	r, _ := http.NewRequest("GET", "https://api", nil)
	if access != "" {
		r.Header.Set("Authorization", "Bearer "+access)
	}
	g, err := a.Authorize(r)
	if err != nil {
		return "", err
	}
	return g.Account.Email + " " + strings.Join(g.Scopes, " "), nil
}

// refresh returns new tokens for a refresh token, or the provider's error code.
func (a *app) refresh(t *testing.T, refresh string) (*oauth2.Token, string) {
	t.Helper()
	tok, err := a.TokenSource(a.ctx(t), &oauth2.Token{RefreshToken: refresh}).Token()
	return tok, errorCode(t, err)
}

func errorCode(t *testing.T, err error) string {
	t.Helper()
	var refused *oauth2.RetrieveError
	if err != nil && !errors.As(err, &refused) {
		t.Fatal(err)
	}
	if refused == nil {
		return ""
	}
	return refused.ErrorCode
}

func TestSignIn(t *testing.T) {
	for name, c := range map[string]struct {
		provider oauth.Provider
		offline  oauth2.AuthCodeOption
	}{
		"google":    {google(), oauth2.AccessTypeOffline},
		"dropbox":   {dropbox(), oauth2.SetAuthURLParam("token_access_type", "offline")},
		"microsoft": {microsoft(), oauth2.SetAuthURLParam("scope", "Files.ReadWrite.AppFolder offline_access")},
	} {
		a := start(t, c.provider)
		if tok := a.signIn(t, oauth.Choice{}); tok.RefreshToken != "" {
			t.Errorf("%s: a refresh token, unasked", name)
		}
		a.Disconnect(sam.Email)
		tok := a.signIn(t, oauth.Choice{}, c.offline)
		if tok.RefreshToken == "" || tok.Expiry.Before(time.Now()) {
			t.Errorf("%s: got %+v", name, tok)
		}
		if got, err := a.who(tok.AccessToken); err != nil || !strings.HasPrefix(got, sam.Email) {
			t.Errorf("%s: signed in as %q, %v", name, got, err)
		}
		a.cloud.Skip(c.provider.Life)
		if _, err := a.who(tok.AccessToken); err != oauth.ErrExpired {
			t.Errorf("%s: later: %v", name, err)
		}
		next, code := a.refresh(t, tok.RefreshToken)
		if _, err := a.who(next.AccessToken); err != nil || code != "" {
			t.Errorf("%s: refreshed: %v %v", name, err, code)
		}
	}
}

func TestAccountsAndTicks(t *testing.T) {
	a := start(t, google(), oauth.Account{Email: "alex@example.com"})
	a.Scopes = []string{oauth.DriveFile, oauth.DriveAppData}
	tok := a.signIn(t, oauth.Choice{Email: "alex@example.com", Untick: []string{oauth.DriveFile}})
	if got, _ := a.who(tok.AccessToken); got != "alex@example.com "+oauth.DriveAppData || tok.Extra("scope") != oauth.DriveAppData {
		t.Errorf("got %q, %v", got, tok.Extra("scope"))
	}
	if q := a.code(t, oauth.Choice{Cancel: true}); q.Get("error") != "access_denied" || q.Has("code") {
		t.Errorf("cancelled: %v", q)
	}
	if _, err := a.who(""); err != oauth.ErrMissing {
		t.Errorf("no token: %v", err)
	}
	if _, err := a.who("made up"); err != oauth.ErrInvalid {
		t.Errorf("made up: %v", err)
	}
	if got, err := a.who(a.Issue(sam.Email, "x").Access); got != sam.Email+" x" {
		t.Errorf("issued: %q, %v", got, err)
	}
}

func TestPageRefuses(t *testing.T) {
	a := start(t, google())
	for what, change := range map[string][2]string{
		"unknown client": {"client_id", "other"}, "foreign redirect": {"redirect_uri", "https://thief.example/"},
		"redirect by https": {"redirect_uri", "https://127.0.0.1/"}, "implicit": {"response_type", "token"},
		"unknown scope": {"scope", "https://www.googleapis.com/auth/everything"}, "no scope": {"scope", ""},
	} {
		if _, err := a.Answer(a.url(oauth2.SetAuthURLParam(change[0], change[1])), oauth.Choice{}); err == nil {
			t.Errorf("%s: not refused", what)
		}
	}
	for _, weak := range []string{a.AuthCodeURL("s"), a.AuthCodeURL("s", oauth2.SetAuthURLParam("code_challenge", a.verifier), oauth2.SetAuthURLParam("code_challenge_method", "plain"))} {
		if _, err := a.Answer(weak, oauth.Choice{}); err == nil {
			t.Errorf("without S256: not refused")
		}
	}
	d := start(t, dropbox())
	d.RedirectURL = "http://127.0.0.1:41235/back"
	if _, err := d.Answer(d.url(), oauth.Choice{}); err == nil {
		t.Error("dropbox took another port")
	}
	m := start(t, microsoft())
	for uri, fits := range map[string]bool{"http://127.0.0.1:5/back": true, "http://127.0.0.1:5/other": false, "http://localhost:5/back": false} {
		m.RedirectURL = uri
		if _, err := m.Answer(m.url(), oauth.Choice{}); (err == nil) != fits {
			t.Errorf("microsoft, %s: %v", uri, err)
		}
	}
}

func TestTokenRefuses(t *testing.T) {
	for what, c := range map[string]struct {
		spoil func(a *app, code *string)
		want  string
	}{
		"another verifier": {func(a *app, _ *string) { a.verifier = oauth2.GenerateVerifier() }, "invalid_grant"},
		"short verifier":   {func(a *app, _ *string) { a.verifier = "short" }, "invalid_grant"},
		"made-up code":     {func(_ *app, code *string) { *code = "x" }, "invalid_grant"},
		"late code":        {func(a *app, _ *string) { a.cloud.Skip(11 * time.Minute) }, "invalid_grant"},
		"another redirect": {func(a *app, _ *string) { a.RedirectURL += "2" }, "redirect_uri_mismatch"},
		"another client":   {func(a *app, _ *string) { a.ClientID = "other" }, "invalid_client"},
		"wrong secret":     {func(a *app, _ *string) { a.ClientSecret = "x" }, "invalid_client"},
		"no secret":        {func(a *app, _ *string) { a.ClientSecret = "" }, "invalid_client"},
	} {
		a := start(t, google())
		code := a.code(t, oauth.Choice{}).Get("code")
		c.spoil(a, &code)
		_, err := a.Exchange(a.ctx(t), code, oauth2.VerifierOption(a.verifier))
		if got := errorCode(t, err); got != c.want {
			t.Errorf("%s: got %q, want %q", what, got, c.want)
		}
	}
	public := start(t, dropbox())
	code := public.code(t, oauth.Choice{}).Get("code")
	public.ClientSecret = "unasked"
	if _, err := public.Exchange(public.ctx(t), code, oauth2.VerifierOption(public.verifier)); errorCode(t, err) != "invalid_client" {
		t.Errorf("a secret of a public client: %v", err)
	}
}

// A code that comes twice was stolen: what the first one gave ends.
func TestCodeTwice(t *testing.T) {
	a := start(t, google())
	code := a.code(t, oauth.Choice{}).Get("code")
	tok, err := a.Exchange(a.ctx(t), code, oauth2.VerifierOption(a.verifier))
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Exchange(a.ctx(t), code, oauth2.VerifierOption(a.verifier))
	if got := errorCode(t, err); got != "invalid_grant" {
		t.Errorf("again: %q", got)
	}
	if _, err := a.who(tok.AccessToken); err != oauth.ErrInvalid {
		t.Errorf("its token: %v", err)
	}
}

// Google gives a refresh token once, and again only if asked with prompt=consent.
func TestRefreshOnlyAtFirst(t *testing.T) {
	a := start(t, google())
	for i, c := range []struct {
		consent oauth2.AuthCodeOption
		want    bool
	}{{nil, true}, {nil, false}, {oauth2.ApprovalForce, true}} {
		extra := []oauth2.AuthCodeOption{oauth2.AccessTypeOffline}
		if c.consent != nil {
			extra = append(extra, c.consent)
		}
		if got := a.signIn(t, oauth.Choice{}, extra...).RefreshToken != ""; got != c.want {
			t.Errorf("sign-in %d: refresh token %v, want %v", i, got, c.want)
		}
	}
}

func TestRotation(t *testing.T) {
	for name, p := range map[string]oauth.Provider{"google": google(), "dropbox": dropbox(), "microsoft": microsoft()} {
		a := start(t, p)
		old := a.Issue(sam.Email).Refresh
		next, code := a.refresh(t, old)
		if code != "" || (next.RefreshToken != old) != p.Rotate {
			t.Errorf("%s: rotated %v, %s", name, next.RefreshToken != old, code)
		}
		if _, code := a.refresh(t, old); (code != "") != p.OldDies {
			t.Errorf("%s: the old one again: %q", name, code)
		}
	}
}

func TestEnds(t *testing.T) {
	a := start(t, microsoft())
	refresh := a.Issue(sam.Email).Refresh
	a.cloud.Skip(a.RefreshLife)
	if _, code := a.refresh(t, refresh); code != "invalid_grant" {
		t.Errorf("an old refresh token: %q", code)
	}
	tokens := a.Issue(sam.Email)
	a.Expire()
	if _, err := a.who(tokens.Access); err != oauth.ErrExpired {
		t.Errorf("expired: %v", err)
	}
	a.Disconnect(sam.Email)
	if _, code := a.refresh(t, tokens.Refresh); code != "invalid_grant" {
		t.Errorf("disconnected: %q", code)
	}
}

func TestRevoke(t *testing.T) {
	g := start(t, google())
	tokens := g.Issue(sam.Email)
	revoke := func(token string) int {
		resp, err := g.cloud.Client().PostForm("https://"+g.Provider.Revoke, url.Values{"token": {token}})
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode
	}
	if got := revoke("x"); got != 400 {
		t.Errorf("unknown: %d", got)
	}
	if got := revoke(tokens.Refresh); got != 200 {
		t.Errorf("revoked: %d", got)
	}
	if _, err := g.who(tokens.Access); err != oauth.ErrInvalid {
		t.Errorf("after revoking: %v", err)
	}

	d := start(t, dropbox())
	client := d.Server.Client(sam.Email)
	for _, want := range []int{200, 401} {
		resp, err := client.Post("https://"+d.Provider.Revoke, "", nil)
		if err != nil || resp.StatusCode != want {
			t.Errorf("dropbox: %v, %v, want %d", resp, err, want)
		}
	}
}

func TestPage(t *testing.T) {
	a := start(t, google(), oauth.Account{Email: "alex@example.com"})
	resp, err := a.cloud.Client().Get(a.url())
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	for _, want := range []string{"A fake of Google", `value="sam@example.com" checked`, `value="alex@example.com">`, `type="checkbox" name="scope" value="` + oauth.DriveFile + `"`, `id="allow"`, `id="cancel"`} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the page has no %s:\n%s", want, body)
		}
	}
	if strings.Contains(string(body), "checkbox\" checked") {
		t.Error("permissions are ticked before the person does it")
	}
}
