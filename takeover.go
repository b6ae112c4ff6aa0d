package cloudseed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/secret"
)

// TakeOver makes this device the one that writes the vault: a new registration above every
// one that was seen, by ChangePIN's procedure, with all its promises. The PIN may be the one
// from before. Every other device of the vault learns it at its next look and stops writing.
//
// After a Restore it turns the keys away from the device that was lost. After ErrReplaced or
// ErrFork it is the person's decision for this device. The record of a registration that
// another device made, and this one never opened, cannot be deleted from here: its PIN goes on
// opening copies of its file until that device gives way with GiveWay.
func TakeOver(ctx context.Context, cfg Config, d *Device, with Unlock, pin secret.Text, why Reason) error {
	cfg.inTurn()
	if err := d.made(); err != nil {
		return fmt.Errorf("take over: %w", err)
	}
	return renew(ctx, &cfg, d, with, pin, why)
}

// GiveWay is the other side: a device that was replaced, or leaves a fork to the other one,
// ends what it made itself. It deletes its own records at the realms, removes their wallet
// parts from the places, and is forgotten. It refuses with ErrNotReplaced as long as the
// other registration was not seen in every place of this device, now.
//
// With ErrOldPIN or an *IncompleteError something is left, and GiveWay may be repeated.
func GiveWay(ctx context.Context, cfg Config, d *Device) error {
	cfg.inTurn()
	seen := d.survey(ctx, &cfg, d.Places)
	d.learn(seen)
	if err := cfg.save(d); err != nil {
		return err
	}
	if d.superseded() == nil || !seen.complete(d) || len(seen.copies(d.Other)) < len(d.Places) {
		return ErrNotReplaced
	}
	return d.giveWay(ctx, &cfg)
}

// ErrNotReplaced refuses to give way to what was not seen.
var ErrNotReplaced = errors.New("no other device's backup was seen in every place")

func (d *Device) giveWay(ctx context.Context, cfg *Config) error {
	records := append(slices.Clone(d.Old), d.record(Routine))
	if d.Next != nil {
		records = append(records, *d.Next)
	}
	for i := range records {
		if err := cfg.during(StepRetire, "", func() error { return endForGood(ctx, cfg, &records[i]) }); err != nil {
			return err
		}
	}
	failed := eachPlace(cfg, d, func(p Place, _ *PlaceState) error {
		return cfg.during(StepSweep, p.Name, func() error {
			for i := range records {
				if err := sweepPlace(ctx, p.Store, &records[i]); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err := incomplete(d, failed); err != nil {
		return err
	}
	return cfg.forget(d.Vault)
}

// endForGood deletes a record at as many realms as make it useless.
func endForGood(ctx context.Context, cfg *Config, r *Record) error {
	s, err := envelope.ParseStanza(r.Stanza)
	if err != nil || !r.Ended.IsZero() && r.Left == 0 {
		return err
	}
	failed, err := r.delete(ctx, cfg)
	if err == nil && len(failed) >= s.Recover {
		err = join(ErrOldPIN, realmError(&failed[0]))
	}
	return err
}

// spread copies a newer registration's wallet part, as it is, to the places that this device
// knows and that lack it. Its stanza is signed by the root key; whether the rest is whole
// shows when it is opened. Nothing is overwritten. What fails is tried at the next look.
func (d *Device) spread(ctx context.Context, cfg *Config, s *survey) {
	if d.Other == nil || d.Other.Registration <= d.Registration {
		return
	}
	in := s.copies(d.Other)
	from, ok := cfg.place(d.Other.Place)
	if file := in[d.Other.Place]; !ok || file == "" || len(in) == len(d.Places) {
		return
	}
	sealed, err := from.Store.Get(ctx, d.Other.File)
	if err != nil || envelope.Sum(sealed) != d.Other.SHA256 {
		return
	}
	var wait sync.WaitGroup
	for _, state := range d.Places {
		p, ok := cfg.place(state.Name)
		if !ok || in[p.Name] != "" || s.failed[p.Name] != nil {
			continue
		}
		wait.Go(func() {
			cfg.during(StepCopy, p.Name, func() error {
				err := createAndRead(ctx, p.Store, d.Other.File, sealed)
				if err == nil {
					return nil
				}
				sibling := envelope.FileName(envelope.SiblingName(envelope.BaseName(d.Name), d.Vault), envelope.WalletPart, d.Other.Generation)
				return createAndRead(ctx, p.Store, sibling, sealed)
			})
		})
	}
	wait.Wait()
}
