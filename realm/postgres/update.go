package postgres

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// statements are the whole of the SQL for records. Each is a transaction of its own, so
// that its reply is that of the commit.
type statements struct{ get, insert, update, remove string }

// conditional are the right ones: a write touches nothing unless the record is still the
// one that was read.
var conditional = statements{
	get:    "SELECT version, record FROM realm_records WHERE id = $1",
	insert: "INSERT INTO realm_records (id, version, record) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
	update: "UPDATE realm_records SET record = $3, version = version + 1 WHERE id = $1 AND version = $2",
	remove: "DELETE FROM realm_records WHERE id = $1 AND version = $2",
}

// confirm writes a few bytes into PostgreSQL's log and, as every commit does, waits until
// the synchronous standbys have them, and so everything before them.
const confirm = "SELECT pg_logical_emit_message(true, 'cloudseed', '')"

var errChanged = errors.New("changed meanwhile") // by another process; read it again

// Update implements [realm.Store]. Once it has begun it finishes even if ctx ends: a client
// that hangs up shall not cost a connection.
func (s *Store) Update(ctx context.Context, id realm.RecordID, change realm.Change) error {
	return s.apply(ctx, id, change, s.confirm)
}

// apply calls seen where there is nothing to write.
func (s *Store) apply(ctx context.Context, id realm.RecordID, change realm.Change, seen func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	leave, err := s.turns.enter(ctx, id)
	if err != nil {
		return err
	}
	defer leave()
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer cancel()
	waits := &backoff.ExponentialBackOff{
		InitialInterval: 2 * time.Millisecond, Multiplier: 2, RandomizationFactor: 0.5, MaxInterval: 200 * time.Millisecond,
	}
	_, err = backoff.Retry(work, func() (struct{}, error) {
		if err := ctx.Err(); err != nil {
			return struct{}{}, backoff.Permanent(err)
		}
		return struct{}{}, s.try(work, id, change, seen)
	}, backoff.WithBackOff(waits), backoff.WithMaxElapsedTime(s.timeout))
	return err
}

// try reads, decides and writes once. An error that is not permanent says that certainly
// nothing was written.
func (s *Store) try(ctx context.Context, id realm.RecordID, change realm.Change, seen func(context.Context, *pgx.Conn) error) error {
	conn, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	version, old, err := s.load(ctx, conn.Conn(), id)
	if err != nil {
		return discard(conn.Conn(), err)
	}
	next, err := change(bytes.Clone(old))
	if err != nil {
		return backoff.Permanent(err)
	}
	if (old == nil) == (next == nil) && bytes.Equal(old, next) {
		return seen(ctx, conn.Conn())
	}
	warning(conn.Conn()) // what is from before says nothing about the write
	written, err := s.write(ctx, conn.Conn(), id, version, old, next)
	switch text := warning(conn.Conn()); {
	case err != nil && didNotHappen(err):
		return discard(conn.Conn(), err)
	case err != nil:
		return backoff.Permanent(fmt.Errorf("%w: %w", ErrUnknown, err))
	case text != "":
		return backoff.Permanent(fmt.Errorf("%w: the database warns: %s", ErrUnknown, text))
	case written == 0:
		return errChanged
	}
	s.progress.write()
	return nil
}

// acquire is a connection to a database that has not gone back, as far as is known: making one
// may just have told.
func (s *Store) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	if late := s.progress.late(); late != nil {
		return nil, backoff.Permanent(late)
	}
	conn, err := s.pool.Acquire(ctx)
	if behind := s.progress.err(); behind != nil {
		if err == nil {
			conn.Release()
		}
		return nil, backoff.Permanent(behind)
	}
	return conn, err
}

// load reads the record; nil is none.
func (s *Store) load(ctx context.Context, conn *pgx.Conn, id realm.RecordID) (version int64, record []byte, err error) {
	err = conn.QueryRow(ctx, s.get, id[:]).Scan(&version, &record)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil, nil
	}
	return version, record, err
}

func (s *Store) write(ctx context.Context, conn *pgx.Conn, id realm.RecordID, version int64, old, next []byte) (rows int64, err error) {
	var tag pgconn.CommandTag
	switch {
	case next == nil:
		tag, err = conn.Exec(ctx, s.remove, id[:], version)
	case old == nil:
		tag, err = conn.Exec(ctx, s.insert, id[:], firstVersion(), next)
	default:
		tag, err = conn.Exec(ctx, s.update, id[:], version, next)
	}
	return tag.RowsAffected(), err
}

// firstVersion is random, so that a record that was deleted and made again is never taken
// for the one before. Counting up from it takes centuries to overflow.
func firstVersion() int64 {
	var b [8]byte
	rand.Read(b[:])
	return int64(binary.BigEndian.Uint64(b[:]) >> 2)
}

// confirm makes sure that what was read is not lost in a failover, and that this server is
// still the one that standbys follow. Without standbys there is nothing to do: PostgreSQL
// shows only what is on its disk.
func (s *Store) confirm(ctx context.Context, conn *pgx.Conn) error {
	if needed, _ := conn.PgConn().CustomData()[confirms].(bool); !needed {
		return nil
	}
	warning(conn)
	_, err := conn.Exec(ctx, confirm)
	if err != nil {
		return discard(conn, err) // nothing of ours was written, so it can be done again
	}
	if text := warning(conn); text != "" {
		return backoff.Permanent(fmt.Errorf("%w: the database warns: %s", ErrUnknown, text))
	}
	return nil
}

// didNotHappen tells whether a failed write certainly changed nothing: it was not sent, or
// the server says that it rolled back or refused.
func didNotHappen(err error) bool {
	if pgconn.SafeToRetry(err) {
		return true
	}
	const serializationFailure, deadlock, readOnly = "40001", "40P01", "25006"
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == serializationFailure || e.Code == deadlock || e.Code == readOnly)
}

// discard gives the connection up if its server takes no writes any more: it has become a
// standby, and the next connection finds the primary.
func discard(conn *pgx.Conn, err error) error {
	const readOnly = "25006"
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == readOnly {
		conn.Close(context.Background())
	}
	return err
}
