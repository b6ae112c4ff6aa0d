package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// A Keeper keeps secrets of this device, a few kilobytes each, by name. Its methods may be
// called from many goroutines.
type Keeper interface {
	// Load returns what was saved last under name. If nothing was, its error is an
	// fs.ErrNotExist; a keeper that cannot be reached is another error.
	Load(name string) ([]byte, error)

	// Save replaces what is kept under name. When it returns nil, data survives a crash.
	// When it fails, what was there before is still whole.
	Save(name string, data []byte) error

	// Delete forgets name. Deleting what is not there is not an error.
	Delete(name string) error
}

// A Locker is a Keeper that processes share. Lock waits until this process alone may replace
// what is kept under name, or until ctx ends. Without it two processes that renew a sign-in
// at once can end it, where the provider lets a refresh token be used only once.
type Locker interface {
	Lock(ctx context.Context, name string) (unlock func(), err error)
}

// lock takes the turn among processes, if the Keeper knows of them.
func (a *Accounts) lock(ctx context.Context, name string) (unlock func(), err error) {
	shared, ok := a.Keeper.(Locker)
	if !ok {
		return func() {}, nil
	}
	unlock, err = shared.Lock(ctx, name)
	if err != nil {
		if ended := store.Ended(ctx, "sign in", ""); ended != nil {
			return nil, ended
		}
		return nil, keeperError(err)
	}
	return unlock, nil
}

// A record is what is kept for one account. It is never changed once made.
type record struct {
	provider Provider
	client   ClientID // a refresh token is good only together with the client that it was given to

	subject, email string
	scopes         []string // asked for

	refresh, access secret.Text
	expiry          time.Time // of access, by this computer's clock; zero if the provider did not say
}

// recordJSON is a record as the Keeper holds it.
type recordJSON struct {
	Format       int       `json:"format"`
	Provider     Provider  `json:"provider"`
	ClientID     string    `json:"client_id"`
	ClientSecret string    `json:"client_secret,omitempty"`
	Tenant       string    `json:"tenant,omitempty"`
	Subject      string    `json:"subject"`
	Email        string    `json:"email,omitempty"`
	Scopes       []string  `json:"scopes"`
	Refresh      string    `json:"refresh_token"`
	Access       string    `json:"access_token"`
	Expiry       time.Time `json:"expiry,omitzero"`
}

const recordFormat = 1

func (r *record) account() *Account {
	return &Account{Provider: r.provider, Subject: r.subject, Masked: mask(r.email)}
}

// early is how long before its end an access token is renewed, so that it does not end on
// its way.
const early = time.Minute

// fresh tells whether the access token can be tried.
func (r *record) fresh() bool {
	return r.access.Len() > 0 && (r.expiry.IsZero() || time.Until(r.expiry) > early)
}

// load returns the record under name. None is a store.ErrSignedOut.
func (a *Accounts) load(name string) (*record, error) {
	data, err := a.Keeper.Load(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, store.Errorf("sign in", "", store.ErrSignedOut, "nobody is signed in here")
	}
	if err != nil {
		return nil, keeperError(err)
	}
	defer clear(data)
	var j recordJSON
	if err := json.Unmarshal(data, &j); err != nil { // not shown: it may quote a token
		return nil, keeperError(errors.New("what is kept is not a sign-in"))
	}
	if j.Format != recordFormat || providers[j.Provider] == nil {
		return nil, keeperError(errors.New("what is kept was made by another version"))
	}
	hide := func(s string) secret.Text { return secret.New([]byte(s)) }
	return &record{
		provider: j.Provider, client: ClientID{ID: j.ClientID, Secret: hide(j.ClientSecret), Tenant: j.Tenant},
		subject: j.Subject, email: j.Email, scopes: j.Scopes,
		refresh: hide(j.Refresh), access: hide(j.Access), expiry: j.Expiry,
	}, nil
}

func (a *Accounts) save(name string, r *record) error {
	data, err := json.Marshal(recordJSON{
		Format: recordFormat, Provider: r.provider,
		ClientID: r.client.ID, ClientSecret: string(r.client.Secret.Reveal()), Tenant: r.client.Tenant,
		Subject: r.subject, Email: r.email, Scopes: r.scopes,
		Refresh: string(r.refresh.Reveal()), Access: string(r.access.Reveal()), Expiry: r.expiry,
	})
	if err != nil {
		return keeperError(errors.New("a token cannot be written as JSON"))
	}
	defer clear(data)
	if err := a.Keeper.Save(name, data); err != nil {
		return keeperError(err)
	}
	return nil
}

func keeperError(err error) error {
	return &store.Error{Op: "sign in", Kind: store.ErrRefused, Err: fmt.Errorf("%w: %w", ErrKeeper, err)}
}
