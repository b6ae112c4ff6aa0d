package main

import (
	"errors"
	"path/filepath"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/mark"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/cloudseed/cloudseed/realm/sqlite"
)

// keyFile is the file that --keys names, or the one beside the database.
func keyFile(dir, keys string) string {
	if keys == "" {
		return filepath.Join(dir, seal.FileName)
	}
	return keys
}

// A database is an open one, of whatever engine.
type database struct {
	store   realm.Store // seals what it keeps
	id      juicebox.RealmID
	engine  string // as status names it
	schema  int    // version of the tables
	key     uint32 // version of the newest key
	epoch   uint64 // of the keys and records
	close   func() error
	warning string // for the log of whoever serves it
}

// markFile is the file beside the keys that tells an older copy of the database.
func markFile(keys string) string { return keys + mark.Suffix }

// openSealed opens the database in dir and the keys to it, and insists that it is not an
// older copy. Its error is explained.
func openSealed(dir, keys string) (*database, error) {
	path := keyFile(dir, keys)
	opened, read, err := openMarked(dir, path)
	if err != nil {
		return nil, explain(err, dir, path)
	}
	store, facts := opened.Store, opened.Facts()
	return &database{store: seal.New(store, read), id: facts.ID, engine: "sqlite", schema: store.Schema(),
		key: read.Newest(), epoch: read.Epoch(), close: opened.Close}, nil
}

// A marked database moves its mark with every write.
type marked struct {
	*sqlite.Store
	mark *mark.Mark
}

// Close closes the database first: the mark says how far it came.
func (m *marked) Close() error { return errors.Join(m.Store.Close(), m.mark.Close()) }

// errOtherEpoch says that database and keys do not belong together any more.
var errOtherEpoch = errors.New("the database and the key file are of different epochs: one of them is an older copy")

func openMarked(dir, keys string) (*marked, *seal.Keys, error) {
	store, err := sqlite.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	read, err := seal.Read(keys, store.ID())
	if err == nil && read.Epoch() != store.Facts().Epoch {
		err = errOtherEpoch
	}
	var m *mark.Mark
	if err == nil {
		m, err = meet(markFile(keys), store.Facts())
	}
	if err != nil {
		store.Close()
		return nil, nil, err
	}
	store.Follow(m.Move)
	return &marked{store, m}, read, nil
}

// meet opens the mark at path and compares the database with it. A database of before
// there were marks gets its first one.
func meet(path string, facts sqlite.Facts) (*mark.Mark, error) {
	if !facts.Counted {
		if err := mark.Create(path, facts.ID, facts.Writes); err != nil && !errors.Is(err, mark.ErrExists) {
			return nil, err
		}
	}
	m, err := mark.OpenAlone(path, facts.ID)
	if err != nil {
		return nil, err
	}
	if err := m.Meet(facts.Writes); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}
