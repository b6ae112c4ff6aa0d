package cloudseed

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/store"
)

// ErrDeleting refuses to write for a vault that the person has begun to delete.
var ErrDeleting = errors.New("this backup is being deleted")

// ErrNotDeleted says that something of a deleted backup may be left; Delete may be repeated.
var ErrNotDeleted = errors.New("not everything is deleted")

// A Deletion says what of a backup is gone, and what may still be there.
type Deletion struct {
	Places []PlaceDeletion
	Realms []RealmDeletion
	Dead   bool // too few realms have a record for any copy of a file to open with a PIN
}

// A PlaceDeletion is the outcome in one place.
type PlaceDeletion struct {
	Place   string
	Removed []string // files
	Err     error    // nil: a complete listing afterwards showed none of this vault
}

// A RealmDeletion is the outcome at one realm, for every record of the vault that this device
// knows.
type RealmDeletion struct {
	Realm juicebox.Realm
	Err   error // nil: it confirmed that it has none
}

// Delete removes the backup everywhere: first the records at the realms, so that no copy of
// a file opens with the PIN any more, then every file of this vault in every place, which it
// verifies by listing again. An emergency kit goes on opening copies that somebody kept.
//
// From its first moment on nothing is written for this vault; an upload of before that was cut
// short, and arrives late, is waited for and removed too. When it returns nil nothing is
// left and the Journal has forgotten the vault; with ErrNotDeleted the Deletion says what may
// be, and Delete or Resume goes on. The Deletion is returned in any case. Where another device
// has taken over it fails with ErrReplaced or ErrFork and deletes nothing: that backup is the
// other device's to delete.
func Delete(ctx context.Context, cfg Config, d *Device) (*Deletion, error) {
	cfg.inTurn()
	if d.Stage != StageDeleting {
		d.learn(d.survey(ctx, &cfg, d.Places))
		if err := d.superseded(); err != nil {
			return &Deletion{}, errors.Join(cfg.save(d), err)
		}
	}
	d.Stage = StageDeleting
	if err := cfg.save(d); err != nil {
		return &Deletion{}, err
	}
	r := &Deletion{}
	cfg.during(StepRetire, "", func() error { return r.deleteRecords(ctx, &cfg, d) })
	r.deleteFiles(ctx, &cfg, d)
	if !r.complete() {
		if err := cfg.save(d); err != nil {
			return r, err
		}
		return r, r.err()
	}
	return r, cfg.forget(d.Vault)
}

func (r *Deletion) complete() bool { return len(r.failures()) == 0 }

func (r *Deletion) failures() (all []error) {
	for _, p := range r.Places {
		if p.Err != nil {
			all = append(all, &PlaceError{p.Place, p.Err})
		}
	}
	for _, realm := range r.Realms {
		if realm.Err != nil {
			all = append(all, realmError(realm.Err))
		}
	}
	return all
}

func (r *Deletion) err() error {
	var what []string
	for _, err := range r.failures() {
		what = append(what, err.Error())
	}
	return fmt.Errorf("%w: %s", ErrNotDeleted, strings.Join(what, "; "))
}

// deleteRecords deletes the device's own record and those beside it.
func (r *Deletion) deleteRecords(ctx context.Context, cfg *Config, d *Device) error {
	records := append([]Record{d.record(Routine)}, d.Old...)
	if d.Next != nil {
		records = append(records, *d.Next)
	}
	r.Dead = true
	for i := range records {
		if err := r.deleteRecord(ctx, cfg, &records[i]); err != nil {
			r.Dead = false
			return err
		}
	}
	return nil
}

func (r *Deletion) deleteRecord(ctx context.Context, cfg *Config, record *Record) error {
	s, err := envelope.ParseStanza(record.Stanza)
	if err != nil {
		return err
	}
	failed, err := record.delete(ctx, cfg)
	if err != nil {
		return err
	}
	if len(failed) >= s.Recover {
		r.Dead = false
	}
	for _, realm := range realmsOf(s) {
		r.note(realm, failed)
	}
	return nil
}

// note keeps one row a realm, with the last failure of any record there.
func (r *Deletion) note(realm juicebox.Realm, failed []juicebox.RealmError) {
	row := RealmDeletion{Realm: realm}
	for i := range failed {
		if failed[i].Realm.ID == realm.ID {
			row.Err = &failed[i]
		}
	}
	for i := range r.Realms {
		if r.Realms[i].Realm.ID == realm.ID {
			if row.Err != nil {
				r.Realms[i] = row
			}
			return
		}
	}
	r.Realms = append(r.Realms, row)
}

func (r *Deletion) deleteFiles(ctx context.Context, cfg *Config, d *Device) {
	r.Places = make([]PlaceDeletion, len(d.Places))
	index := map[string]*PlaceDeletion{}
	for i, p := range d.Places {
		r.Places[i].Place = p.Name
		index[p.Name] = &r.Places[i]
	}
	failed := eachPlace(cfg, d, func(p Place, state *PlaceState) error {
		return cfg.during(StepSweep, p.Name, func() error {
			return index[p.Name].empty(ctx, p.Store, d, state)
		})
	})
	for _, f := range failed {
		index[f.Place].Err = f.Err
	}
}

// lateWrite is how long a write that was cut short may still take to arrive in a place.
const lateWrite = 5 * time.Second

// empty removes every file of the vault and looks again. Where the journal has something that
// was not read back there, an upload may be in flight that was cut short: it is waited for.
func (p *PlaceDeletion) empty(ctx context.Context, s store.Store, d *Device, state *PlaceState) error {
	inFlight := !d.verified(state)
	if err := p.remove(ctx, s, d, state); err != nil {
		return err
	}
	if inFlight {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lateWrite):
		}
		if err := p.remove(ctx, s, d, state); err != nil {
			return err
		}
	}
	state.Wallet, state.Files = Evidence{}, Evidence{}
	left, err := filesOf(ctx, s, d, state)
	if err == nil && len(left) > 0 {
		err = store.Errorf("delete", left[0], store.ErrExists, "it is still listed")
	}
	return err
}

func (p *PlaceDeletion) remove(ctx context.Context, s store.Store, d *Device, state *PlaceState) error {
	ours, err := filesOf(ctx, s, d, state)
	if err != nil {
		return err
	}
	for _, name := range ours {
		if err := s.Delete(ctx, name); err != nil {
			return err
		}
		p.Removed = append(p.Removed, name)
	}
	return nil
}

// filesOf lists a place's files of d's vault, known by their stanza whatever they are called.
// One that cannot be read any more is ours if this device put it there.
func filesOf(ctx context.Context, s store.Store, d *Device, state *PlaceState) (names []string, err error) {
	entries, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if envelope.IsReceiptName(e.Name) {
			ours, err := d.isReceipt(ctx, s, e.Name)
			if err != nil {
				return nil, err
			}
			if ours {
				names = append(names, e.Name)
			}
		}
		if !strings.HasSuffix(e.Name, ".age") {
			continue
		}
		l := Located{File: e.Name}
		switch err := l.read(ctx, s); {
		case err == nil && l.stanza.Vault() == d.Vault:
			names = append(names, e.Name)
		case err != nil && !unusable(err):
			return nil, err
		case err != nil && (e.Name == state.Wallet.File || e.Name == state.Files.File):
			names = append(names, e.Name)
		}
	}
	return names, nil
}
