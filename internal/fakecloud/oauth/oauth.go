// Package oauth is a fake of the sign-in of a cloud provider (OAuth 2.0, RFC 6749, with
// PKCE, RFC 7636): a page on which a person picks an account, ticks permissions and allows
// or cancels, and the endpoints behind it.
//
// It refuses what providers refuse: unknown clients, redirects and scopes, a code that is
// used twice, late, by another client or with another verifier, tokens that have expired or
// were revoked. It is stricter than some of them: PKCE by S256 is always required.
//
//	google := oauth.New(cloud, oauth.Google(client), oauth.Account{Email: "sam@example.com"})
//	tokens := google.Issue("sam@example.com", oauth.DriveFile)           // without any page
//	back, err := google.Answer(authURL, oauth.Choice{Untick: []string{oauth.DriveFile}})
//	cloud.Skip(2 * time.Hour)                                            // access tokens expire
//	google.Disconnect("sam@example.com")                                 // in the account's settings
//
// A fake of an API asks [Server.Authorize] who makes a request. Each thing that the sign-in
// insists on is a [Rule] that can be switched off, so that tests can show that they would
// notice.
package oauth

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
)

// A Provider says how one provider does it. Addresses are without "https://".
type Provider struct {
	Name               string
	Auth, Token        string
	Revoke             string // "" where there is none
	RevokeByBearer     bool   // the token to revoke comes as Authorization, not in a form
	Clients            []Client
	Scopes             []Scope
	Ticks              bool // a person can leave out single scopes
	Redirect           func(c Client, uri *url.URL) bool
	Offline            func(q url.Values) bool // whether a sign-in asks for a refresh token
	RefreshOnlyAtFirst bool                    // and later only with prompt=consent
	Life               time.Duration           // of an access token
	RefreshLife        time.Duration           // of a refresh token; 0 is for ever
	Rotate             bool                    // each refresh gives another refresh token
	OldDies            bool                    // and the one before is refused
}

// A Client is an app that is registered with the provider.
type Client struct {
	ID, Secret string   // no secret: a public client, which must not send one
	Redirects  []string // as registered
}

// A Scope is a permission.
type Scope struct {
	Name, Label string
}

// An Account is a person's at the provider.
type Account struct {
	Email, Name string
}

// Why Authorize refuses.
var (
	ErrMissing = errors.New("no bearer token")
	ErrInvalid = errors.New("unknown or revoked token")
	ErrExpired = errors.New("expired token")
)

// A Grant is what a person allowed an app.
type Grant struct {
	Account Account
	Client  string
	Scopes  []string
	revoked bool
}

// Has tells whether any of the scopes was granted.
func (g *Grant) Has(scopes ...string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(g.Scopes, s) })
}

// Tokens are what an app gets.
type Tokens struct {
	Access, Refresh string
	Expiry          time.Time
}

// A Server is the sign-in of one provider.
type Server struct {
	Provider
	cloud *fakecloud.Cloud

	mu       sync.Mutex
	accounts []Account
	codes    map[string]*code
	access   map[string]*token
	refresh  map[string]*token
	allowed  map[string]bool // client and e-mail that allowed before
	off      map[Rule]bool
}

type token struct {
	grant  *Grant
	expiry time.Time // zero: never
}

// New adds the sign-in of p to a Cloud. The first account is the one that is offered first.
func New(cloud *fakecloud.Cloud, p Provider, accounts ...Account) *Server {
	s := &Server{
		Provider: p, cloud: cloud, accounts: accounts, codes: map[string]*code{},
		access: map[string]*token{}, refresh: map[string]*token{}, allowed: map[string]bool{}, off: map[Rule]bool{},
	}
	cloud.Handle(p.Auth, http.HandlerFunc(s.page))
	cloud.Handle(p.Token, http.HandlerFunc(s.token))
	if p.Revoke != "" {
		cloud.Handle(p.Revoke, http.HandlerFunc(s.revoke))
	}
	return s
}

// Authorize returns who makes a request, or ErrMissing, ErrInvalid or ErrExpired.
func (s *Server) Authorize(r *http.Request) (*Grant, error) {
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.access[bearer]
	switch {
	case t == nil && s.off[BearerKnown]:
		return s.anybody(), nil
	case !ok:
		return nil, ErrMissing
	case t == nil || s.ended(t.grant):
		return nil, ErrInvalid
	case s.over(t) && !s.off[BearerExpires]:
		return nil, ErrExpired
	}
	return t.grant, nil
}

// anybody is who a stranger is taken for when tokens are not looked at: the first account,
// with everything allowed.
func (s *Server) anybody() *Grant {
	g := &Grant{Account: s.accounts[0], Client: s.Clients[0].ID}
	for _, scope := range s.Scopes {
		g.Scopes = append(g.Scopes, scope.Name)
	}
	return g
}

// Issue signs an account in without any page: for tests of what comes after.
func (s *Server) Issue(email string, scopes ...string) Tokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.accounts, func(a Account) bool { return a.Email == email })
	if i < 0 {
		panic("oauth: no account " + email)
	}
	g := &Grant{Account: s.accounts[i], Client: s.Clients[0].ID, Scopes: scopes}
	return s.issue(g, true)
}

// Client returns an HTTP client that is signed in with what Issue gives. It does not
// refresh.
func (s *Server) Client(email string, scopes ...string) *http.Client {
	return &http.Client{Transport: &bearer{s.cloud.Transport(), s.Issue(email, scopes...).Access}}
}

type bearer struct {
	base  http.RoundTripper
	token string
}

func (b *bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.base.RoundTrip(r)
}

// Expire ends all access tokens now. Refresh tokens stay.
func (s *Server) Expire() {
	now := s.cloud.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.access {
		t.expiry = now
	}
}

// SetLife sets how long access tokens live that are given from now on.
func (s *Server) SetLife(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Life = d
}

// Disconnect ends all that an account ever allowed: the person removed the app in the
// account's settings, or changed the password.
func (s *Server) Disconnect(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, tokens := range []map[string]*token{s.access, s.refresh} {
		for _, t := range tokens {
			if t.grant.Account.Email == email {
				t.grant.revoked = true
			}
		}
	}
	for _, c := range s.Clients {
		delete(s.allowed, c.ID+" "+email)
	}
}

// issue makes tokens. s.mu is held.
func (s *Server) issue(g *Grant, offline bool) Tokens {
	t := Tokens{Access: "access-" + rand.Text(), Expiry: s.cloud.Now().Add(s.Life)}
	s.access[t.Access] = &token{g, t.Expiry}
	if offline {
		t.Refresh = "refresh-" + rand.Text()
		s.refresh[t.Refresh] = &token{grant: g}
		if s.RefreshLife > 0 {
			s.refresh[t.Refresh].expiry = s.cloud.Now().Add(s.RefreshLife)
		}
	}
	return t
}

// ended tells whether what g allowed was taken back. s.mu is held.
func (s *Server) ended(g *Grant) bool { return g.revoked && !s.off[GrantEnds] }

// over tells whether t has expired.
func (s *Server) over(t *token) bool {
	return !t.expiry.IsZero() && !s.cloud.Now().Before(t.expiry)
}
