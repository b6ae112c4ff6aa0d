package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/sqlite"
	"github.com/cloudseed/cloudseed/secret"
)

// Embedded PIN servers: so many, of which so many open a backup. They run the same code
// as real ones, but live and die with this computer.
const (
	embeddedRealms = 3
	embeddedNeeded = 2
)

// embedded are the PIN servers in one directory, DIR/1 to DIR/3.
type embedded struct {
	http.RoundTripper
	stores []*sqlite.Store
}

// hasEmbedded tells whether they were ever made.
func hasEmbedded(dir string) (bool, error) {
	_, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, brokenEmbedded(dir, err)
	}
	return true, nil
}

// openEmbedded opens them, making all three at first need. One that is missing later is
// an error: making it anew would give all guesses back.
func openEmbedded(dir string) (*embedded, error) {
	has, err := hasEmbedded(dir)
	if err != nil {
		return nil, err
	}
	if !has {
		if err := createEmbedded(dir); err != nil {
			return nil, brokenEmbedded(dir, err)
		}
	}
	e := &embedded{}
	handlers := make(map[juicebox.RealmID]http.Handler)
	for i := range embeddedRealms {
		store, handler, err := openRealm(filepath.Join(dir, strconv.Itoa(i+1)))
		if err != nil {
			e.close()
			return nil, brokenEmbedded(dir, err)
		}
		e.stores = append(e.stores, store)
		handlers[store.ID()] = handler
	}
	e.RoundTripper = realm.InProcess(handlers)
	return e, nil
}

func openRealm(dir string) (*sqlite.Store, http.Handler, error) {
	store, err := sqlite.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	handler, err := realm.New(realm.Config{ID: store.ID(), Store: store})
	if err != nil {
		store.Close()
		return nil, nil, err
	}
	return store, handler, nil
}

// createEmbedded makes all three beside dir, and then dir at once: never only some.
func createEmbedded(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), ".pin-servers-*") // 0700
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	for i := range embeddedRealms {
		id := juicebox.RealmID(secret.Random(len(juicebox.RealmID{})).Reveal())
		if err := sqlite.Create(filepath.Join(fresh, strconv.Itoa(i+1)), id); err != nil {
			return err
		}
	}
	return os.Rename(fresh, dir)
}

func (e *embedded) configuration() juicebox.Configuration {
	c := juicebox.Configuration{RegisterThreshold: embeddedRealms, RecoverThreshold: embeddedNeeded, PINHashingMode: juicebox.Standard2019}
	for _, store := range e.stores {
		c.Realms = append(c.Realms, juicebox.Realm{ID: store.ID(), Address: fmt.Sprintf("%s://%s/", juicebox.Embedded, store.ID())})
	}
	return c
}

func (e *embedded) close() error {
	var errs []error
	for _, store := range e.stores {
		errs = append(errs, store.Close())
	}
	return errors.Join(errs...)
}

func brokenEmbedded(dir string, cause error) error {
	p := newProblem("embedded", words.ExitFailure, fmt.Sprintf("Could not open the embedded PIN servers in %s.", dir),
		"Check the free space and your rights there. If a file is missing, put it back: it cannot be made anew.")
	p.message.Safe = "They were left as they are."
	p.cause = cause
	return p
}
