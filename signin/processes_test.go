package signin

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed/store"
)

// shared is a Keeper that two processes share.
type shared struct {
	*memory
	turn   chan struct{}
	broken error
}

func (s *shared) Lock(ctx context.Context, _ string) (func(), error) {
	if s.broken != nil {
		return nil, s.broken
	}
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Processes that share a Keeper renew a sign-in one after the other, though the provider
// ends it when a refresh token is used twice.
func TestProcessesTakeTurns(t *testing.T) {
	w := signedIn(t, Microsoft)
	keeper := &shared{memory: w.keeper, turn: make(chan struct{}, 1)}
	for range 3 {
		w.old()
		w.cloud.Forget()
		var done sync.WaitGroup
		for range 4 { // each its own process, which knows nothing of the others
			program := w.program()
			program.Keeper = keeper
			done.Go(func() {
				if _, err := whoami(program.Client("place"), w.api); err != nil {
					t.Error(err)
				}
			})
		}
		done.Wait()
		if n := w.refreshes(); n != 1 {
			t.Errorf("%d renewals, want 1", n)
		}
	}

	w.old()
	program := w.program()
	program.Keeper = &shared{memory: w.keeper, broken: errors.New("no such directory")}
	if _, err := whoami(program.Client("place"), w.api); !errors.Is(err, ErrKeeper) || !errors.Is(err, store.ErrRefused) {
		t.Errorf("a lock that fails: %v, want ErrKeeper", err)
	}
}
