package main

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/mark"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/cloudseed/cloudseed/realm/sqlite"
)

// A burning takes from every record of an older database what may have been spent since,
// and seals it for a new epoch.
type burning struct {
	keyFile string
	accept  bool
	leave   uint16

	next      sqlite.Facts
	from, to  *seal.Keys
	now       time.Time
	lost      uint64 // writes that may be missing, at most
	unknown   bool   // there is no mark that would say how many
	burnt     int64  // records from which guesses were taken
	locked    int64  // of these, without any left
	opened    int64  // records that open
	closed    int64  // and those that do not
	whyClosed error
}

// plan is told what the older database says of itself, while it is locked.
func (b *burning) plan(old sqlite.Facts) (sqlite.Facts, sqlite.Rewrite, error) {
	keys, err := seal.Read(b.keyFile, old.ID)
	if err != nil {
		return old, nil, err
	}
	behind, err := b.measure(old, keys)
	if err != nil {
		return old, nil, err
	}
	if b.accept && !behind {
		return old, nil, errNotOlder
	}
	b.now = time.Now()
	b.next = old
	b.next.Epoch = max(old.Epoch, keys.Epoch()) + 1
	b.next.Writes = aboveAll(old.Writes, b.lost)
	b.from, b.to = keys.At(old.Epoch), keys.At(b.next.Epoch)
	return b.next, b.rewrite, nil
}

// aboveAll is a count of writes that no mark of this realm has seen.
func aboveAll(writes, lost uint64) uint64 {
	if lost == math.MaxUint64 {
		lost = 1 << 32 // per restore without a mark; writes of centuries
	}
	return writes + lost + 1
}

// measure finds out how many writes are missing, and whether it is certain that some are.
func (b *burning) measure(old sqlite.Facts, keys *seal.Keys) (behind bool, err error) {
	m, err := mark.OpenAlone(markFile(b.keyFile), old.ID)
	if errors.Is(err, mark.ErrMissing) {
		b.unknown, b.lost = true, math.MaxUint64
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer m.Close()
	b.lost = m.Lost(old.Writes)
	_, behind = errors.AsType[*mark.BehindError](m.Look(old.Writes))
	return behind || keys.Epoch() != old.Epoch, nil
}

// rewrite is given every record of the older database.
func (b *burning) rewrite(id realm.RecordID, sealed []byte) ([]byte, error) {
	before, err := b.from.Open(id, sealed)
	var after []byte
	if err == nil {
		after, err = realm.BurnStored(before, b.lost, b.leave, b.now)
	}
	if err != nil { // nobody is answered for it, before and after
		b.closed, b.whyClosed = b.closed+1, err
		return sealed, nil
	}
	b.opened++
	b.count(before, after)
	return b.to.Seal(id, after), nil
}

func (b *burning) count(before, after []byte) {
	if string(before) == string(after) {
		return
	}
	b.burnt++
	if record, err := realm.DecodeRecord(after); err == nil && record.GuessCount >= record.Registration.NumGuesses {
		b.locked++
	}
}

// settle is called when the new database is whole, but not in its place yet. If this is as
// far as it comes, database and keys are of different epochs, and nothing serves them.
func (b *burning) settle() error {
	if b.closed > 0 && b.opened == 0 {
		return fmt.Errorf("no record opens with the keys in %s: %w", b.keyFile, b.whyClosed)
	}
	if b.unknown {
		if err := mark.Create(markFile(b.keyFile), b.next.ID, b.next.Writes); err != nil {
			return err
		}
	}
	return seal.SetEpoch(b.keyFile, b.next.ID, b.next.Epoch)
}
