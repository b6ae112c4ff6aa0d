package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/cloudseed/cloudseed/juicebox"
)

// Facts are what a database says of itself.
type Facts struct {
	ID juicebox.RealmID // fixed by [Create]
	// Writes is how many records were written or removed since [Create], in all: it only
	// grows. Counted is false in a database that no program has written to which counts.
	Writes  uint64
	Counted bool
	// Epoch is that of the keys which its records are sealed with; [Rebuild] changes it.
	Epoch uint64
}

// Look reads the facts of a database file that is not necessarily in a realm's directory,
// such as a backup. The error wraps [ErrMissing] or [ErrForeign] where that is the cause.
func Look(path string) (Facts, error) {
	db, facts, err := openSource(path)
	if err != nil {
		return facts, err
	}
	return facts, db.Close()
}

// LookIn is [Look] for the database in dir, which may be in use.
func LookIn(dir string) (Facts, error) { return Look(filepath.Join(dir, databaseName)) }

// inspect checks that the database is ours, and returns what it says of itself.
func inspect(db *sql.DB) (facts Facts, err error) {
	var application, version int
	for pragma, value := range map[string]any{"application_id": &application, "user_version": &version} {
		if err := db.QueryRowContext(context.Background(), "PRAGMA "+pragma).Scan(value); err != nil {
			return facts, fmt.Errorf("%w: %w", ErrForeign, err)
		}
	}
	if application != applicationID || version != schemaVersion {
		return facts, fmt.Errorf("%w: application %#x, version %d", ErrForeign, application, version)
	}
	return readFacts(db)
}

func readFacts(db *sql.DB) (facts Facts, err error) {
	var id []byte
	if err := meta(db, "realm_id", &id); err != nil {
		return facts, fmt.Errorf("%w: realm id: %w", ErrForeign, err)
	}
	if len(id) != len(facts.ID) {
		return facts, fmt.Errorf("%w: realm id of %d bytes", ErrForeign, len(id))
	}
	copy(facts.ID[:], id)
	err = meta(db, "writes", &facts.Writes)
	facts.Counted = err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return facts, fmt.Errorf("%w: writes: %w", ErrForeign, err)
	}
	err = meta(db, "epoch", &facts.Epoch)
	if errors.Is(err, sql.ErrNoRows) {
		facts.Epoch, err = firstEpoch, nil
	}
	if err != nil {
		return facts, fmt.Errorf("%w: epoch: %w", ErrForeign, err)
	}
	return facts, nil
}

func meta(db *sql.DB, name string, value any) error {
	return db.QueryRow("SELECT value FROM meta WHERE name = ?", name).Scan(value)
}
