// Package embedded runs several realms inside one process, durably in one directory, so
// that everything can be tried out without a server.
//
// It is for trying out only: whoever copies the directory has every share and can try
// PINs without limit as soon as they also have a backup file. The records are sealed as
// any realm's are, but the key file lies beside each database: that keeps shares out of a
// lone copy of a database file and out of freed disk blocks, and protects from nobody who
// takes the directory.
//
// The first time call [Create]; from then on [Open]. As with any realm's database, one
// that is missing is an error and never made silently: that would forget all records and
// give spent guesses back. One process at a time can have the directory open.
package embedded

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/internal/durable"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/cloudseed/cloudseed/realm/sqlite"
)

// Count is how many realms there are; two of three recover in the usual configuration.
const Count = 3

// Realms are open until Close.
type Realms struct {
	stores   []*sqlite.Store
	handlers map[juicebox.RealmID]http.Handler
}

// Create makes [Count] empty realms with random ids in dir, which must not exist yet:
// otherwise the error wraps [sqlite.ErrExists]. They appear all or not at all.
func Create(dir string) error {
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("creating realms in %s: %w", dir, sqlite.ErrExists)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	half, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(half) // after the rename there is nothing to remove
	for i := range Count {
		var id juicebox.RealmID
		rand.Read(id[:])
		part := realmDir(half, i)
		if err := errors.Join(seal.Create(filepath.Join(part, seal.FileName), id), sqlite.Create(part, id)); err != nil {
			return err
		}
	}
	if err := os.Rename(half, dir); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(dir))
}

func realmDir(dir string, i int) string {
	return filepath.Join(dir, "realm-"+strconv.Itoa(i+1))
}

// Open opens the realms that [Create] made. Its errors are those of [sqlite.Open]:
// [sqlite.ErrMissing], [sqlite.ErrInUse] and so on, and those of [seal.Read]. log is as in [realm.Config].
func Open(dir string, log *slog.Logger) (*Realms, error) {
	r := &Realms{handlers: make(map[juicebox.RealmID]http.Handler)}
	for i := range Count {
		if err := r.open(realmDir(dir, i), log); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	return r, nil
}

func (r *Realms) open(dir string, log *slog.Logger) error {
	store, err := sqlite.Open(dir)
	if err != nil {
		return err
	}
	r.stores = append(r.stores, store)
	keys, err := seal.Read(filepath.Join(dir, seal.FileName), store.ID())
	if err != nil {
		return err
	}
	handler, err := realm.New(realm.Config{ID: store.ID(), Store: seal.New(store, keys), Log: log})
	if err != nil {
		return err
	}
	r.handlers[store.ID()] = handler
	return nil
}

// Realms returns the realms as a client's configuration names them.
func (r *Realms) Realms() []juicebox.Realm {
	var realms []juicebox.Realm
	for _, store := range r.stores {
		realms = append(realms, juicebox.Realm{
			ID:      store.ID(),
			Address: juicebox.Embedded + "://" + store.ID().String() + "/",
		})
	}
	return realms
}

// Transport carries requests to the realms; it knows no other address. To use it beside
// the network: transport.RegisterProtocol(juicebox.Embedded, realms.Transport()).
func (r *Realms) Transport() http.RoundTripper { return realm.InProcess(r.handlers) }

// Close gives the directory free. Requests that come later fail.
func (r *Realms) Close() error {
	var errs []error
	for _, store := range r.stores {
		errs = append(errs, store.Close())
	}
	return errors.Join(errs...)
}
