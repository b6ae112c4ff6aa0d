package watch

import (
	"context"
	"slices"
	"time"
)

// Follow is Run for a list of files that somebody else may change, such as the app: list is asked
// at the start, every Poll, and before each turn is used, so that no generation is sealed of
// a list that is out of date. While the list is empty it waits. A list that cannot be read at a
// later look leaves the one before.
func Follow(ctx context.Context, cfg Config, list func() ([]string, error)) error {
	cfg.defaults()
	for ctx.Err() == nil {
		files, err := list()
		if err != nil {
			return err
		}
		if len(files) == 0 {
			pause(ctx, cfg.Poll)
			continue
		}
		if err := cfg.runWhile(ctx, files, list); err != nil {
			return err
		}
	}
	return nil
}

// runWhile is Run until ctx ends or the list is another one.
func (c Config) runWhile(ctx context.Context, files []string, list func() ([]string, error)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	changed := func() bool {
		now, err := list()
		return err == nil && !slices.Equal(now, files)
	}
	turn := c.Turn
	c.Files, c.Turn = files, func(ctx context.Context) (*Turn, error) {
		t, err := turn(ctx)
		if err == nil && changed() {
			t.Done()
			stop()
			return nil, context.Canceled
		}
		return t, err
	}
	go func() {
		for pause(ctx, c.Poll); ctx.Err() == nil; pause(ctx, c.Poll) {
			if changed() {
				stop()
			}
		}
	}()
	return Run(ctx, c)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
