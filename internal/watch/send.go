package watch

import (
	"context"
	"errors"
	"time"

	"github.com/cloudseed/cloudseed"
)

// pruneEvery is after how many generations old ones are removed, beside the first time.
const pruneEvery = 8

// retry is how long a turn that failed for another reason than a place is waited for.
const retry = time.Minute

// send takes a turn whenever something is to be sent, and gives it back as soon as there is
// nothing that can be done now.
func (w *watcher) send(ctx context.Context) error {
	next := time.Now() // the first turn goes on with what was left, and looks
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.changed:
		case <-time.After(time.Until(next)):
		}
		turn, err := w.Turn(ctx)
		if ctx.Err() != nil {
			if turn != nil {
				turn.Done()
			}
			return ctx.Err()
		}
		if err != nil {
			next = time.Now().Add(retry)
			w.tell(Event{Failed: err, Next: next})
			signalLater(ctx, w.changed, retry)
			continue
		}
		if next, err = w.take(ctx, turn); err != nil {
			return err
		}
	}
}

// signalLater makes sure that a change is not forgotten with the turn that failed.
func signalLater(ctx context.Context, c chan struct{}, after time.Duration) {
	time.AfterFunc(after, func() {
		if ctx.Err() == nil {
			signal(c)
		}
	})
}

// take is one turn. It returns when to take the next one.
func (w *watcher) take(ctx context.Context, turn *Turn) (next time.Time, err error) {
	defer turn.Done()
	inTurn, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-turn.Wanted:
			cancel()
		case <-inTurn.Done():
		}
	}()
	d := turn.Device
	if err := goOn(inTurn, turn); err != nil {
		return w.after(ctx, d, err, time.Time{})
	}
	c := cloudseed.NewCourier(turn.Config, d)
	stopOffers := w.offerAll(inTurn, c, d)
	before := d.Files.Generation
	at, err := c.Send(inTurn)
	stopOffers()
	if c.Unsealed() {
		w.putBack()
	}
	if err == nil && d.Files.Generation > before {
		w.tell(Event{Sent: d})
		if d.Files.Generation-w.pruned >= pruneEvery {
			w.pruned = d.Files.Generation
			_, err = cloudseed.Prune(inTurn, turn.Config, d)
		}
	}
	if err == nil && time.Since(d.LastProved()) > w.Look {
		err = cloudseed.Check(inTurn, turn.Config, d)
	}
	return w.after(ctx, d, err, at)
}

// goOn ends what a change of PIN has left.
func goOn(ctx context.Context, turn *Turn) error {
	d := turn.Device
	if d.Next == nil && len(d.Old) == 0 && (d.Stage == cloudseed.StageDone || d.Stage == cloudseed.StageSealed) {
		return nil
	}
	err := cloudseed.Resume(ctx, turn.Config, d)
	if errors.Is(err, cloudseed.ErrOldPIN) || errors.Is(err, cloudseed.ErrNotChanged) {
		return nil
	}
	return err
}

// offerAll offers what there is, and what comes while the Courier is at work.
func (w *watcher) offerAll(ctx context.Context, c *cloudseed.Courier, d *cloudseed.Device) (stop func()) {
	sums := *d // what the Courier changes is not to be read beside it
	offer := func() {
		w.mu.Lock()
		files, fresh := w.latest, w.fresh
		w.fresh = false
		w.mu.Unlock()
		if !fresh || sums.Unchanged(files...) {
			return
		}
		sums.Files.Sums = nil // from now on everything is a change
		if err := c.Offer(files...); err != nil {
			w.tell(Event{Failed: err})
		}
	}
	offer()
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ctx.Done():
				return
			case <-w.changed:
				offer()
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// putBack keeps what was offered and not sealed for the next turn.
func (w *watcher) putBack() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fresh = true
}

// after says when the next turn is, and tells of what failed. What only the person can decide
// ends the watch.
func (w *watcher) after(ctx context.Context, d *cloudseed.Device, err error, at time.Time) (time.Time, error) {
	next := time.Now().Add(w.Look)
	if ctx.Err() != nil {
		return next, ctx.Err()
	}
	for _, kind := range []error{cloudseed.ErrReplaced, cloudseed.ErrFork, cloudseed.ErrConflict, cloudseed.ErrDeleting, cloudseed.ErrNoBackup, cloudseed.ErrUndone} {
		if errors.Is(err, kind) {
			return next, err
		}
	}
	switch {
	case errors.Is(err, context.Canceled): // somebody else asked for the turn
		next = time.Now().Add(time.Second)
	case err != nil:
		if next = at; at.IsZero() {
			next = time.Now().Add(retry)
		}
		w.tell(Event{Failed: err, Failing: d.FailingSince(), Next: next})
	}
	return next, nil
}
