package realm

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// A Change computes the bytes to store from those that are stored. nil stands for no
// record, in both directions. It is pure and may be run more than once, each time on
// what is then stored; only its last result counts. Its error ends the update.
type Change func(old []byte) (next []byte, err error)

// A Store keeps records. It has one operation, because that is all that must be right.
type Store interface {
	// Update replaces the record of id by what change makes of it. Updates of one id
	// happen one after the other, each seeing what the one before it left.
	//
	// When Update returns nil, the new record (and every older one that change saw) will
	// be found again after a crash of this process or machine. Any error means that the
	// outcome is unknown: the caller must act as if the record was written (a guess in
	// it is spent) and must not use anything that change computed. An error of change
	// itself is returned as it is, with nothing written.
	Update(ctx context.Context, id RecordID, change Change) error
}

// A Walker is a [Store] whose records can be visited, which [Realm.Sweep] does.
type Walker interface {
	Store
	// Each updates every record by the change that it is given for its id, many at a
	// time. Records that are made meanwhile may be left out. After an error some are updated.
	Each(ctx context.Context, change func(RecordID) Change) error
}

// A ClosedError ends a walk that has visited all records but some that cannot be opened.
type ClosedError struct {
	Records int64 // so many
	Err     error
}

func (e *ClosedError) Error() string { return fmt.Sprintf("%v: %d of them", e.Err, e.Records) }
func (e *ClosedError) Unwrap() error { return e.Err }

// Memory is a [Store] that forgets everything when the process ends: for tests and
// demonstrations. Its zero value is ready to use.
type Memory struct {
	mu      sync.Mutex
	records map[RecordID][]byte
}

var _ Walker = (*Memory)(nil)

// Update implements [Store], except that nothing outlives the process.
func (m *Memory) Update(ctx context.Context, id RecordID, change Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	next, err := change(bytes.Clone(m.records[id]))
	if err != nil {
		return err
	}
	if next == nil {
		delete(m.records, id)
		return nil
	}
	if m.records == nil {
		m.records = make(map[RecordID][]byte)
	}
	m.records[id] = bytes.Clone(next)
	return nil
}

// Each implements [Walker], one record after the other.
func (m *Memory) Each(ctx context.Context, change func(RecordID) Change) error {
	m.mu.Lock()
	ids := slices.Collect(maps.Keys(m.records))
	m.mu.Unlock()
	for _, id := range ids {
		if err := m.Update(ctx, id, change(id)); err != nil {
			return err
		}
	}
	return nil
}
