package googledrive

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/cloudseed/cloudseed/store"
)

const (
	tries    = 4
	patience = 5 * time.Second // the longest wait for which Drive is asked again here
)

// try calls act, and again when Drive was busy or did not answer. All that is asked of
// Drive here can be repeated: what is created has its id already. The waits have full
// jitter; one that Drive names is kept if it is short.
func (s *Store) try(ctx context.Context, op, name string, act func() error) error {
	if err := store.Ended(ctx, op, name); err != nil {
		return err
	}
	var last *store.Error
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.RandomizationFactor, waits.MaxInterval = s.pause/2, 1, patience/2
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := act()
		if err == nil {
			return struct{}{}, nil
		}
		last = storeError(ctx, op, name, err)
		switch {
		case ctx.Err() != nil, last.Kind != store.ErrBusy && last.Kind != store.ErrOffline, last.After > patience:
			return struct{}{}, backoff.Permanent(last)
		case last.After > 0:
			return struct{}{}, &backoff.RetryAfterError{Duration: last.After}
		}
		return struct{}{}, last
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(tries))
	switch ended := store.Ended(ctx, op, name); {
	case err == nil:
		return nil
	case ended != nil:
		return ended
	}
	return last
}
