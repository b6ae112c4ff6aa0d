package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrBehind says that the database lacks what it has acknowledged: it was restored, or a standby
// that did not have everything took over. Guesses were answered that it does not know of.
var ErrBehind = errors.New("the database has gone back to an older state")

// ErrOtherKeys says that the records are sealed with other keys than the process has: with newer ones,
// or of another epoch. What it would write nobody else could read.
var ErrOtherKeys = errors.New("the database is sealed with other keys")

// ErrUnnoted says that a write has no note after some seconds. Without notes nothing would tell
// an older copy of the database.
var ErrUnnoted = errors.New("no note of what was written can be left in the database")

// A progress is how a store notices that the database went back. It leaves notes there, at most ten
// a second and only after it has written, and remembers the newest that was acknowledged. A
// database that lacks this one is an older one, whatever others have written to it since.
type progress struct {
	keys    string        // the name of those in use; "" is not to be compared
	seen    atomic.Uint64 // the newest note of this store; 0 is none
	written atomic.Bool   // something, since that
	since   atomic.Int64  // the first write without a note, in nanoseconds since 1970; 0 is none
	why     atomic.Pointer[error]
	failed  atomic.Pointer[error]
	follow  func(seen uint64) error
	pruned  time.Time
}

// write remembers that something was written.
func (p *progress) write() {
	p.since.CompareAndSwap(0, time.Now().UnixNano())
	p.written.Store(true)
}

// fail is for ever: from then on nothing is answered.
func (p *progress) fail(err error) error {
	p.failed.CompareAndSwap(nil, &err)
	return err
}

func (p *progress) err() error {
	if err := p.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// late is an error while a write has been without a note for too long.
func (p *progress) late() error {
	since := p.since.Load()
	if since == 0 || time.Since(time.Unix(0, since)) < noteLate {
		return nil
	}
	if why := p.why.Load(); why != nil {
		return fmt.Errorf("%w: %w", ErrUnnoted, *why)
	}
	return ErrUnnoted
}

// check looks for note and keys behind a connection: a new one may lead to another database than before, and
// a backup may be restored under an old one.
func (p *progress) check(ctx context.Context, conn *pgx.Conn) error {
	seen := p.seen.Load()
	var found bool
	var keys string
	// Notes that are older than all that are kept cannot be told any more.
	err := conn.QueryRow(ctx, `SELECT CAST($1 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM realm_progress WHERE at = $1)
		OR COALESCE($1 < (SELECT MIN(at) FROM realm_progress), FALSE),
		COALESCE((SELECT value FROM realm_meta WHERE name = 'keys'), '')`, int64(seen)).Scan(&found, &keys)
	const undefinedTable, undefinedColumn = "42P01", "42703"
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == undefinedTable || e.Code == undefinedColumn) {
		found, err = seen == 0, nil // of before there were notes, or no realm
	}
	switch {
	case err != nil:
		return err
	case !found:
		until := time.UnixMicro(int64(seen)).UTC().Format(time.DateTime)
		return p.fail(fmt.Errorf("%w: it lacks what it had acknowledged until %s UTC", ErrBehind, until))
	case p.keys != "" && keys != "" && p.keys != keys:
		return p.fail(fmt.Errorf("%w: %s, where this process has %s", ErrOtherKeys, keys, p.keys))
	}
	return nil
}
