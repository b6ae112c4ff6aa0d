package realm

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// A sweep rests this long after so many records, so that it never takes a store to itself:
// at most about 2,500 records a second.
const (
	sweepBatch = 256
	sweepRest  = 100 * time.Millisecond
)

// Swept is what one walk over all records found.
type Swept struct {
	Records   int64 // that are there after it
	Unproved  int64 // forgotten: never recovered since they were registered
	Exhausted int64 // wiped: their guesses were used up, and only their history is kept
	Corrupt   int64 // left alone: they cannot be read
}

// Sweep looks at every record and does what the first request for it would do: it forgets
// registrations that nobody proved in time, and wipes those whose guesses are used up. It
// is slow on purpose. The store must be a [Walker], or the error is [errors.ErrUnsupported].
// A record made meanwhile may be left to the next sweep.
func (r *Realm) Sweep(ctx context.Context) (Swept, error) {
	walker, ok := r.config.Store.(Walker)
	if !ok {
		return Swept{}, errors.ErrUnsupported
	}
	var walk walk
	err := walker.Each(ctx, func(RecordID) Change {
		if walk.seen.Add(1)%sweepBatch == 0 {
			rest(ctx)
		}
		return func(old []byte) ([]byte, error) { return walk.visit(old, time.Now(), r.config.Rules), nil }
	})
	swept := Swept{
		Records: walk.records.Load(), Unproved: walk.unproved.Load(),
		Exhausted: walk.exhausted.Load(), Corrupt: walk.corrupt.Load(),
	}
	// The walk itself is complete then.
	if closed, ok := errors.AsType[*ClosedError](err); ok {
		swept.Corrupt += closed.Records
		err = nil
	}
	if err == nil {
		r.population.count(swept.Records)
	}
	return swept, err
}

func rest(ctx context.Context) {
	select {
	case <-time.After(sweepRest):
	case <-ctx.Done():
	}
}

// A walk counts; records are visited many at a time. What a store tries twice is counted
// twice, so the figures can be a little too high.
type walk struct {
	seen, records, unproved, exhausted, corrupt atomic.Int64
}

// visit returns what to store in place of old.
func (w *walk) visit(old []byte, now time.Time, rules Rules) []byte {
	if len(old) > 0 && old[0] == logFormat {
		return old
	}
	before, err := DecodeRecord(old)
	switch {
	case err != nil:
		w.corrupt.Add(1)
		return old
	case before.State == NotRegistered:
		return old // deleted since the walk came by
	}
	after := settle(before, now, rules)
	switch {
	case after.State == NotRegistered:
		w.unproved.Add(1)
		return nil
	case after.State != before.State:
		w.exhausted.Add(1)
	}
	w.records.Add(1)
	return after.Encode()
}
