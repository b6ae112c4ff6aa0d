package cloudseed

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/store"
)

// Check looks again, now: every place must still give back the newest sealed files byte for
// byte, and the realms must still have the record. It spends no guess and needs no PIN. The
// evidence goes into d, and into the Journal.
//
// It also looks for other devices: it fails with a *ReplacedError, *ForkError or
// *ConflictError if another one has written beside or above this one, and copies what a
// newer one wrote to places that lack it. A place that shows an older state than was seen
// there before is among the failed with ErrRolledBack.
//
// Where realms keep a view for owners it also reads how often the PIN was tried, and fails with
// a *StrangerError for guesses that nobody accounts for.
//
// It fails with an *IncompleteError if a place does not hold the backup, with ErrBusy if so many
// realms rest after wrong PINs that a restore would have to wait, and with ErrRealms,
// ErrNoRecord or ErrNoTries if fewer realms than needed do. Both are looked at in any case.
func Check(ctx context.Context, cfg Config, d *Device) error {
	cfg.inTurn()
	if d.Stage == StagePrepared {
		return fmt.Errorf("check: %w", ErrNoBackup)
	}
	before := d.snapshot()
	looked := make(chan *survey, 1)
	go func() { looked <- before.survey(ctx, &cfg, before.Places) }()
	failed := eachPlace(&cfg, d, func(p Place, state *PlaceState) error {
		return cfg.during(StepReadBack, p.Name, func() error { return d.checkPlace(ctx, p, state) })
	})
	seen := <-looked
	failed = before.rolledBack(d, failed, seen)
	d.learn(seen) // its receipts explain guesses
	realmErr := d.checkRealms(ctx, &cfg)
	if err := cfg.save(d); err != nil {
		return err
	}
	if err := d.undecided(); err != nil {
		d.spread(ctx, &cfg, seen)
		return err
	}
	if err := incomplete(d, failed); err != nil {
		return err
	}
	return realmErr
}

func (d *Device) checkPlace(ctx context.Context, p Place, state *PlaceState) error {
	for _, part := range []envelope.Part{envelope.WalletPart, envelope.FilesPart} {
		newest, seen := d.part(part, state)
		if newest.Generation == 0 {
			continue
		}
		if seen.File == "" || seen.Generation != newest.Generation {
			return store.Errorf("get", "", store.ErrNotFound, "the newest %s part was not put there yet", part)
		}
		sealed, err := p.Store.Get(ctx, seen.File)
		if err == nil && envelope.Sum(sealed) != newest.SHA256 {
			err = store.Errorf("get", seen.File, store.ErrCorrupt, "it is not what was put there")
		}
		if err != nil {
			return seen.lost(err)
		}
		seen.ReadBack = now()
	}
	state.Looked = now()
	return nil
}

// lost takes back evidence that the place itself has disproved: the file is not there, or
// not as it was. A place that did not answer disproves nothing.
func (e *Evidence) lost(err error) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrCorrupt) {
		*e = Evidence{}
	}
	return err
}

func (d *Device) checkRealms(ctx context.Context, cfg *Config) error {
	s, err := envelope.ParseStanza(d.Stanza)
	if err != nil {
		return err
	}
	return cfg.during(StepAsk, "", func() error {
		counted := make(chan struct{})
		go func() {
			d.views(ctx, cfg) // what it finds is in d; a realm without views is one all the same
			close(counted)
		}()
		statuses := cfg.guessClient(s).Status(ctx)
		<-counted
		good, worst := 0, error(nil)
		for i, status := range statuses {
			r := &d.Realms[i]
			err := r.see(status.Err, status.Registered, status.NoGuesses, hex.EncodeToString(status.Version[:]))
			if r.Problem = ""; err == nil {
				good++
				continue
			}
			if worst = err; !errors.Is(err, ErrBusy) {
				r.Problem = err.Error()
			}
		}
		if e := d.Stranger(); e != nil {
			return e
		}
		if good < d.Needed {
			return worst
		}
		return nil
	})
}

// see takes one realm's answer down. One that makes everybody wait after wrong guesses is
// there, and has the record if it has just shown it to the owner.
func (r *RealmState) see(err error, registered, noGuesses bool, version string) error {
	var busy *juicebox.BusyError
	r.Rests = time.Time{}
	switch {
	case errors.As(err, &busy):
		if r.Rests = now().Add(busy.After); now().Sub(r.Guesses.Seen) < time.Minute {
			r.Seen = r.Guesses.Seen
		}
		return realmError(err)
	case err != nil:
		return realmError(err)
	case noGuesses:
		return ErrNoTries
	case !registered:
		return ErrNoRecord
	case r.Version != "" && r.Version != version:
		return ErrChanged
	}
	r.Version, r.Seen = version, now()
	return nil
}

// rolledBack names the places that gave the newest generation back before, do not now, and
// still show an older one: they are not empty, they have gone back.
func (before *Device) rolledBack(d *Device, failed []*PlaceError, seen *survey) []*PlaceError {
	for _, f := range failed {
		was, is := before.place(f.Place), d.place(f.Place)
		if errors.Is(f.Err, store.ErrNotFound) && before.verified(was) && seen.older[f.Place] {
			f.Err = join(ErrRolledBack, f.Err)
			is.Problem = ErrRolledBack.Error()
		}
	}
	return failed
}
