package cloudseed

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/store"
)

// How long a Courier waits between its tries of one place, unless the place asks for longer.
const (
	firstWait  = 5 * time.Second
	longWait   = time.Hour
	goneWait   = time.Minute      // to look for a folder that is not mounted costs nothing
	tryTime    = 10 * time.Minute // for one try, before the place counts as not reachable
	surveyTime = time.Minute      // for one look for other devices
)

// pruneAfter is how many generations a Courier puts into a place before it removes old ones there.
const pruneAfter = 8

// A Courier brings attached files into the places of one vault, each place at its own pace: one
// that is slow or down delays only itself. Changes that come faster than a place takes
// them are passed over; only the last state is sealed and sent. It needs no PIN and no realm.
// A place that it has put many generations into is pruned meanwhile, see Prune.
//
// The Device is its queue: what is sealed and not yet everywhere is in its journal, with the
// time before which each place wants to be left alone, so that another Courier goes on after
// a restart, or days later. Nothing else may change the Device while Send runs.
//
//	c := NewCourier(cfg, d)
//	c.Offer(files...)          // at any time, from any goroutine
//	next, err := c.Send(ctx)   // until nothing can be done before next
type Courier struct {
	cfg  Config
	d    *Device
	wake chan struct{} // something happened; of size 1

	mu       sync.Mutex
	offered  []File // the last state, not yet sealed; nil for none
	busy     map[string]bool
	sent     map[string]int // how often each place was set to work
	tries    map[string]*backoff.ExponentialBackOff
	failed   map[string]error
	fatal    error // ends Send: the journal cannot be written, or the person has to decide
	surveyed bool  // the look for other devices is done, or not due
	looking  bool
}

// NewCourier returns a Courier for d. Its places are opened in cfg.
func NewCourier(cfg Config, d *Device) *Courier {
	cfg.inTurn()
	return &Courier{cfg: cfg, d: d, wake: make(chan struct{}, 1), busy: map[string]bool{}, sent: map[string]int{},
		tries: map[string]*backoff.ExponentialBackOff{}, failed: map[string]error{}}
}

// Offer hands over the newest state of all attached files, which replaces what was offered
// before. It fails as Update does for files that cannot be attached, and for a vault that may
// not be written.
func (c *Courier) Offer(files ...File) error {
	if err := checkAttachments(files); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.d.made(), c.d.undecided()); err != nil {
		return fmt.Errorf("update: %w", err)
	}
	c.offered = files
	c.signal()
	return nil
}

// Unsealed tells whether something was offered that is not sealed yet: it was passed over, or
// no place can take it now.
func (c *Courier) Unsealed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offered != nil
}

// Send works until every place has the newest generation, read back, or can only be tried again
// later. It returns the time of the next try, zero when nothing is left to do.
//
// It fails with an *IncompleteError when places are left, and with any other error when
// nothing more can be done without the person. One Send runs at a time.
func (c *Courier) Send(ctx context.Context) (next time.Time, err error) {
	for {
		c.mu.Lock()
		if ctx.Err() == nil && c.fatal == nil {
			c.start(ctx)
		}
		if len(c.busy) == 0 && !c.looking {
			defer c.mu.Unlock()
			return c.left(ctx)
		}
		c.mu.Unlock()
		<-c.wake
	}
}

// start seals what was offered, if some place can take it, and sets every place to work that
// is idle and due. The first time it also looks for other devices.
func (c *Courier) start(ctx context.Context) {
	if c.fatal = errors.Join(c.d.made(), c.d.undecided()); c.fatal != nil {
		return
	}
	if c.offered != nil && !c.looking && (c.d.Stage == StageDone || c.anyDue()) {
		if c.fatal = c.seal(); c.fatal != nil {
			return
		}
	}
	if !c.surveyed && c.d.Stage != StageDone {
		c.surveyed = true
		if now().Sub(c.d.Surveyed) >= surveyAge {
			c.survey(ctx)
		}
	}
	for i := range c.d.Places {
		if state := c.d.Places[i]; c.due(&state) && !c.d.verified(&state) {
			c.send(ctx, state.Name)
		}
	}
}

func (c *Courier) due(p *PlaceState) bool { return !c.busy[p.Name] && !time.Now().Before(p.NotBefore) }

func (c *Courier) anyDue() bool {
	for i := range c.d.Places {
		if c.due(&c.d.Places[i]) {
			return true
		}
	}
	return false
}

func (c *Courier) seal() error {
	files := c.offered
	if err := c.cfg.during(StepSeal, "", func() error { return c.d.sealFiles(c.cfg.DeviceName, files) }); err != nil {
		return err
	}
	c.d.Stage, c.offered = StageSealed, nil
	return c.cfg.save(c.d)
}

// survey looks for other devices beside the sending. Until it is done nothing new is sealed:
// what this device makes meanwhile would look like another's.
func (c *Courier) survey(ctx context.Context) {
	c.looking = true
	before := c.d.snapshot()
	go func() {
		ctx, cancel := context.WithTimeout(ctx, surveyTime)
		defer cancel()
		seen := before.survey(ctx, &c.cfg, before.Places)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.d.learn(seen)
		c.looking = false
		c.note(c.cfg.save(c.d))
	}()
}

