// Package signin signs in to a person's cloud account in their own browser, and keeps them
// signed in: OAuth 2.0 for native apps (RFC 8252) with PKCE (RFC 7636) for Google, Dropbox
// and Microsoft.
//
//	accounts := &signin.Accounts{Keeper: keeper, Clients: clients}
//	account, err := accounts.SignIn(ctx, signin.Request{Name: "my drive", Provider: signin.Google, Browse: open})
//	place, err := googledrive.Open(ctx, googledrive.Config{HTTP: accounts.Client("my drive")})
//
// The program never sees the password: the provider's own page asks for it and sends the
// browser back to a port of this computer, which is open for that one answer only. What
// comes of it, a refresh token that is good for months, is kept by a [Keeper].
//
// A client id says to the provider which program asks. None is part of this package: the
// maker of a wallet or the person brings one, see [Clients].
//
// Addresses are constants, and there is no setting for others. Tokens are sent to those
// addresses only, over TLS, and are in no error, no log and nothing that prints.
package signin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// Accounts are the cloud accounts that this device is signed in to, each under a name of
// the caller's choice, such as that of a place. Its methods may be called from many
// goroutines; a program makes one Accounts for one Keeper, and does not copy it.
type Accounts struct {
	Keeper  Keeper  // keeps the tokens
	Clients Clients // client ids, needed by SignIn only

	// Transport reaches the providers. Nil is one of this package that waits a minute for
	// an answer to begin.
	Transport http.RoundTripper

	// Wait is how long SignIn waits for the person. Zero is five minutes.
	Wait time.Duration

	mu       sync.Mutex
	sessions map[string]*session
}

// An Account is whom the device is signed in as.
type Account struct {
	Provider Provider
	Subject  string // tells accounts of one provider apart, and stays when the e-mail address changes; not for people
	Masked   string // for screens: "s…a@gmail.com"; empty where the provider does not say
}

// String names the account for people: "Google s…a@gmail.com".
func (a *Account) String() string {
	if a.Masked == "" {
		return a.Provider.String()
	}
	return a.Provider.String() + " " + a.Masked
}

// Account returns whom the device is signed in as under name, without asking the provider.
// Nobody is a [store.ErrSignedOut]. An account whose permission has ended since is returned
// all the same: [Accounts.Client] finds out.
func (a *Accounts) Account(name string) (*Account, error) {
	kept, err := a.load(name)
	if err != nil {
		return nil, err
	}
	return kept.account(), nil
}

// session returns the one session of a name.
func (a *Accounts) session(name string) *session {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.sessions[name]
	if s == nil {
		if a.sessions == nil {
			a.sessions = map[string]*session{}
		}
		s = &session{accounts: a, name: name, busy: make(chan struct{}, 1)}
		a.sessions[name] = s
	}
	return s
}

// direct returns a client without any token. It follows no redirect: what it sends is
// meant for one address.
func (a *Accounts) direct() *http.Client {
	return &http.Client{
		Transport:     a.transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (a *Accounts) transport() http.RoundTripper {
	if a.Transport != nil {
		return a.Transport
	}
	return defaultTransport
}

var defaultTransport = &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
	TLSHandshakeTimeout:   15 * time.Second,
	ResponseHeaderTimeout: time.Minute,
	IdleConnTimeout:       30 * time.Second,
	ForceAttemptHTTP2:     true,
	MaxIdleConnsPerHost:   4,
}

// The ways in which SignIn ends without an account, beside the kinds of package store:
// [store.ErrConsent] (also a [*ConsentError]), [store.ErrOffline], [store.ErrBusy] and
// [store.ErrRefused].
var (
	ErrCancelled = errors.New("sign-in was cancelled") // by the person at the provider's page, or by ctx
	ErrTimedOut  = errors.New("sign-in took too long") // nobody answered within Accounts.Wait
	ErrClientID  = errors.New("client id refused")     // unknown to the provider, deleted, or made for something else
	ErrKeeper    = errors.New("sign-in not kept")      // the Keeper could not read or write
)

// A WrongAccountError says that the person signed in to another account than the one known
// under that name. The known one stays as it was.
type WrongAccountError struct {
	Provider  Provider
	Want, Got string // masked
}

func (e *WrongAccountError) Error() string {
	return fmt.Sprintf("sign in to %s: signed in as %s, not as %s", e.Provider.key(), e.Got, e.Want)
}

// A ConsentError says which permissions the person did not give. It is a [store.ErrConsent].
type ConsentError struct {
	Provider Provider
	Missing  []string // OAuth scopes
}

func (e *ConsentError) Error() string {
	return fmt.Sprintf("sign in to %s: %v: %q", e.Provider.key(), store.ErrConsent, e.Missing)
}

func (e *ConsentError) Unwrap() error { return store.ErrConsent }

// ended says why a sign-in stopped waiting when ctx has ended.
func ended(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, ErrTimedOut) || errors.Is(cause, context.DeadlineExceeded) {
		return ErrTimedOut
	}
	return ErrCancelled
}
