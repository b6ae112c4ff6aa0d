package sqlite

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/internal/durable"
)

// ErrCopy says that a copy that was just made does not hold what was copied.
var ErrCopy = errors.New("the copy is not what was copied")

// progressEvery is after how many records progress is told.
const progressEvery = 50_000

// A Rewrite returns what a copy keeps in the place of a record.
type Rewrite func(id realm.RecordID, record []byte) ([]byte, error)

// Copied is a copy that was made and then read back.
type Copied struct {
	Facts         // of the copy
	Records int64 // in it
	Bytes   int64 // of its file
}

// Backup copies the database in dir, as it is at one moment, into the new file out (0600),
// while it may be served. The copy has every update that was acknowledged before; it is on
// the disk and was read back whole. A file of that name is never touched: the error then
// wraps [ErrExists]. look, which may be nil, is given every record; an error of it ends the
// backup. progress may be nil; it is called with the records copied so far.
//
// Meanwhile the log beside the database is not shortened: it grows by what is written.
func Backup(ctx context.Context, dir, out string, look func(realm.RecordID, []byte) error, progress func(records int64)) (Copied, error) {
	if _, err := os.Lstat(out); err == nil {
		return Copied{}, fmt.Errorf("copying to %s: %w", out, ErrExists)
	}
	source, facts, err := openSource(filepath.Join(dir, databaseName))
	if err != nil {
		return Copied{}, err
	}
	defer source.Close()
	var unique [8]byte
	rand.Read(unique[:])
	part := fmt.Sprintf("%s.part-%x", out, unique)
	defer os.Remove(part) // after publish there is nothing to remove
	c := copying{source: source, facts: facts, path: part, rewrite: keep(look), progress: progress}
	copied, err := c.run(ctx)
	if err != nil {
		return copied, fmt.Errorf("copying to %s: %w", out, err)
	}
	return copied, publish(part, out)
}

func keep(look func(realm.RecordID, []byte) error) Rewrite {
	return func(id realm.RecordID, record []byte) ([]byte, error) {
		if look == nil {
			return record, nil
		}
		return record, look(id, record)
	}
}

// publish gives a finished file its name, which nobody may have taken.
func publish(part, out string) error {
	err := os.Link(part, out)
	switch {
	case errors.Is(err, os.ErrExist):
		return fmt.Errorf("copying to %s: %w", out, ErrExists)
	case err != nil: // a file system without links, such as that of a memory stick
		if _, err := os.Lstat(out); err == nil {
			return fmt.Errorf("copying to %s: %w", out, ErrExists)
		}
		if err := os.Rename(part, out); err != nil {
			return err
		}
	}
	return durable.SyncDir(filepath.Dir(out))
}

// openSource opens a database to read it as it is at one moment: in one transaction that
// lasts until the returned database is closed.
func openSource(path string) (*sql.DB, Facts, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, Facts{}, fmt.Errorf("reading %s: %w", path, ErrMissing)
	}
	db, err := connect(path, "ro") // one connection, so that all is in the transaction
	if err != nil {
		return nil, Facts{}, err
	}
	if _, err = db.Exec("BEGIN"); err != nil {
		err = fmt.Errorf("%w: %w", ErrForeign, err)
	}
	var facts Facts
	if err == nil {
		facts, err = inspect(db)
	}
	if err != nil {
		db.Close()
		return nil, facts, fmt.Errorf("reading %s: %w", path, err)
	}
	return db, facts, nil
}

// A copying fills a new file at path with facts and the records of source.
type copying struct {
	source   *sql.DB
	facts    Facts
	path     string
	rewrite  Rewrite
	progress func(int64)
}

func (c *copying) run(ctx context.Context) (Copied, error) {
	if err := create(c.path, c.facts); err != nil {
		return Copied{}, err
	}
	records, sum, err := c.fill(ctx)
	if err != nil {
		return Copied{}, err
	}
	if err := syncFile(c.path); err != nil {
		return Copied{}, err
	}
	return c.verify(ctx, records, sum)
}

// fill needs no journal: a copy that was not finished is thrown away.
func (c *copying) fill(ctx context.Context) (records int64, sum []byte, err error) {
	db, err := connect(c.path, "rw", "journal_mode(OFF)", "synchronous(OFF)")
	if err != nil {
		return 0, nil, err
	}
	defer db.Close() // for the errors below
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, nil, err
	}
	defer tx.Rollback()
	insert, err := tx.PrepareContext(ctx, "INSERT INTO records (id, record) VALUES (?, ?)")
	if err != nil {
		return 0, nil, err
	}
	h := sha256.New()
	err = each(ctx, c.source, func(id realm.RecordID, record []byte) error {
		record, err := c.rewrite(id, record)
		if err != nil {
			return err
		}
		addRecord(h, id, record)
		if records++; c.progress != nil && records%progressEvery == 0 {
			c.progress(records)
		}
		_, err = insert.ExecContext(ctx, id[:], record)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	if err := errors.Join(insert.Close(), tx.Commit()); err != nil {
		return 0, nil, err
	}
	return records, h.Sum(nil), db.Close()
}

// verify reads the copy back.
func (c *copying) verify(ctx context.Context, records int64, sum []byte) (Copied, error) {
	db, facts, err := openSource(c.path)
	if err != nil {
		return Copied{}, err
	}
	defer db.Close()
	found := Copied{Facts: facts}
	h := sha256.New()
	err = each(ctx, db, func(id realm.RecordID, record []byte) error {
		found.Records++
		addRecord(h, id, record)
		return nil
	})
	if err != nil {
		return found, err
	}
	var sound string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check").Scan(&sound); err != nil {
		return found, err
	}
	counted := c.facts
	counted.Counted = true
	if sound != "ok" || facts != counted || found.Records != records || string(h.Sum(nil)) != string(sum) {
		return found, fmt.Errorf("%w: %d of %d records, %s", ErrCopy, found.Records, records, sound)
	}
	info, err := os.Stat(c.path)
	if err != nil {
		return found, err
	}
	found.Bytes = info.Size()
	return found, nil
}

func addRecord(h hash.Hash, id realm.RecordID, record []byte) {
	h.Write(id[:])
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(record))))
	h.Write(record)
}

// each visits all records in the order of their ids.
func each(ctx context.Context, db *sql.DB, visit func(realm.RecordID, []byte) error) error {
	rows, err := db.QueryContext(ctx, "SELECT id, record FROM records ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var raw, record []byte
		if err := rows.Scan(&raw, &record); err != nil {
			return err
		}
		var id realm.RecordID
		if len(raw) != len(id) {
			return fmt.Errorf("%w: an id of %d bytes", ErrForeign, len(raw))
		}
		copy(id[:], raw)
		if err := visit(id, record); err != nil {
			return err
		}
	}
	return rows.Err()
}

func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