// send brings one place to the newest generation of now, on a copy of the device: others go on
// meanwhile.
func (c *Courier) send(ctx context.Context, name string) {
	c.busy[name] = true
	c.sent[name]++
	prune := c.sent[name]%pruneAfter == 0
	copied := c.d.snapshot()
	go func() {
		ctx, cancel := context.WithTimeout(ctx, tryTime)
		defer cancel()
		state := copied.place(name)
		err := error(store.Errorf("open", "", store.ErrGone, "this device has no way to it"))
		if p, ok := c.cfg.place(name); ok {
			err = uploadTo(ctx, &c.cfg, copied, p, state)
			if err == nil && prune {
				err = c.prune(ctx, copied, p, state)
			}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.busy, name)
		c.took(ctx, name, *state, err)
	}()
}

// prune removes old generations from a place that has just read the newest back. That it could
// not remove them is no reason to leave the place alone: the next time will do.
func (c *Courier) prune(ctx context.Context, copied *Device, p Place, state *PlaceState) error {
	err := c.cfg.during(StepPrune, p.Name, func() error {
		_, err := copied.prunePlace(ctx, p, state)
		return err
	})
	if copied.holds(envelope.FilesPart, state) {
		return nil
	}
	return err
}

// took takes down how a place did. A try that the caller has cut short says nothing about the
// place.
func (c *Courier) took(ctx context.Context, name string, state PlaceState, err error) {
	p := c.d.place(name)
	if cut := errors.Is(ctx.Err(), context.Canceled); cut && err != nil {
		err = nil
	} else {
		state.Failing, state.NotBefore = p.Failing, p.NotBefore
		state.went(err)
		if c.failed[name] = err; err != nil {
			state.NotBefore = time.Now().Add(c.wait(name, err))
			c.d.met([]*PlaceError{{name, err}})
		} else {
			delete(c.failed, name)
			delete(c.tries, name)
		}
	}
	*p = state
	done := c.d.Stage != StageDone
	for i := range c.d.Places {
		done = done && c.d.verified(&c.d.Places[i])
	}
	if done {
		c.d.complete()
	}
	c.note(c.cfg.save(c.d))
}

// wait is how long a place is left alone after err: as long as it asks for, or else a random
// part of a wait that doubles ("full jitter"), so that many devices do not come back at once.
func (c *Courier) wait(name string, err error) time.Duration {
	tries := c.tries[name]
	if tries == nil {
		tries = &backoff.ExponentialBackOff{InitialInterval: firstWait, RandomizationFactor: 1, Multiplier: 2, MaxInterval: longWait}
		tries.Reset()
		c.tries[name] = tries
	}
	wait := tries.NextBackOff()
	var asked *store.Error
	switch {
	case errors.As(err, &asked) && asked.After > 0:
		return asked.After + min(wait, asked.After/10)
	case errors.Is(err, store.ErrGone):
		return min(wait, goneWait)
	}
	return max(wait, firstWait/5)
}

// left is what Send returns when nothing is at work.
func (c *Courier) left(ctx context.Context) (next time.Time, err error) {
	if err := errors.Join(c.fatal, ctx.Err()); err != nil {
		return time.Time{}, err
	}
	var failed []*PlaceError
	for i := range c.d.Places {
		p := &c.d.Places[i]
		if c.d.verified(p) && c.offered == nil {
			continue
		}
		if next.IsZero() || p.NotBefore.Before(next) {
			next = p.NotBefore
		}
		err := c.failed[p.Name]
		if err == nil { // it asked to wait before this Courier came
			err = store.Errorf("open", "", store.ErrBusy, "waiting until %s", p.NotBefore.Format(time.RFC3339))
		}
		failed = append(failed, &PlaceError{p.Name, err})
	}
	return next, incomplete(c.d, failed)
}

// note ends Send if the journal failed, and wakes it in any case.
func (c *Courier) note(err error) {
	if err != nil && c.fatal == nil {
		c.fatal = err
	}
	c.signal()
}

func (c *Courier) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// FailingSince is since when some place has not taken what it should; zero if none fails.
func (d *Device) FailingSince() time.Time {
	var first time.Time
	for _, p := range d.Places {
		if !p.Failing.IsZero() && (first.IsZero() || p.Failing.Before(first)) {
			first = p.Failing
		}
	}
	return first
}

// Unchanged tells whether files are, by name and content, those of the newest generation.
func (d *Device) Unchanged(files ...File) bool {
	if d.Files.Generation == 0 || len(d.Files.Sums) != len(files) {
		return d.Files.Generation == 0 && len(files) == 0
	}
	for i, f := range files {
		if d.Files.Names[i] != f.Name || d.Files.Sums[i] != envelope.Sum(f.Data) {
			return false
		}
	}
	return true
}
