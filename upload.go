package cloudseed

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/store"
)

// look finds a name that is free in each place, so that nothing of another wallet is in the
// way. A place that cannot be looked at now is tried again when uploading; if none can,
// the creation ends before anything has left this device.
func (c *creation) look(ctx context.Context, cfg *Config) error {
	failed := eachPlace(cfg, c.device, func(p Place, state *PlaceState) error {
		return cfg.during(StepLook, p.Name, func() error { return lookForBase(ctx, p, state, c.device) })
	})
	if len(failed) == len(cfg.Places) {
		return failed[0]
	}
	c.device.Surveyed = now() // nobody else can have this vault yet
	return nil
}

func lookForBase(ctx context.Context, p Place, state *PlaceState, d *Device) error {
	entries, err := p.Store.List(ctx)
	if err != nil {
		return err
	}
	base := envelope.BaseName(d.Name)
	taken := false
	for _, e := range entries {
		if b, _, _, ok := envelope.ParseFileName(e.Name); ok && b == base && !taken {
			ours, err := d.isOurs(ctx, p.Store, e.Name)
			if err != nil {
				return err
			}
			taken = !ours
		}
	}
	state.Base, state.Looked = base, now()
	if taken {
		state.Base = envelope.SiblingName(base, d.Vault)
	}
	return nil
}

// isOurs tells whether a file is of d's vault. For a vault that is being made no file is.
func (d *Device) isOurs(ctx context.Context, s store.Store, name string) (bool, error) {
	if d.Stage == StagePrepared {
		return false, nil
	}
	l := Located{File: name}
	err := l.read(ctx, s)
	if err != nil && !unusable(err) {
		return false, err
	}
	return err == nil && l.stanza.Vault() == d.Vault, nil
}

// upload puts every part that a place lacks into it, all places at the same time, and saves
// the evidence. In each place the wallet part comes first.
func upload(ctx context.Context, cfg *Config, d *Device) error {
	failed := eachPlace(cfg, d, func(p Place, state *PlaceState) error {
		return uploadTo(ctx, cfg, d, p, state)
	})
	d.met(failed)
	if len(failed) == 0 {
		d.complete()
	}
	if err := cfg.note(d); err != nil {
		return err
	}
	return incomplete(d, failed)
}

// complete notes that every place has every part.
func (d *Device) complete() {
	d.Stage = StageDone
	d.Wallet.Pending, d.Files.Pending = nil, nil
}

func incomplete(d *Device, failed []*PlaceError) error {
	if len(failed) == 0 {
		return nil
	}
	e := &IncompleteError{Failed: failed}
	for _, p := range d.Places {
		if !slices.ContainsFunc(failed, func(f *PlaceError) bool { return f.Place == p.Name }) {
			e.Verified = append(e.Verified, p.Name)
		}
	}
	return e
}

func uploadTo(ctx context.Context, cfg *Config, d *Device, p Place, state *PlaceState) error {
	if state.Base == "" {
		if err := lookForBase(ctx, p, state, d); err != nil {
			return err
		}
	}
	for _, part := range []envelope.Part{envelope.WalletPart, envelope.FilesPart} {
		if d.holds(part, state) {
			continue
		}
		newest, seen := d.part(part, state)
		sealed, err := d.sealedBytes(ctx, cfg, part)
		if err != nil {
			return err
		}
		e, err := put(ctx, cfg, p, state, d, part, newest.Generation, sealed)
		if err != nil {
			return err
		}
		if part == envelope.WalletPart {
			e.Opened = d.Wallet.Opened
		}
		*seen = e
	}
	return nil
}

// sealedBytes returns a part's sealed bytes: kept since they were made, or read from a place
// that has them.
func (d *Device) sealedBytes(ctx context.Context, cfg *Config, part envelope.Part) ([]byte, error) {
	newest, _ := d.part(part, &PlaceState{})
	if newest.Pending != nil {
		return newest.Pending, nil
	}
	return d.bytesInPlace(ctx, cfg, part)
}

