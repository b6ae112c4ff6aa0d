package signin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

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

// A record is what the Keeper holds for one account. It is never changed once made.
type record struct {
	Version  int      `json:"format"`
	Provider Provider `json:"provider"`

	// A refresh token is good only together with the client that it was given to.
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret,omitempty"`
	Tenant       string `json:"tenant,omitempty"`

	Subject string   `json:"subject"`
	Email   string   `json:"email,omitempty"`
	Scopes  []string `json:"scopes"` // asked for

	Refresh string    `json:"refresh_token"`
	Access  string    `json:"access_token"`
	Expiry  time.Time `json:"expiry,omitzero"` // by this computer's clock; zero if the provider did not say
}

const recordVersion = 1

// Format hides the tokens from every verb of package fmt.
func (r record) Format(w fmt.State, _ rune) { io.WriteString(w, "[secret]") }

func (r *record) account() *Account {
	return &Account{Provider: r.Provider, Subject: r.Subject, Masked: mask(r.Email)}
}

// early is how long before its end an access token is renewed, so that it does not end on
// its way.
const early = time.Minute

// fresh tells whether the access token can be tried.
func (r *record) fresh() bool {
	return r.Access != "" && (r.Expiry.IsZero() || time.Until(r.Expiry) > early)
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
	r := &record{}
	if err := json.Unmarshal(data, r); err != nil { // not shown: it may quote a token
		return nil, keeperError(errors.New("what is kept is not a sign-in"))
	}
	if r.Version != recordVersion || providers[r.Provider] == nil {
		return nil, keeperError(errors.New("what is kept was made by another version"))
	}
	return r, nil
}

func (a *Accounts) save(name string, r *record) error {
	data, err := json.Marshal(r)
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
