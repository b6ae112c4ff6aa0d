package cloudseed

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/store"
)

// Resume finishes what was interrupted, from what the Journal kept: a sealed backup is sent
// to the places that lack it, the same bytes; what a new PIN has replaced is ended; a creation
// that never came so far is taken back at the realms, which it reports as ErrUndone, and a
// change of PIN as ErrNotChanged; a deletion goes on. A complete backup that a place has lost is put there again,
// from another place; otherwise there is nothing to do.
//
// It fails with an *IncompleteError as Create does. Where another device has taken over, it
// copies what that one wrote to places that lack it, and fails with ErrReplaced or ErrFork.
func Resume(ctx context.Context, cfg Config, d *Device) error {
	cfg.inTurn()
	if d.Stage == StagePrepared {
		return resumeCreate(&cfg, d)
	}
	if d.Stage == StageDeleting {
		_, err := Delete(ctx, cfg, d)
		return err
	}
	var taken error
	if d.Next != nil {
		if taken = d.dropNext(&cfg); taken == nil {
			taken = ErrNotChanged
		}
	}
	if err := d.superseded(); err != nil {
		d.spread(ctx, &cfg, d.survey(ctx, &cfg, d.Places))
		return err
	}
	if err := finish(ctx, &cfg, d); err != nil {
		return cmp.Or(d.whyGone(ctx, &cfg, err), err)
	}
	if err := d.tidy(ctx, &cfg); err != nil {
		return err
	}
	return taken
}

// whyGone looks for another device when no place has any more what this one would copy: if that
// has taken over, it has removed it.
func (d *Device) whyGone(ctx context.Context, cfg *Config, err error) error {
	if !errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return d.lookBeforeRetiring(ctx, cfg)
}

func resumeCreate(cfg *Config, d *Device) error {
	s, err := envelope.ParseStanza(d.Stanza)
	if err != nil {
		return err
	}
	owner := ed25519.NewKeyFromSeed(d.owner.Reveal())
	defer clear(owner)
	if err := undo(cfg, d, s, owner); err != nil {
		return err
	}
	return ErrUndone
}
