package cloudseed

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cloudseed/cloudseed/envelope"
)

// The kinds of failure of AddPlace and ReleasePlace.
var (
	ErrPlaceThere = errors.New("the backup is in a place of that name already")
	ErrNoSuchOne  = errors.New("the backup is in no place of that name")
	ErrLastPlace  = errors.New("it is the only place that the backup was seen in")
)

// AddPlace puts the backup into one more place, the place of that name in cfg: the same bytes
// as elsewhere, read back and compared. What is there of the vault already is looked at and
// not written again. It needs no PIN.
//
// When it returns nil the place alone is enough to restore. With an *IncompleteError the
// place is remembered and Resume goes on; with any other error nothing has changed.
func AddPlace(ctx context.Context, cfg Config, d *Device, name string) error {
	cfg.inTurn()
	if err := errors.Join(d.made(), d.undecided()); err != nil {
		return fmt.Errorf("add a place: %w", err)
	}
	p, ok := cfg.place(name)
	if !ok {
		return ErrNoPlace
	}
	if d.place(name) != nil {
		return ErrPlaceThere
	}
	state := PlaceState{Name: p.Name, URL: p.URL}
	err := cfg.during(StepLook, p.Name, func() error { return d.findIn(ctx, p, &state) })
	if err != nil {
		return &PlaceError{p.Name, err}
	}
	stage := d.Stage
	d.Places, d.Stage = append(slices.Clone(d.Places), state), StageSealed
	if err := cfg.save(d); err != nil {
		d.Places, d.Stage = d.Places[:len(d.Places)-1], stage
		return err
	}
	return finish(ctx, &cfg, d)
}

// findIn looks for the newest generations in a place that was not the backup's so far.
func (d *Device) findIn(ctx context.Context, p Place, state *PlaceState) error {
	if err := lookForBase(ctx, p, state, d); err != nil {
		return err
	}
	entries, err := p.Store.List(ctx)
	if err != nil {
		return err
	}
	var found []Located
	for _, e := range entries {
		if _, _, _, ok := envelope.ParseFileName(e.Name); !ok {
			continue
		}
		l := Located{Place: p.Name, File: e.Name}
		switch err := l.read(ctx, p.Store); {
		case err == nil && l.stanza.Vault() == d.Vault:
			found = append(found, l)
		case err != nil && !unusable(err):
			return err
		}
	}
	there := d.evidence(p, now(), found)
	state.Wallet, state.Files = there.Wallet, there.Files
	return nil
}

// A Release says what giving up a place leaves.
type Release struct {
	Place   string
	Remains []string // other places that were seen to hold the newest backup
	Lagged  bool     // the place had not the newest: what it has opens with a PIN from before, and dies with that
}

// ReleasePlace gives a place up, for good: nothing is written there any more, and no change
// waits for it. The files in it stay. They open with the PIN until that is changed, and an
// older one dies with its record, which now ends if it had waited for this place alone.
//
// It refuses with ErrLastPlace when no other place was seen to hold the newest backup. The
// Release is returned when the place is given up, also if something else then fails.
func ReleasePlace(ctx context.Context, cfg Config, d *Device, name string) (*Release, error) {
	cfg.inTurn()
	if err := d.made(); err != nil {
		return nil, fmt.Errorf("release a place: %w", err)
	}
	state := d.place(name)
	if state == nil {
		return nil, ErrNoSuchOne
	}
	r := &Release{Place: name, Lagged: !d.holds(envelope.WalletPart, state)}
	rest := slices.DeleteFunc(slices.Clone(d.Places), func(p PlaceState) bool { return p.Name == name })
	for i := range rest {
		if d.verified(&rest[i]) {
			r.Remains = append(r.Remains, rest[i].Name)
		}
	}
	if len(r.Remains) == 0 {
		return nil, ErrLastPlace
	}
	before := d.Places
	d.Places = rest
	if err := cfg.save(d); err != nil {
		d.Places = before
		return nil, err
	}
	if d.superseded() != nil || d.Stage == StageDone && !d.replacing() {
		return r, nil
	}
	return r, finish(ctx, &cfg, d)
}
