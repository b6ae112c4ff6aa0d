package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	noteEvery = 100 * time.Millisecond // how long a write may go without a note
	noteLate  = 5 * time.Second        // and at most, or nothing is answered
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

// firstNote is left before anybody is answered: whoever cannot leave one would notice nothing.
func (s *Store) firstNote(ctx context.Context) error {
	s.progress.write()
	var err error
	for range 5 { // another process may leave the same at this microsecond
		if err = s.leaveNote(ctx, s.timeout); err == nil {
			return nil
		}
	}
	return fmt.Errorf("leaving a note in the database: %w", err)
}

func (s *Store) startNotes() {
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
			if s.progress.written.Load() { // the last writes
				s.leaveNote(context.Background(), min(s.timeout, lastNote))
			}
			return
		case <-seldom.C:
			s.progress.written.Store(true)
		case <-often.C:
			if err := s.leaveNote(context.Background(), s.timeout); err != nil {
				s.progress.why.Store(&err)
			}
		}
	}
}

// leaveNote compares, and leaves a note if something was written. Where it is not known whether that
// worked, the next time will tell: a note too many does no harm.
func (s *Store) leaveNote(ctx context.Context, within time.Duration) error {
	p := &s.progress
	if err := p.err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return s.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		if err := p.check(ctx, conn.Conn()); err != nil {
			return discard(conn.Conn(), err)
		}
		if !p.written.Swap(false) {
			return nil
		}
		err := s.noteBy(ctx, conn.Conn())
		if err != nil {
			p.written.Store(true)
		} else if !p.written.Load() {
			p.since.Store(0)
		} else {
			p.since.Store(time.Now().UnixNano())
		}
		return err
	})
}

func (s *Store) noteBy(ctx context.Context, conn *pgx.Conn) error {
	p := &s.progress
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

// SetKeys tells every process of the realm, by a name for them, which keys the records are sealed
// with from now on. Those that have others stop answering within a second.
func (s *Store) SetKeys(ctx context.Context, name string) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO realm_meta VALUES ('keys', $1) ON CONFLICT (name) DO UPDATE SET value = $1`, name)
	return err
}

// Keys returns the name that [Store.SetKeys] gave the keys last; "" is none.
func (s *Store) Keys(ctx context.Context) (name string, err error) {
	err = s.pool.QueryRow(ctx, "SELECT value FROM realm_meta WHERE name = 'keys'").Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return name, err
}
