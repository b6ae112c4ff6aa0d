package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/internal/durable"
)

// firstEpoch is that of new key files, and of databases of before they had one.
const firstEpoch = 1

const schema = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE records (id BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
`

// Create makes an empty database for the realm id in dir, and dir itself (0700) if need
// be. A database that is there is never touched: the error then wraps [ErrExists]. The
// database appears whole or not at all.
func Create(dir string, id juicebox.RealmID) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return err
	}
	defer lock.Close()
	path := filepath.Join(dir, databaseName)
	if exists, err := Exists(dir); err != nil {
		return err
	} else if exists {
		return fmt.Errorf("creating %s: %w", path, ErrExists)
	}
	// The lock is held, so a half-made file of this name is from a Create that died.
	half := path + ".new"
	if err := removeIfThere(half, half+"-journal"); err != nil {
		return err
	}
	if err := create(half, Facts{ID: id, Epoch: firstEpoch}); err != nil {
		return fmt.Errorf("creating %s: %w", path, err)
	}
	if err := durable.Inherit(half); err != nil {
		return err
	}
	if err := os.Rename(half, path); err != nil {
		return err
	}
	// The parent too, since dir may be new.
	return errors.Join(durable.SyncDir(dir), durable.SyncDir(filepath.Dir(dir)))
}

// Exists tells whether [Create] would refuse dir because a database is there.
func Exists(dir string) (bool, error) {
	_, err := os.Lstat(filepath.Join(dir, databaseName))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func create(path string, facts Facts) error {
	// SQLite makes files for everybody to read, but leaves one that is there as it is.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	db, err := connect(path, "rw", "synchronous(FULL)")
	if err != nil {
		return err
	}
	defer db.Close()
	for _, statement := range []string{
		fmt.Sprintf("PRAGMA application_id = %d", applicationID),
		fmt.Sprintf("PRAGMA user_version = %d", schemaVersion),
		schema,
	} {
		if _, err := db.Exec(statement); err != nil {
			return err
		}
	}
	if _, err := db.Exec("INSERT INTO meta VALUES ('realm_id', ?), ('writes', ?), ('epoch', ?)",
		facts.ID[:], int64(facts.Writes), int64(facts.Epoch)); err != nil {
		return err
	}
	return db.Close()
}

func removeIfThere(paths ...string) error {
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
