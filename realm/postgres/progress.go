package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrBehind says that the database lacks what it has acknowledged: it was restored, or a standby
// that did not have everything took over. Guesses were answered that it does not know of.
var ErrBehind = errors.New("the database has gone back to an older state")

const (
	noteEvery = 100 * time.Millisecond // how long a write may go without a note
	noteIdle  = time.Hour              // and a store that writes nothing
	noteFor   = 2 * noteIdle           // how long notes are kept
	lastNote  = 2 * time.Second        // how long Close waits at most for its last one
)

// note leaves a new note in one statement, so that its reply is that of the commit: where the note is, there
// is everything that was committed before. No two notes are ever the same, also after the database
// went back: each is the time at which it was left, in microseconds since 1970.
const note = `WITH left_now AS (
	INSERT INTO realm_progress SELECT GREATEST(MAX(at) + 1, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)) FROM realm_progress
	RETURNING at) SELECT at FROM left_now`

// A progress is how a store notices that the database went back. It leaves notes there, at most ten
// a second and only after it has written, and remembers the newest that was acknowledged. A
// database that lacks this one is an older one, whatever others have written to it since.
type progress struct {
	seen    atomic.Uint64 // the newest note of this store; 0 is none
	written atomic.Bool   // something, since that
	failed  atomic.Pointer[error]
	follow  func(seen uint64) error
	pruned  time.Time
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

// check looks for the note behind a new connection: it may lead to another database than before.
func (p *progress) check(ctx context.Context, conn *pgx.Conn) error {
	seen := p.seen.Load()
	if seen == 0 {
		return nil
	}
	var found bool
	// Those that are older than all that are kept cannot be told any more.
	err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM realm_progress WHERE at = $1)
		OR COALESCE($1 < (SELECT MIN(at) FROM realm_progress), FALSE)`, int64(seen)).Scan(&found)
	const undefinedTable = "42P01"
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == undefinedTable {
		err = nil // it is of before there were notes
	}
	if err == nil && !found {
		until := time.UnixMicro(int64(seen)).UTC().Format(time.DateTime)
		err = p.fail(fmt.Errorf("%w: it lacks what it had acknowledged until %s UTC", ErrBehind, until))
	}
	return err
}

// startNotes begins with one, though nothing was written yet: it is the first to be remembered.
func (s *Store) startNotes() {
	s.progress.written.Store(true)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		s.leaveNotes(stop)
	}()
	s.stop = sync.OnceFunc(func() { close(stop); <-stopped })
}

func (s *Store) leaveNotes(stop <-chan struct{}) {
	often, seldom := time.NewTicker(noteEvery), time.NewTicker(noteIdle)
	defer often.Stop()
	defer seldom.Stop()
	for {
		select {
		case <-stop:
			s.leaveNote(min(s.timeout, lastNote)) // of the last writes
			return
		case <-seldom.C:
			s.progress.written.Store(true)
		case <-often.C:
			s.leaveNote(s.timeout)
		}
	}
}

// leaveNote leaves one if something was written. Where it is not known whether that worked, the next
// time will tell: a note too many does no harm.
func (s *Store) leaveNote(within time.Duration) {
	if s.progress.err() != nil || !s.progress.written.Swap(false) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	if err := s.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error { return s.noteBy(ctx, conn.Conn()) }); err != nil {
		s.progress.written.Store(true)
	}
}

func (s *Store) noteBy(ctx context.Context, conn *pgx.Conn) error {
	p := &s.progress
	if err := p.check(ctx, conn); err != nil { // a backup may have been restored under the connection
		return discard(conn, err)
	}
	warning(conn) // what is from before says nothing about this
	var at int64
	if err := conn.QueryRow(ctx, note).Scan(&at); err != nil {
		return discard(conn, err)
	}
	if text := warning(conn); text != "" {
		return fmt.Errorf("%w: the database warns: %s", ErrUnknown, text)
	}
	p.seen.Store(uint64(at))
	if err := p.follow(uint64(at)); err != nil {
		return p.fail(err)
	}
	return p.prune(ctx, conn, at)
}

// prune deletes notes that nobody needs any more: whoever runs has left newer ones.
func (p *progress) prune(ctx context.Context, conn *pgx.Conn, now int64) error {
	if time.Since(p.pruned) < noteIdle {
		return nil
	}
	p.pruned = time.Now()
	_, err := conn.Exec(ctx, "DELETE FROM realm_progress WHERE at < $1", now-noteFor.Microseconds())
	return err
}

// Seen returns the newest note that this store left in the database and that was acknowledged, in
// microseconds since 1970; 0 while there is none.
func (s *Store) Seen() uint64 { return s.progress.seen.Load() }

// Accept makes every store content with this database that has seen a newer one. It is for after
// all guesses were taken from its records.
func (s *Store) Accept(ctx context.Context) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var at int64
		if err := tx.QueryRow(ctx, note).Scan(&at); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM realm_progress WHERE at < $1", at)
		return err
	})
}
