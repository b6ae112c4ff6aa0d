package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/postgres"
	"github.com/cloudseed/cloudseed/realm/seal"
)

// acceptDatabase takes every guess from the records of a database that was restored with
// its own tools, and seals them for the next epoch. Nobody may serve it meanwhile. It can be
// run again after it was interrupted: what is sealed for the next epoch is done.
func (o *restoreOptions) acceptDatabase(ctx context.Context, w io.Writer) error {
	store, err := postgres.Open(ctx, postgres.Config{URL: o.database})
	if err != nil {
		return explainDatabase(err, o.database)
	}
	defer store.Close()
	keys, err := seal.Read(o.keys, store.ID())
	if err != nil {
		return explainDatabase(err, o.database)
	}
	b := &burning{keyFile: o.keys, leave: o.leave, now: time.Now(), lost: math.MaxUint64,
		from: keys, to: keys.At(keys.Epoch() + 1)}
	if err := store.Each(ctx, b.inPlace()); err != nil {
		return failure{fmt.Errorf("not every record is done; run it again: %w", err)}
	}
	if b.closed > 0 && b.opened == 0 {
		return failure{fmt.Errorf("no record opens with the keys in %s: %w", o.keys, b.whyClosed)}
	}
	if err := store.Accept(ctx); err != nil {
		return failure{err}
	}
	if err := seal.SetEpoch(o.keys, store.ID(), b.to.Epoch()); err != nil {
		return failure{err}
	}
	fmt.Fprintf(w, "realm %s is sealed for epoch %d; guesses were taken from %d records; %d have none left\n", store.ID(), b.to.Epoch(), b.burnt, b.locked)
	if b.leave > 0 {
		fmt.Fprintf(w, "up to %d guesses of every record were left, as asked for: they may have been spent before\n", b.leave)
	}
	if b.closed > 0 {
		fmt.Fprintf(w, "%d records do not open and stay as they are\n", b.closed)
	}
	fmt.Fprintf(w, "every process of the realm needs the new %s, and so does its copy\n", o.keys)
	return nil
}

// inPlace changes records where they are, several at a time.
func (b *burning) inPlace() func(realm.RecordID) realm.Change {
	var mu sync.Mutex
	return func(id realm.RecordID) realm.Change {
		return func(sealed []byte) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			if sealed == nil {
				return nil, nil // gone since
			}
			if _, err := b.to.Open(id, sealed); err == nil {
				b.opened++
				return sealed, nil
			}
			return b.rewrite(id, sealed)
		}
	}
}
