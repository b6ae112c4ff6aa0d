package cloudseed

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"slices"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
)

// stanzaRealms lists a configuration's realms as a stanza does, in order of id.
func stanzaRealms(c juicebox.Configuration) []envelope.Realm {
	var realms []envelope.Realm
	for _, r := range c.Realms {
		realms = append(realms, envelope.Realm{ID: r.ID, Address: r.Address})
	}
	slices.SortFunc(realms, func(a, b envelope.Realm) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return realms
}

// realmsOf is the other direction.
func realmsOf(s *envelope.Stanza) []juicebox.Realm {
	var realms []juicebox.Realm
	for _, r := range s.Realms {
		realms = append(realms, juicebox.Realm{ID: r.ID, Address: r.Address})
	}
	return realms
}

// client returns a client for the realms that a stanza names. Only those are ever asked; a
// realm that has moved is found under the address that this device knows for its id.
func (c *Config) client(s *envelope.Stanza, token func(juicebox.RealmID, time.Time) (string, error)) *juicebox.Client {
	realms := realmsOf(s)
	for i := range realms {
		if known := c.realm(realms[i].ID); known != nil {
			realms[i].Address = known.Address
		}
	}
	return &juicebox.Client{
		Configuration: juicebox.Configuration{
			Realms:            realms,
			RegisterThreshold: len(realms),
			RecoverThreshold:  s.Recover,
			PINHashingMode:    juicebox.PINHashingMode(s.Hashing),
		},
		Token:             token,
		HTTP:              c.HTTP,
		AllowFastInsecure: c.weakHashing,
	}
}

func (c *Config) realm(id juicebox.RealmID) *juicebox.Realm {
	for i := range c.Realms.Realms {
		if c.Realms.Realms[i].ID == id {
			return &c.Realms.Realms[i]
		}
	}
	return nil
}

// ownerClient may do everything with a record.
func (c *Config) ownerClient(s *envelope.Stanza, owner ed25519.PrivateKey) *juicebox.Client {
	guess := ed25519.NewKeyFromSeed(s.Guess).Public().(ed25519.PublicKey)
	return c.client(s, func(realm juicebox.RealmID, now time.Time) (string, error) {
		return juicebox.OwnerToken(owner, guess, realm, now)
	})
}

// patience is how long a restore waits for realms beyond those that it needs.
const patience = 2 * time.Second

// guessClient may only recover, with the key that stands in the stanza.
func (c *Config) guessClient(s *envelope.Stanza) *juicebox.Client {
	guess := ed25519.NewKeyFromSeed(s.Guess)
	return c.client(s, func(realm juicebox.RealmID, now time.Time) (string, error) {
		return juicebox.GuessToken(s.Owner, guess, realm, now)
	})
}

// embedded tells whether a realm lives inside the program that made the backup.
func embedded(r juicebox.Realm) bool {
	return juicebox.Configuration{Realms: []juicebox.Realm{r}}.TryingOut()
}

// realmError gives the protocol's refusals the names of this package.
func realmError(err error) error {
	var wrong *juicebox.WrongPINError
	var busy *juicebox.BusyError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.Left == 0:
		return join(ErrNoTries, err)
	case errors.As(err, &wrong), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, juicebox.ErrMeanwhile):
		return join(ErrStranger, err)
	case errors.Is(err, juicebox.ErrNotRegistered):
		return join(ErrNoRecord, err)
	case errors.As(err, &busy):
		return join(ErrBusy, err)
	case errors.Is(err, juicebox.ErrConfiguration):
		return join(ErrUnsafe, err)
	}
	return join(ErrRealms, err)
}

// kinded is a cause under one of our kinds.
type kinded struct{ kind, cause error }

func join(kind, cause error) error { return &kinded{kind, cause} }

func (e *kinded) Error() string   { return e.kind.Error() + ": " + e.cause.Error() }
func (e *kinded) Unwrap() []error { return []error{e.kind, e.cause} }
