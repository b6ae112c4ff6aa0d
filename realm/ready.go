package realm

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	readyFor     = time.Second     // how long an answer of the store counts
	readyTimeout = 3 * time.Second // how long the store may take
)

var errStopping = errors.New("the realm is stopping")

// A readiness remembers for a moment whether the store answered, so that whoever may ask
// does not ask the store each time.
type readiness struct {
	mu       sync.Mutex
	asked    time.Time
	err      error
	stopping bool
}

// Ready asks the store for a record, at most once a second, and returns why the realm
// should get no requests, or nil.
func (r *Realm) Ready(ctx context.Context) error {
	p := &r.readiness
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopping {
		return errStopping
	}
	if since := time.Since(p.asked); since < 0 || since >= readyFor {
		p.err = r.probe(context.WithoutCancel(ctx))
		p.asked = time.Now()
	}
	return p.err
}

// probe reads a record that nobody has, a new one each time, so that no memory answers it.
func (r *Realm) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	var id RecordID
	rand.Read(id[:])
	if _, err := r.read(ctx, id); err != nil {
		return fmt.Errorf("the store does not answer: %w", err)
	}
	return nil
}

// Stopping makes the realm not ready, so that a load balancer sends no more to it.
// Requests that come are still answered.
func (r *Realm) Stopping() {
	r.readiness.mu.Lock()
	defer r.readiness.mu.Unlock()
	r.readiness.stopping = true
}

func (r *Realm) serveLive(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") }

// serveReady says to strangers only whether; the reason is for the log.
func (r *Realm) serveReady(w http.ResponseWriter, q *http.Request) {
	switch err := r.Ready(q.Context()); {
	case errors.Is(err, errStopping):
		http.Error(w, "stopping", http.StatusServiceUnavailable)
	case err != nil:
		r.config.Log.Error("not ready", "error", err)
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
	default:
		fmt.Fprintln(w, "ready")
	}
}
