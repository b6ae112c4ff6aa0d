package main

import (
	"path/filepath"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/cloudseed/cloudseed/realm/sqlite"
)

const keysUsage = "`file` with the keys that seal the records (default keys.json in the directory of --data);\n" +
	"only apart from the database does it protect a stolen copy of the whole directory"

// keyFile is the file that --keys names, or the one beside the database.
func keyFile(dir, keys string) string {
	if keys == "" {
		return filepath.Join(dir, seal.FileName)
	}
	return keys
}

// A database is an open one, of whatever engine.
type database struct {
	store  realm.Store // seals what it keeps
	id     juicebox.RealmID
	engine string // as status names it
	schema int    // version of the tables
	key    uint32 // version of the newest key
	close  func() error
}

// openSealed opens the database in dir and the keys to it. Its error is explained.
func openSealed(dir, keys string) (*database, error) {
	store, err := sqlite.Open(dir)
	if err != nil {
		return nil, explain(err, dir)
	}
	read, err := seal.Read(keyFile(dir, keys), store.ID())
	if err != nil {
		store.Close()
		return nil, explain(err, dir)
	}
	return &database{seal.New(store, read), store.ID(), "sqlite", store.Schema(), read.Newest(), store.Close}, nil
}
