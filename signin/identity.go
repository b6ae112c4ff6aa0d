package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/store"
)

// An identity asks whose tokens these are, just after the person signed in.
type identity struct {
	ctx    context.Context
	http   *http.Client
	client ClientID
	token  *oauth2.Token
}

// identifyGoogle asks Drive: the scope for the program's own files is enough for that
// (drive-api.json, about.get).
func identifyGoogle(i identity) (subject, email string, err error) {
	var about struct {
		User struct {
			PermissionID string `json:"permissionId"`
			Email        string `json:"emailAddress"`
		} `json:"user"`
	}
	err = i.ask(Google, http.MethodGet, "https://www.googleapis.com/drive/v3/about?fields=user(permissionId,emailAddress)", &about)
	return about.User.PermissionID, about.User.Email, err
}

// identifyDropbox needs account_info.read.
func identifyDropbox(i identity) (subject, email string, err error) {
	var account struct {
		ID    string `json:"account_id"`
		Email string `json:"email"`
	}
	err = i.ask(Dropbox, http.MethodPost, "https://api.dropboxapi.com/2/users/get_current_account", &account)
	return account.ID, account.Email, err
}

// identifyMicrosoft reads the ID token, which came straight from the token endpoint over
// TLS and needs no other proof (OpenID Connect Core §3.1.3.7, item 6).
func identifyMicrosoft(i identity) (subject, email string, err error) {
	raw, _ := i.token.Extra("id_token").(string)
	var claims struct {
		Audience string `json:"aud"`
		Subject  string `json:"sub"`
		Email    string `json:"email"`
		Name     string `json:"preferred_username"`
	}
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return "", "", nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Audience != i.client.ID {
		return "", "", store.Errorf("sign in", "", store.ErrRefused, "the ID token is not for this program")
	}
	if claims.Email == "" {
		claims.Email = claims.Name
	}
	return claims.Subject, claims.Email, nil
}

// ask sends a request without a body and decodes the answer.
func (i identity) ask(p Provider, method, url string, into any) error {
	r, err := http.NewRequestWithContext(i.ctx, method, url, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+i.token.AccessToken)
	answer, err := i.http.Do(r)
	if err != nil {
		return networkError(i.ctx, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return networkError(i.ctx, err)
	}
	if answer.StatusCode != http.StatusOK {
		return identityError(p, answer, body)
	}
	if json.Unmarshal(body, into) != nil { // its error could quote the answer
		return store.Errorf("sign in", "", store.ErrOffline, "the answer cannot be read")
	}
	return nil
}

func identityError(p Provider, answer *http.Response, body []byte) error {
	if e := statusError(answer.StatusCode, answer.Header); e != nil {
		return e
	}
	kind := store.ErrRefused // such as an API that was not switched on for this client id
	if lacksScope(answer, body) {
		kind = store.ErrConsent
	}
	return store.Errorf("sign in", "", kind, "%s answered with %d %s when asked whose account it is",
		p.key(), answer.StatusCode, http.StatusText(answer.StatusCode))
}

// mask shortens an e-mail address so that its owner knows it and a bystander does not:
// "s…a@gmail.com". What cannot be printed is left out.
func mask(email string) string {
	email = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, email)
	user, domain := email, ""
	if at := strings.LastIndexByte(email, '@'); at >= 0 {
		user, domain = email[:at], email[at:]
	}
	runes := []rune(user)
	if d := []rune(domain); len(d) > 64 {
		domain = string(d[:63]) + "…"
	}
	switch n := len(runes); {
	case n == 0:
		return domain
	case n < 3:
		return string(runes[:1]) + "…" + domain
	default:
		return string(runes[:1]) + "…" + string(runes[n-1:]) + domain
	}
}