// bytesInPlace reads a part's sealed bytes from the first place that gives them back as
// they were.
func (d *Device) bytesInPlace(ctx context.Context, cfg *Config, part envelope.Part) ([]byte, error) {
	newest, _ := d.part(part, &PlaceState{})
	var none error = store.Errorf("get", "", store.ErrNotFound, "no place gives back the %s part", part)
	for _, p := range cfg.Places {
		state := d.place(p.Name)
		if state == nil || !d.holds(part, state) {
			continue
		}
		_, seen := d.part(part, state)
		sealed, err := p.Store.Get(ctx, seen.File)
		switch {
		case err == nil && envelope.Sum(sealed) == newest.SHA256:
			return sealed, nil
		case err != nil && !errors.Is(err, store.ErrNotFound):
			none = &PlaceError{p.Name, err} // it could not look
		}
	}
	return nil, none
}

// put creates one file and reads it back.
func put(ctx context.Context, cfg *Config, p Place, state *PlaceState, d *Device, part envelope.Part, generation int, sealed []byte) (Evidence, error) {
	e := Evidence{Generation: generation, Queued: store.Queued(p.Store)}
	err := cfg.during(StepUpload, p.Name, func() error {
		name, err := create(ctx, p, state, d, part, generation, sealed)
		e.File, e.Accepted = name, now()
		return err
	})
	if err != nil {
		return e, err
	}
	err = cfg.during(StepReadBack, p.Name, func() error {
		got, err := p.Store.Get(ctx, e.File)
		if err == nil && !bytes.Equal(got, sealed) {
			err = store.Errorf("read back", e.File, store.ErrCorrupt, "it differs from what was sent")
		}
		return err
	})
	e.ReadBack = now()
	state.Looked = e.ReadBack
	return e, err
}

// create stores sealed under the part's name, or under the sibling name where another vault,
// an older registration or something that cannot be read has taken that. A rival of the same
// vault is not evaded: that is for the person to decide. A write whose answer was lost is
// settled by looking.
func create(ctx context.Context, p Place, state *PlaceState, d *Device, part envelope.Part, generation int, sealed []byte) (string, error) {
	name := envelope.FileName(state.Base, part, generation)
	err := createOrSame(ctx, p.Store, name, sealed)
	if !errors.Is(err, ErrChanged) {
		return name, err
	}
	if err := d.inTheWay(ctx, p, name); err != nil {
		return name, err
	}
	sibling := envelope.SiblingName(envelope.BaseName(d.Name), d.Vault)
	if state.Base != sibling {
		state.Base = sibling
		name = envelope.FileName(sibling, part, generation)
		err = createOrSame(ctx, p.Store, name, sealed)
	}
	return name, err
}

func createOrSame(ctx context.Context, s store.Store, name string, sealed []byte) error {
	err := s.Create(ctx, name, sealed)
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	there, getErr := s.Get(ctx, name)
	switch {
	case getErr == nil && bytes.Equal(there, sealed):
		return nil // an earlier try, or this one, did get through
	case getErr == nil && errors.Is(err, store.ErrExists):
		return join(ErrChanged, err)
	}
	return err
}

// eachPlace does one thing to every place of d, at the same time, notes how it went, and
// returns those that failed, in order. A place that cfg does not have is not connected.
func eachPlace(cfg *Config, d *Device, do func(Place, *PlaceState) error) []*PlaceError {
	errs := make([]error, len(d.Places))
	var wait sync.WaitGroup
	for i := range d.Places {
		state := &d.Places[i]
		place, ok := cfg.place(state.Name)
		if !ok {
			errs[i] = store.Errorf("open", "", store.ErrGone, "this device has no way to it")
			continue
		}
		wait.Go(func() { errs[i] = do(place, state) })
	}
	wait.Wait()
	var failed []*PlaceError
	for i, err := range errs {
		d.Places[i].went(err)
		if err != nil {
			failed = append(failed, &PlaceError{d.Places[i].Name, err})
		}
	}
	return failed
}

func (c *Config) place(name string) (Place, bool) {
	for _, p := range c.Places {
		if p.Name == name {
			return p, true
		}
	}
	return Place{}, false
}

// went notes how the last thing that was done with a place went.
func (p *PlaceState) went(err error) {
	p.Problem = problem(err)
	switch {
	case err == nil:
		p.Failing, p.NotBefore = time.Time{}, time.Time{}
	case p.Failing.IsZero():
		p.Failing = now()
	}
}

// problem is the kind of a place's failure, as the Device keeps it.
func problem(err error) string {
	if err == nil {
		return ""
	}
	for _, kind := range store.Kinds {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	return "unexpected"
}
