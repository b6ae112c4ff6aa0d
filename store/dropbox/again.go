package dropbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/cloudseed/cloudseed/store"
)

// tries is how often a call is made while Dropbox asks to wait; unanswered calls are made
// offlineTries times.
const (
	tries        = 6
	offlineTries = 3
)

// maxWait is the longest wait that is sat out here. Longer ones are the caller's.
const maxWait = 5 * time.Second

// again calls f, which must be safe to repeat, until it succeeds or repeating is no use.
func (s *Store) again(ctx context.Context, f func() *failure) *failure {
	growing := backoff.NewExponentialBackOff()
	growing.InitialInterval, growing.RandomizationFactor = s.pause, 1 // full jitter: 0 to twice the interval
	growing.Reset()
	for try := 1; ; try++ {
		err := f()
		if err == nil || !worthwhile(err, try) {
			return err
		}
		wait := growing.NextBackOff()
		if err.After > 0 { // spread, so that those who were sent away together do not return together
			wait = err.After + rand.N(err.After/2+1)
		}
		if ended := pause(ctx, wait); ended != nil {
			return &failure{Error: &store.Error{Op: err.Op, Name: err.Name, Kind: store.ErrOffline, Err: ended}, ambiguous: err.ambiguous}
		}
	}
}

// worthwhile tells whether trying once more makes sense after so many tries.
func worthwhile(err *failure, done int) bool {
	if errors.Is(err.Err, context.Canceled) || errors.Is(err.Err, context.DeadlineExceeded) {
		return false
	}
	switch err.Kind {
	case store.ErrBusy:
		return done < tries && err.After <= maxWait
	case store.ErrOffline:
		return done < offlineTries
	}
	return false
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// myTurn waits until no other Store of this account writes. The turn ends with done.
func (s *Store) myTurn(ctx context.Context, op, name string) (done func(), err error) {
	if err := store.Ended(ctx, op, name); err != nil {
		return nil, err
	}
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }, nil
	case <-ctx.Done():
		return nil, store.Ended(ctx, op, name)
	}
}
