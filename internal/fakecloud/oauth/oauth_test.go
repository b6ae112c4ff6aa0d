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

func start(t testing.TB, p oauth.Provider, accounts ...oauth.Account) *app {
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

func (a *app) ctx(t testing.TB) context.Context {
	return context.WithValue(t.Context(), oauth2.HTTPClient, a.cloud.Client())
}

func (a *app) url(extra ...oauth2.AuthCodeOption) string {
	return a.AuthCodeURL("the state", append(extra, oauth2.S256ChallengeOption(a.verifier))...)
}

// code goes over the page and returns what comes back.
func (a *app) code(t testing.TB, c oauth.Choice, extra ...oauth2.AuthCodeOption) url.Values {
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

func (a *app) signIn(t testing.TB, c oauth.Choice, extra ...oauth2.AuthCodeOption) *oauth2.Token {
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
func (a *app) refresh(t testing.TB, refresh string) (*oauth2.Token, string) {
	t.Helper()
	tok, err := a.TokenSource(a.ctx(t), &oauth2.Token{RefreshToken: refresh}).Token()
	return tok, errorCode(t, err)
}

func errorCode(t testing.TB, err error) string {
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

// Access tokens end at once, or soon; refresh tokens stay good.
func TestExpire(t *testing.T) {
	a := start(t, google())
	tokens := a.Issue(sam.Email)
	a.SetLife(time.Minute)
	short := a.Issue(sam.Email)
	a.cloud.Skip(2 * time.Minute)
	a.wantBearer(t, tokens.Access, nil)
	a.wantBearer(t, short.Access, oauth.ErrExpired)
	a.Expire()
	a.wantBearer(t, tokens.Access, oauth.ErrExpired)
	if next, code := a.refresh(t, tokens.Refresh); code != "" || next.Expiry.After(a.cloud.Now().Add(2*time.Minute)) {
		t.Errorf("refreshed: %v, %q", next, code)
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
