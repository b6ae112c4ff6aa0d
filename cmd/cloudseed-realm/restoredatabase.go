package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/mark"
	"github.com/cloudseed/cloudseed/realm/postgres"
	"github.com/cloudseed/cloudseed/realm/seal"
)

// acceptDatabase takes every guess from the records of a database that was restored with
// its own tools, and seals them for the next epoch. Whoever serves it meanwhile stops. It can be
// run again after it was interrupted: what is sealed for the next epoch is done.
func (o *restoreOptions) acceptDatabase(ctx context.Context, w io.Writer) error {
	store, keys, err := o.openOlder(ctx)
	if err != nil {
		return explainDatabase(err, &o.place)
	}
	defer store.Close()
	b := &burning{keyFile: o.keys, leave: o.leave, now: time.Now(), lost: math.MaxUint64,
		from: keys, to: keys.At(keys.Epoch() + 1)}
	if err := store.SetKeys(ctx, b.to.Name()); err != nil {
		return explainDatabase(err, &o.place)
	}
	time.Sleep(noticed)
	if err := store.Each(ctx, b.inPlace()); err != nil {
		return failure{fmt.Errorf("not every record is done; run it again: %w", err)}
	}
	if b.closed > 0 && b.opened == 0 {
		return failure{fmt.Errorf("no record opens with the keys in %s: %w", o.keys, b.whyClosed)}
	}
	if err := errors.Join(seal.SetEpoch(o.keys, store.ID(), b.to.Epoch()), store.Accept(ctx)); err != nil {
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

// openOlder opens the database, unless it has what this computer wrote last and nothing was begun with it.
func (o *restoreOptions) openOlder(ctx context.Context) (*postgres.Store, *seal.Keys, error) {
	store, err := postgres.Open(ctx, postgres.Config{URL: o.database})
	if err != nil {
		return nil, nil, err
	}
	keys, err := seal.Read(o.keys, store.ID())
	var name string
	if err == nil {
		name, err = store.Keys(ctx)
	}
	if err == nil && name == keys.Name() {
		err = o.insistOlder(ctx, store.ID())
	}
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return store, keys, nil
}

// insistOlder refuses a database that has the note of this computer's mark. Without a mark anything may be
// missing.
func (o *restoreOptions) insistOlder(ctx context.Context, id juicebox.RealmID) error {
	m, err := mark.Open(o.markFile(), id)
	if o.mark == noMark || errors.Is(err, mark.ErrMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	defer m.Close()
	if m.Seen() == 0 {
		return nil
	}
	same, err := postgres.Open(ctx, postgres.Config{URL: o.database, Seen: m.Seen()})
	switch {
	case errors.Is(err, postgres.ErrBehind):
		return nil
	case err != nil:
		return err
	}
	return errors.Join(errNotOlderHere, same.Close())
}

// errNotOlderHere ends what would take guesses for nothing.
var errNotOlderHere = failure{errors.New("this database is not an older copy: it has what this computer wrote last\n" +
	"nothing was changed; if another computer's process refuses it, run this there, or with --mark off")}

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
