package postgres

import (
	"context"
	"sync"

	"github.com/cloudseed/cloudseed/realm"
)

// turns lets updates of one record happen one after the other within this process. They
// would anyway, but by failing and trying again; and this way any number of guesses at one
// record takes one connection, and leaves the others to everybody else.
type turns struct {
	mu      sync.Mutex
	records map[realm.RecordID]*turn
}

type turn struct {
	taken   chan struct{} // has room for one: who is in
	waiting int           // and who is in
}

// enter waits for the turn at id, or until ctx ends. leave must be called once.
func (t *turns) enter(ctx context.Context, id realm.RecordID) (leave func(), err error) {
	own := t.join(id)
	select {
	case own.taken <- struct{}{}:
		return func() { <-own.taken; t.part(id, own) }, nil
	case <-ctx.Done():
		t.part(id, own)
		return nil, ctx.Err()
	}
}

func (t *turns) join(id realm.RecordID) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	own := t.records[id]
	if own == nil {
		own = &turn{taken: make(chan struct{}, 1)}
		if t.records == nil {
			t.records = make(map[realm.RecordID]*turn)
		}
		t.records[id] = own
	}
	own.waiting++
	return own
}

func (t *turns) part(id realm.RecordID, own *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own.waiting--; own.waiting == 0 {
		delete(t.records, id)
	}
}
