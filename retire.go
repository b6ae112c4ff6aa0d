package cloudseed

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/store"
)

// ErrOldPIN says that a replaced PIN still opens the files that were made under it: its
// record could not be deleted at enough realms, or may not be yet. Resume goes on.
var ErrOldPIN = errors.New("the PIN before still works")

// finish uploads what places lack and then ends what was replaced.
func finish(ctx context.Context, cfg *Config, d *Device) error {
	err := upload(ctx, cfg, d)
	if !d.replacing() || ctx.Err() != nil {
		return err
	}
	rival := d.lookBeforeRetiring(ctx, cfg)
	stolen := slices.ContainsFunc(d.Old, func(r Record) bool { return r.Why == Stolen && !r.over() })
	if rival != nil && !stolen {
		return rival
	}
	retired := retire(ctx, cfg, d)
	return cmp.Or(rival, err, retired)
}

// lookBeforeRetiring looks whether another device has made a registration beside this one or
// above it: then no record is deleted until the person has decided. After a theft they have.
func (d *Device) lookBeforeRetiring(ctx context.Context, cfg *Config) error {
	d.learn(d.survey(ctx, cfg, d.Places))
	if err := d.superseded(); err != nil {
		if saveErr := cfg.note(d); saveErr != nil {
			return saveErr
		}
		return err
	}
	return nil
}

// retire ends the replaced records whose time has come: first the record, so that no copy of
// its wallet part opens any more, wherever it is; then that part in every place that holds
// the new one.
func retire(ctx context.Context, cfg *Config, d *Device) error {
	var worst error
	for i := range d.Old {
		if err := d.end(ctx, cfg, &d.Old[i]); err != nil {
			worst = err
		}
	}
	for i := range d.Old {
		if r := &d.Old[i]; !r.Ended.IsZero() && !r.over() && d.sweep(ctx, cfg, r) {
			r.Swept = now()
		}
	}
	d.Old = slices.DeleteFunc(d.Old, func(r Record) bool { return r.over() && r.Left == 0 })
	if err := cfg.note(d); err != nil {
		return err
	}
	return worst
}

// end deletes a replaced record at its realms. It is over when fewer realms than it needs may
// still have it.
func (d *Device) end(ctx context.Context, cfg *Config, r *Record) error {
	if !r.Ended.IsZero() {
		return nil
	}
	if !d.mayEnd(r) {
		return ErrOldPIN
	}
	s, err := envelope.ParseStanza(r.Stanza)
	if err != nil {
		return err
	}
	return cfg.during(StepRetire, "", func() error {
		failed, err := r.delete(ctx, cfg)
		if err != nil {
			return err
		}
		if len(failed) >= s.Recover {
			return join(ErrOldPIN, realmError(&failed[0]))
		}
		r.Ended, r.Left = now(), len(failed)
		return cfg.note(d) // before any file of it is removed
	})
}

// mayEnd tells whether the backup under the new PIN is safe enough to end the one before:
// verified in every place, or in any one if somebody else may know the PIN before.
func (d *Device) mayEnd(r *Record) bool {
	holds := func(p PlaceState) bool { return d.holds(envelope.WalletPart, &p) }
	if r.Why == Stolen {
		return slices.ContainsFunc(d.Places, holds)
	}
	return !slices.ContainsFunc(d.Places, func(p PlaceState) bool { return !holds(p) })
}

// sweep removes the wallet parts of an ended record from the places. It tells whether none is
// left; a place that cannot be looked at may have one.
func (d *Device) sweep(ctx context.Context, cfg *Config, r *Record) bool {
	clean := make([]bool, len(d.Places))
	var wait sync.WaitGroup
	for i := range d.Places {
		p, ok := cfg.place(d.Places[i].Name)
		if !ok || !d.holds(envelope.WalletPart, &d.Places[i]) {
			continue
		}
		wait.Go(func() {
			clean[i] = cfg.during(StepSweep, p.Name, func() error { return sweepPlace(ctx, p.Store, r) }) == nil
		})
	}
	wait.Wait()
	return !slices.Contains(clean, false)
}

// sweepPlace removes the wallet parts of a record, known by their stanza whatever they are
// called.
func sweepPlace(ctx context.Context, s store.Store, r *Record) error {
	entries, err := s.List(ctx)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, part, _, _ := envelope.ParseFileName(e.Name); part != envelope.WalletPart {
			continue
		}
		l := Located{File: e.Name}
		err := l.read(ctx, s)
		if err == nil && bytes.Equal(l.stanza.Body(), r.Stanza) {
			err = s.Delete(ctx, e.Name)
		}
		if err != nil && !unusable(err) {
			return err
		}
	}
	return nil
}
