package signin

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// A Request says who is to sign in, and how to reach them.
type Request struct {
	Name     string // under which the account is kept
	Provider Provider

	// Browse shows an address of the provider to the person, in their browser. It may
	// block; an error of it ends the sign-in. The address holds no secret, but who opens it
	// elsewhere cannot finish: the answer goes to a port of this computer.
	Browse func(url string) error

	// Scopes are asked for, and insisted on, beside those that the provider's place needs.
	Scopes []string
}

const (
	patience = 5 * time.Minute // for the person
	speaking = time.Minute     // for a provider, once the person is done
	courtesy = 5 * time.Second // for a provider, to take back what is not used
)

// SignIn lets the person sign in, and keeps the account under r.Name. If one is kept there
// already, the person has to sign in to that same account; any other is a
// [*WrongAccountError], and the known one stays. To change accounts, sign out first.
//
// SignIn waits until the person is done, for Accounts.Wait, or until ctx ends. Nothing is
// kept unless it returns nil.
func (a *Accounts) SignIn(ctx context.Context, r Request) (*Account, error) {
	client, err := a.Clients.client(r.Provider)
	if err != nil {
		return nil, err
	}
	known, err := a.load(r.Name)
	if err != nil && !errors.Is(err, store.ErrSignedOut) {
		return nil, err
	}
	if known != nil && known.provider != r.Provider {
		return nil, &WrongAccountError{Provider: r.Provider, Want: known.account().String(), Got: r.Provider.String()}
	}
	back, err := listen(providers[r.Provider])
	if err != nil {
		return nil, err
	}
	defer back.close()
	kept, err := a.run(ctx, r, client, known, back)
	back.show(verdictOn(err))
	if err != nil {
		return nil, err
	}
	return kept.account(), nil
}

// run asks the person, exchanges the code for tokens, and keeps them.
func (a *Accounts) run(ctx context.Context, r Request, client ClientID, known *record, back *callback) (*record, error) {
	f := newFlow(a, r, client, back)
	code, err := f.ask(ctx, known)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, speaking)
	defer cancel()
	token, err := f.exchange(ctx, code)
	if err != nil {
		return nil, err
	}
	next, err := f.keep(ctx, known, token)
	if err != nil {
		f.giveBack(ctx, token)
	}
	return next, err
}

// keep keeps the account that token is for, if it is the right one and ctx has not ended.
func (f *flow) keep(ctx context.Context, known *record, token *oauth2.Token) (*record, error) {
	next, err := f.record(ctx, token)
	if err != nil {
		return nil, err
	}
	if known != nil && known.subject != next.subject {
		return nil, &WrongAccountError{Provider: f.request.Provider, Want: mask(known.email), Got: mask(next.email)}
	}
	return next, f.accounts.session(f.request.Name).replace(ctx, next)
}

// giveBack revokes a token that nobody will use, where that ends no other sign-in. It is a
// courtesy: that it fails changes nothing, for the token is kept nowhere.
func (f *flow) giveBack(ctx context.Context, token *oauth2.Token) {
	if f.request.Provider != Dropbox {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), courtesy)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, dropboxRevoke, nil)
	if err != nil {
		return
	}
	r.Header.Set("Authorization", "Bearer "+token.AccessToken)
	f.accounts.post(f.accounts.direct(), r)
}

// A flow is one attempt to sign in (RFC 6749 §4.1 with RFC 7636).
type flow struct {
	accounts *Accounts
	provider *provider
	request  Request
	client   ClientID
	oauth    *oauth2.Config
	back     *callback
	verifier string
	scopes   []string
}

func newFlow(a *Accounts, r Request, client ClientID, back *callback) *flow {
	p := providers[r.Provider]
	oauth := p.oauth(client)
	oauth.RedirectURL = back.address
	oauth.Scopes = slices.Compact(slices.Concat(p.scopes, r.Scopes))
	return &flow{accounts: a, provider: p, request: r, client: client, oauth: oauth, back: back, verifier: oauth2.GenerateVerifier(), scopes: oauth.Scopes}
}

// oauth is the provider as package oauth2 wants it.
func (d *provider) oauth(client ClientID) *oauth2.Config {
	tenant := client.Tenant
	if tenant == "" && len(d.tenants) > 0 {
		tenant = d.tenants[0]
	}
	return &oauth2.Config{
		ClientID: client.ID, ClientSecret: string(client.Secret.Reveal()),
		Endpoint: oauth2.Endpoint{
			AuthURL:   strings.Replace(d.auth, "TENANT", tenant, 1),
			TokenURL:  strings.Replace(d.token, "TENANT", tenant, 1),
			AuthStyle: oauth2.AuthStyleInParams, // never tried both ways: a code is good once
		},
	}
}

