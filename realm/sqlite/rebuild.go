package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cloudseed/cloudseed/realm/internal/durable"
)

// A Rebuilding says how a database is made from an older one. All fields but Progress are required.
type Rebuilding struct {
	// Change decides, from what the older database says of itself, what the new one says
	// and what becomes of its records. An error ends the rebuilding with nothing changed.
	Change func(old Facts) (next Facts, rewrite Rewrite, err error)
	// Before is called when the new database is whole and on the disk, but has not got its
	// name yet. After an error of it nothing is changed here.
	Before   func() error
	Progress func(records int64) // as in [Backup]
}

// Restore makes the database in dir, and dir itself (0700) if need be, from the file of a
// backup, which it leaves alone. A database that is there is never touched: the error then
// wraps [ErrExists]. The database appears whole or not at all.
func Restore(ctx context.Context, from, dir string, r Rebuilding) (Copied, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Copied{}, err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return Copied{}, err
	}
	defer lock.Close()
	path := filepath.Join(dir, databaseName)
	// A log without its database would be taken for that of the new one.
	for _, name := range []string{path, path + "-wal", path + "-journal"} {
		if _, err := os.Lstat(name); err == nil {
			return Copied{}, fmt.Errorf("restoring to %s: %w", name, ErrExists)
		} else if !errors.Is(err, os.ErrNotExist) {
			return Copied{}, err
		}
	}
	copied, err := r.build(ctx, from, path+".new")
	if err != nil {
		return copied, fmt.Errorf("restoring %s: %w", from, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return copied, err
	}
	return copied, errors.Join(durable.SyncDir(dir), durable.SyncDir(filepath.Dir(dir)))
}

// Rebuild puts a changed copy of the database in dir into its place, whole or not at all.
// Nobody may have it open. The disk needs room for both.
func Rebuild(ctx context.Context, dir string, r Rebuilding) (Copied, error) {
	path := filepath.Join(dir, databaseName)
	if exists, err := Exists(dir); err != nil || !exists {
		return Copied{}, errors.Join(err, fmt.Errorf("opening %s: %w", path, ErrMissing))
	}
	lock, err := lockDir(dir)
	if err != nil {
		return Copied{}, err
	}
	defer lock.Close()
	copied, err := r.build(ctx, path, path+".new")
	if err != nil {
		return copied, fmt.Errorf("rebuilding %s: %w", path, err)
	}
	// The old log must be gone: SQLite would add it to the new database.
	if err := emptyLog(path); err != nil {
		return copied, fmt.Errorf("rebuilding %s: %w", path, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return copied, err
	}
	return copied, durable.SyncDir(dir)
}

// build makes the file half out of the database in the file from. The lock is held, so a
// half that is there is from somebody who died.
func (r *Rebuilding) build(ctx context.Context, from, half string) (Copied, error) {
	if err := removeIfThere(half, half+"-journal"); err != nil {
		return Copied{}, err
	}
	source, old, err := openSource(from)
	if err != nil {
		return Copied{}, err
	}
	defer source.Close()
	next, rewrite, err := r.Change(old)
	if err != nil {
		return Copied{}, err
	}
	c := copying{source: source, facts: next, path: half, rewrite: rewrite, progress: r.Progress}
	copied, err := c.run(ctx)
	if err == nil {
		err = durable.Inherit(half)
	}
	if err == nil {
		err = r.Before()
	}
	if err != nil {
		os.Remove(half)
	}
	return copied, err
}

// emptyLog writes the log of a database that nobody uses into it, and removes it.
func emptyLog(path string) error {
	db, err := connect(path, "rw", "synchronous(FULL)")
	if err != nil {
		return err
	}
	defer db.Close() // for the error below
	var busy, frames, moved int
	if err := db.QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return ErrInUse
	}
	if err := db.Close(); err != nil {
		return err
	}
	return removeIfThere(path+"-wal", path+"-shm")
}
