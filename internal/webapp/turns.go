package webapp

import (
	"context"
	"sync"
)

// turns lets either the person's own work or one watcher write backups. What the person does
// goes first: a watcher that is at work is asked to give way, and another one waits.
//
// A Device that was read while a hold lasts is still true when it is written.
type turns struct {
	mu      sync.Mutex
	held    int           // requests and jobs that may write
	turn    *watcherTurn  // the watcher that is at work; nil for none
	changed chan struct{} // closed when one of both has ended; nil before the first waits
}

// A watcherTurn is one watcher's right to write.
type watcherTurn struct {
	wanted chan struct{} // closed when it is asked to give way
	ended  chan struct{}
	ask    func()
}

// hold keeps watchers from writing until release, which may be called again. It waits until one
// that is at work has given way.
func (g *turns) hold() (release func()) {
	g.mu.Lock()
	g.held++
	t := g.turn
	g.mu.Unlock()
	if t != nil {
		t.ask()
		<-t.ended
	}
	return sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.held--
		g.wake()
	})
}

// take waits for a turn. It ends with done.
func (g *turns) take(ctx context.Context) (wanted <-chan struct{}, done func(), err error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		t, changed := g.try()
		if t != nil {
			return t.wanted, func() { g.end(t) }, nil
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
}

// try takes the turn, or says what to wait for.
func (g *turns) try() (*watcherTurn, <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held > 0 || g.turn != nil {
		if g.changed == nil {
			g.changed = make(chan struct{})
		}
		return nil, g.changed
	}
	t := &watcherTurn{wanted: make(chan struct{}), ended: make(chan struct{})}
	t.ask = sync.OnceFunc(func() { close(t.wanted) })
	g.turn = t
	return t, nil
}

func (g *turns) end(t *watcherTurn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn = nil
	close(t.ended)
	g.wake()
}

// wake lets those who wait look again.
func (g *turns) wake() {
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}