// ask shows the provider's page and returns the code that it gives.
func (f *flow) ask(ctx context.Context, known *record) (code string, err error) {
	wait := f.accounts.Wait
	if wait == 0 {
		wait = patience
	}
	ctx, cancel := context.WithTimeoutCause(ctx, wait, ErrTimedOut)
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		if err := f.request.Browse(f.address(known)); err != nil {
			failed <- err
		}
	}()
	select {
	case answer := <-f.back.answers:
		return f.code(answer)
	case err := <-failed:
		return "", fmt.Errorf("sign in to %s: no browser: %w", f.request.Provider.key(), err)
	case <-ctx.Done():
		return "", fmt.Errorf("sign in to %s: %w", f.request.Provider.key(), ended(ctx))
	}
}

// address is the provider's page for this flow.
func (f *flow) address(known *record) string {
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(f.verifier)}
	set := func(params map[string]string) {
		for key, value := range params {
			options = append(options, oauth2.SetAuthURLParam(key, value))
		}
	}
	set(f.provider.params)
	if known == nil {
		set(f.provider.again)
	} else if f.provider.hint && known.email != "" {
		set(map[string]string{"login_hint": known.email})
	}
	return f.oauth.AuthCodeURL(f.back.state, options...)
}

// code reads the provider's answer (RFC 6749 §4.1.2).
func (f *flow) code(answer url.Values) (string, error) {
	switch failure := answer.Get("error"); {
	case failure == "access_denied":
		return "", fmt.Errorf("sign in to %s: %w", f.request.Provider.key(), ErrCancelled)
	case failure != "":
		return "", codeError(f.request.Provider, failure)
	case answer.Get("code") == "":
		return "", store.Errorf("sign in", "", store.ErrRefused, "%s answered without a code", f.request.Provider.key())
	}
	return answer.Get("code"), nil
}

// exchange gets tokens for the code. It is not repeated: a code is good once.
func (f *flow) exchange(ctx context.Context, code string) (*oauth2.Token, error) {
	speak := context.WithValue(ctx, oauth2.HTTPClient, f.accounts.direct())
	token, err := f.oauth.Exchange(speak, code, oauth2.VerifierOption(f.verifier))
	if err != nil {
		return nil, tokenError(ctx, f.request.Provider, err)
	}
	needed := slices.Concat(f.provider.needed, f.request.Scopes)
	if missing := f.provider.missing(needed, token); len(missing) > 0 {
		return nil, &ConsentError{Provider: f.request.Provider, Missing: missing}
	}
	if token.RefreshToken == "" {
		return nil, store.Errorf("sign in", "", store.ErrConsent, "%s does not let this program stay signed in", f.request.Provider.key())
	}
	return token, nil
}

// record asks the provider who signed in.
func (f *flow) record(ctx context.Context, token *oauth2.Token) (*record, error) {
	subject, email, err := f.provider.identify(identity{ctx, f.accounts.direct(), f.client, token})
	if err != nil {
		return nil, err
	}
	if subject == "" {
		return nil, store.Errorf("sign in", "", store.ErrRefused, "%s does not say whose account it is", f.request.Provider.key())
	}
	return &record{
		provider: f.request.Provider, client: f.client,
		subject: subject, email: email, scopes: f.scopes,
		refresh: secret.New([]byte(token.RefreshToken)), access: secret.New([]byte(token.AccessToken)), expiry: token.Expiry,
	}, nil
}

// newState returns 32 random bytes that tie an answer to its question (RFC 6749 §10.12).
func newState() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// verdictOn is what the browser shows at the end.
func verdictOn(err error) verdict {
	switch {
	case err == nil:
		return verdict{http.StatusOK, "Signed in", "Cloudseed is signed in. You can close this window and go back to it."}
	case errors.Is(err, ErrCancelled), errors.Is(err, ErrTimedOut):
		return verdict{http.StatusOK, "Sign-in cancelled", "Cloudseed was not signed in, and nothing has changed. You can close this window."}
	}
	return verdict{http.StatusOK, "Not signed in", "Signing in did not work. You can close this window. Cloudseed says what happened."}
}
