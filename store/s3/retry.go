package s3

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/cloudseed/cloudseed/store"
)

// How often and how long one call asks again. Longer waits are the caller's.
const (
	tries       = 4
	patience    = 3 * time.Second // the longest wait that a service may ask for
	longestWait = 2 * time.Second
)

var firstWait = 150 * time.Millisecond // on average; tests shorten it

// again repeats act, which must be safe to repeat, while the service is busy or does not
// answer, after random waits that grow.
func again[T any](ctx context.Context, op, name string, act func() (T, error)) (T, error) {
	var none T
	if err := store.Ended(ctx, op, name); err != nil {
		return none, err
	}
	var last error
	value, err := backoff.Retry(ctx, func() (T, error) {
		value, err := act()
		last = err
		var e *store.Error
		switch {
		case err == nil:
			return value, nil
		case !retryable(err):
			return none, backoff.Permanent(err)
		case errors.As(err, &e) && e.After > 0:
			return none, &backoff.RetryAfterError{Duration: e.After}
		}
		return none, err
	}, backoff.WithMaxTries(tries), backoff.WithBackOff(&backoff.ExponentialBackOff{
		InitialInterval: firstWait, RandomizationFactor: 1, Multiplier: 2, MaxInterval: longestWait,
	}))
	if err == nil {
		return value, nil
	}
	if ended := store.Ended(ctx, op, name); ended != nil {
		return none, ended
	}
	return none, last
}

// retryable tells whether the same request may succeed in a moment.
func retryable(err error) bool {
	var e *store.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Kind == store.ErrOffline || e.Kind == store.ErrBusy && e.After <= patience
}
