package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cloudseed/cloudseed/realm"
)

// maxGroup bounds how many updates share one commit, and so one sync of the disk.
const maxGroup = 256

// An update waits in the queue of the writer, which answers on done exactly once.
type update struct {
	ctx    context.Context
	id     realm.RecordID
	change realm.Change
	err    error
	done   chan error // has room for one
}

// Update implements [realm.Store]. It returns when the group of updates that this one was
// committed with is on the disk, or when ctx ends; then the update may still happen.
func (s *Store) Update(ctx context.Context, id realm.RecordID, change realm.Change) error {
	u := &update{ctx: ctx, id: id, change: change, done: make(chan error, 1)}
	select {
	case s.updates <- u:
	case <-s.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-u.done:
		return err
	case <-s.finished:
		// The writer may have answered as its last act, or never have seen the update.
		select {
		case err := <-u.done:
			return err
		default:
			return ErrClosed
		}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write is the one goroutine that touches the database. It takes whatever is waiting as
// one group: while a commit syncs the disk, the next group gathers.
func (s *Store) write() {
	defer close(s.finished)
	for {
		select {
		case first := <-s.updates:
			s.commit(s.gather(first))
		case <-s.closing:
			select {
			case first := <-s.updates:
				s.commit(s.gather(first))
			default:
				return
			}
		}
	}
}

func (s *Store) gather(first *update) []*update {
	group := []*update{first}
	for len(group) < maxGroup {
		select {
		case u := <-s.updates:
			group = append(group, u)
		default:
			return group
		}
	}
	return group
}

// commit runs the group in one transaction and then tells every waiter. If anything in the
// database fails, nobody of the group may answer its user.
func (s *Store) commit(group []*update) {
	err := s.transact(group)
	for _, u := range group {
		if err != nil {
			u.err = err
		}
		u.done <- u.err
	}
}

func (s *Store) transact(group []*update) error {
	tx, err := s.db.Begin()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	for _, u := range group {
		if u.err = u.ctx.Err(); u.err != nil {
			continue // nobody waits any more
		}
		if err := apply(tx, u); err != nil {
			return errors.Join(fmt.Errorf("%w: %w", ErrUnknown, err), tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil { // the driver has then rolled back
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return nil
}

// apply runs one change. The error of the change itself goes to u.err, an error of the
// database is returned.
func apply(tx *sql.Tx, u *update) error {
	var old []byte
	err := tx.QueryRow("SELECT record FROM records WHERE id = ?", u.id[:]).Scan(&old)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	next, err := u.change(bytes.Clone(old))
	switch {
	case err != nil:
		u.err = err
		return nil
	case bytes.Equal(old, next):
		return nil
	case next == nil:
		_, err = tx.Exec("DELETE FROM records WHERE id = ?", u.id[:])
	default:
		_, err = tx.Exec("INSERT INTO records (id, record) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET record = ?2", u.id[:], next)
	}
	return err
}
