package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"runtime"

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
	// Whoever is ready to hand in an update may do so first: fewer, larger groups.
	runtime.Gosched()
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

// commit runs the group in one transaction. If anything in the database fails, nobody who
// waits for it may answer a user.
func (s *Store) commit(group []*update) {
	waiting, err := s.applyAll(group)
	if err == nil && s.pending > 0 {
		err = s.settle()
	}
	if err != nil {
		err = s.failed(err)
	}
	s.pending = 0
	clear(s.unsettled)
	for _, u := range waiting {
		if err != nil {
			u.err = err
		}
		u.done <- u.err
	}
}

// applyAll runs the changes of a group and returns who must wait for the commit. Whoever
// changed nothing, and saw nothing of what this group changed, is told at once: what they
// saw is on the disk.
func (s *Store) applyAll(group []*update) (waiting []*update, err error) {
	waiting = group[:0]
	for i, u := range group {
		if u.err = u.ctx.Err(); u.err == nil { // otherwise nobody waits any more
			err = s.apply(u)
		}
		if err != nil {
			return append(waiting, group[i:]...), err
		}
		if s.unsettled[u.id] {
			waiting = append(waiting, u)
		} else {
			u.done <- u.err
		}
	}
	return waiting, nil
}

// settle makes durable what the group wrote.
func (s *Store) settle() error {
	// Even if this fails the count is used up: it never says less than what is stored.
	s.writes += uint64(s.pending)
	if err := run(s.count, int64(s.writes)); err != nil {
		return err
	}
	if err := run(s.commitAll); err != nil {
		return err
	}
	if s.broken = syncLog(s.log); s.broken != nil {
		return s.broken
	}
	s.pending = 0
	s.broken = s.follow(s.writes)
	return s.broken
}

// failed forgets what was remembered of the group, and what was written in it.
func (s *Store) failed(err error) error {
	clear(s.recent)
	if s.pending > 0 {
		// It says so if SQLite has rolled back already. If it cannot, the next BEGIN fails.
		run(s.rollback)
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}

// apply runs one change. The error of the change itself goes to u.err, an error of the
// database is returned. The transaction begins at the first write: a group that only reads
// needs none, since nobody else writes.
func (s *Store) apply(u *update) error {
	if s.broken != nil { // before a guess is spent that nobody would be told of
		return s.broken
	}
	old, err := s.load(u.id)
	if err != nil {
		return err
	}
	next, err := u.change(bytes.Clone(old))
	if err != nil {
		u.err = err
		return nil
	}
	if bytes.Equal(old, next) && (old == nil) == (next == nil) {
		return nil
	}
	if s.pending == 0 {
		if err := run(s.begin); err != nil {
			return err
		}
	}
	s.pending++
	s.unsettled[u.id] = true
	s.remember(u.id, bytes.Clone(next))
	switch {
	case next == nil:
		return runOnOne(s.remove, u.id[:])
	case old == nil:
		return runOnOne(s.insert, u.id[:], next)
	default:
		return runOnOne(s.change, u.id[:], next)
	}
}
