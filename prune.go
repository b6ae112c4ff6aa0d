package cloudseed

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/store"
)

// KeepGenerations is how many generations of the attached files Prune leaves in each place,
// the newest among them.
const KeepGenerations = 3

// maxEarlier is how many generations a device remembers beside the newest.
const maxEarlier = 8

// Sealed is a generation of the files part that this device made, or opened, and saw in a place.
type Sealed struct {
	Generation   int
	SHA256       string // of the sealed file, hex
	Registration uint64 // that it was sealed under
}

// earlier is what d remembers once the newest generation is followed by another. One that was
// never seen in a place is forgotten: nothing may count on it.
func (d *Device) earlier() []Sealed {
	seen := slices.ContainsFunc(d.Places, func(p PlaceState) bool {
		return p.Files.Generation == d.Files.Generation && !p.Files.ReadBack.IsZero()
	})
	if d.Files.Generation == 0 || !seen {
		return d.Files.Earlier
	}
	last := Sealed{d.Files.Generation, d.Files.SHA256, d.filesRegistration()}
	all := append([]Sealed{last}, d.Files.Earlier...)
	return all[:min(len(all), maxEarlier)]
}

// filesRegistration is the registration that the newest files part was sealed under: an
// earlier one if a change of PIN has taken that part over.
func (d *Device) filesRegistration() uint64 {
	if d.Files.SHA256 == d.Accepted.SHA256 {
		return d.Registration - 1
	}
	return d.Registration
}

// Pruned is what was removed from one place.
type Pruned struct {
	Place   string
	Removed []string // file names
}

// Prune removes old generations of the attached files. In each place it first reads the newest
// one, which must be as it was sealed, and then goes down from there: KeepGenerations that
// are byte for byte what this device made or opened under the PIN of now are kept, and what is
// older than the last of them is removed. Files of this vault in between are kept too, but do
// not count: those sealed for an older PIN, by another device, or damaged since.
//
// Wallet parts, files of other vaults and files that cannot be read are never touched. Where
// fewer than KeepGenerations count, nothing is removed. It needs no PIN and no realm.
//
// It fails with an *IncompleteError for the places that it could not look through.
func Prune(ctx context.Context, cfg Config, d *Device) ([]Pruned, error) {
	cfg.inTurn()
	if err := errors.Join(d.made(), d.undecided()); err != nil || d.Files.Generation <= KeepGenerations {
		return nil, err
	}
	removed, names := make([]Pruned, len(d.Places)), make([]string, len(d.Places))
	for i := range d.Places {
		names[i] = d.Places[i].Name
	}
	failed := eachPlace(&cfg, d, func(p Place, state *PlaceState) error {
		i := slices.Index(names, p.Name) // not in d.Places: the other places write there meanwhile
		removed[i].Place = p.Name
		if !d.holds(envelope.FilesPart, state) {
			return nil // the newer one comes first
		}
		return cfg.during(StepPrune, p.Name, func() (err error) {
			removed[i].Removed, err = d.prunePlace(ctx, p, state)
			return err
		})
	})
	if err := cfg.save(d); err != nil {
		return removed, err
	}
	return removed, incomplete(d, failed)
}

func (d *Device) prunePlace(ctx context.Context, p Place, state *PlaceState) (removed []string, err error) {
	newest, err := p.Store.Get(ctx, state.Files.File)
	if err == nil && envelope.Sum(newest) != d.Files.SHA256 {
		err = store.Errorf("get", state.Files.File, store.ErrCorrupt, "it is not what was put there")
	}
	if err != nil {
		return nil, state.Files.lost(err)
	}
	state.Files.ReadBack = now()
	older, err := d.olderFiles(ctx, p)
	if err != nil {
		return nil, err
	}
	line := d.line(older)
	for _, f := range older {
		if f.generation >= line {
			continue
		}
		if err := p.Store.Delete(ctx, f.name); err != nil {
			return removed, err
		}
		removed = append(removed, f.name)
	}
	return removed, nil
}

// An olderFile is a files part of the vault below the newest; of what was read only this is kept.
type olderFile struct {
	name       string
	generation int
	counts     bool
}

// olderFiles reads this vault's files parts below the newest, and returns them, the newest first.
// What is not readable as one of ours is left out, and so never removed.
func (d *Device) olderFiles(ctx context.Context, p Place) (older []olderFile, err error) {
	entries, err := p.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		_, part, generation, ok := envelope.ParseFileName(e.Name)
		if !ok || part != envelope.FilesPart || generation >= d.Files.Generation {
			continue
		}
		l := Located{Place: p.Name, File: e.Name, Part: part, Generation: generation}
		switch err := l.read(ctx, p.Store); {
		case unusable(err):
		case err != nil:
			return nil, err
		case l.stanza.Vault() == d.Vault:
			older = append(older, olderFile{e.Name, generation, d.counts(l)})
		}
	}
	slices.SortStableFunc(older, func(a, b olderFile) int { return cmp.Compare(b.generation, a.generation) })
	return older, nil
}

// line is the lowest generation to keep: that of the last one needed to have
// KeepGenerations which count; 0 if there are fewer.
func (d *Device) line(older []olderFile) int {
	counted, last := 1, 0 // the newest
	if d.filesRegistration() != d.Registration {
		return 0
	}
	for _, f := range older {
		if f.generation == last || !f.counts {
			continue
		}
		if counted, last = counted+1, f.generation; counted == KeepGenerations {
			return last
		}
	}
	return 0
}

// counts tells whether a file is byte for byte a generation that this device knows to be good,
// sealed under the registration of now.
func (d *Device) counts(l Located) bool {
	return bytes.Equal(l.stanza.Body(), d.Stanza) && slices.ContainsFunc(d.Files.Earlier, func(s Sealed) bool {
		return s.Generation == l.Generation && s.SHA256 == envelope.Sum(l.sealed) && s.Registration == d.Registration
	})
}

// Older tells whether a file of the backup's vault was sealed under a registration before the
// backup's own, for a PIN that has been replaced since.
func (b *Backup) Older(l Located) bool {
	return l.stanza != nil && l.stanza.Registration < b.Registration
}
