package cloudseed

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/store"
)

// The kinds of trouble between devices of one vault. This device writes nothing until the
// person has decided.
var (
	ErrReplaced   = errors.New("another device has taken over this backup")
	ErrFork       = errors.New("two devices have renewed this backup at the same time")
	ErrConflict   = errors.New("another device has written the same generation")
	ErrRolledBack = errors.New("the place shows an older state than before")
)

// A ReplacedError is ErrReplaced with what was seen of the newer registration. TakeOver makes
// this device the newest again; Restore opens what the other one wrote.
type ReplacedError struct {
	Own    uint64 // this device's registration
	Newer  Sighting
	Device string // which device it was, if its receipt tells; for people
}

func (e *ReplacedError) Error() string {
	return fmt.Sprintf("%v: registration %d in %s, this device's is %d", ErrReplaced, e.Newer.Registration, e.Newer.Place, e.Own)
}
func (e *ReplacedError) Unwrap() error { return ErrReplaced }

// A ForkError is ErrFork with both sides. Each opens with its own PIN. Nothing is deleted
// until TakeOver has put a registration above both.
type ForkError struct {
	Own    Record // without its key
	Theirs Sighting
	Device string // as in ReplacedError
}

func (e *ForkError) Error() string {
	return fmt.Sprintf("%v: registration %d, theirs in %s", ErrFork, e.Own.Registration, e.Theirs.Place)
}
func (e *ForkError) Unwrap() error { return ErrFork }

// A ConflictError is ErrConflict with the file that another device has put where this one
// wanted to, or above it. SealAbove keeps what this device has, TakeTheirs what the other has;
// theirs stays as an older generation either way.
type ConflictError struct {
	Part   envelope.Part
	Own    int // this device's generation
	Theirs Sighting
	Device string // as in ReplacedError
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%v: %s part %d, theirs is %s in %s", ErrConflict, e.Part, e.Own, e.Theirs.File, e.Theirs.Place)
}
func (e *ConflictError) Unwrap() error { return ErrConflict }

// superseded tells whether this device may renew its registration.
func (d *Device) superseded() error {
	switch {
	case d.Other == nil:
		return nil
	case d.Other.Registration > d.Registration:
		return &ReplacedError{d.Registration, *d.Other, d.otherDevice()}
	case d.Other.Registration == d.Registration:
		return &ForkError{Record{Registration: d.Registration, Stanza: d.Stanza}, *d.Other, d.otherDevice()}
	}
	return nil
}

// Rival tells what another device did that this one must not write over: a *ReplacedError,
// *ForkError or *ConflictError; nil when this device may write.
func (d *Device) Rival() error { return d.undecided() }

// undecided tells whether this device may write a generation.
func (d *Device) undecided() error {
	if err := d.superseded(); err != nil {
		return err
	}
	if d.Conflict != nil {
		own, _ := d.part(d.Conflict.Part, &PlaceState{})
		return &ConflictError{d.Conflict.Part, own.Generation, *d.Conflict, d.otherDevice()}
	}
	return nil
}

// inTheWay reads what stands under a name that this device wanted, and tells whether it is a
// rival of the same vault. Anything else is another's, and goes on standing there.
func (d *Device) inTheWay(ctx context.Context, p Place, name string) error {
	l := Located{Place: p.Name, File: name}
	_, l.Part, l.Generation, _ = envelope.ParseFileName(name)
	err := l.read(ctx, p.Store)
	if err != nil && !unusable(err) {
		return err
	}
	if err != nil || l.stanza.Vault() != d.Vault || !d.rival(l.sighting()) {
		return nil
	}
	if entries, err := p.Store.List(ctx); err == nil {
		for _, e := range entries {
			if e.Name == name {
				l.Modified = e.Modified
			}
		}
	}
	seen := Device{Registration: d.Registration, Stanza: d.Stanza, Wallet: d.Wallet, Files: d.Files, Openings: d.Openings}
	seen.notice(l.sighting())
	return seen.undecided()
}

// met takes down what uploads have met.
func (d *Device) met(failed []*PlaceError) {
	for _, f := range failed {
		var replaced *ReplacedError
		var fork *ForkError
		var conflict *ConflictError
		switch {
		case errors.As(f, &replaced):
			d.notice(replaced.Newer)
		case errors.As(f, &fork):
			d.notice(fork.Theirs)
		case errors.As(f, &conflict):
			d.notice(conflict.Theirs)
		}
	}
}

// maxAbove bounds how far a generation is raised because of a name that proves nothing.
const maxAbove = 1 << 20

// above is the number for the next generation of a part: above everything that was seen of it.
func (d *Device) above(part envelope.Part) int {
	newest, _ := d.part(part, &PlaceState{})
	next := newest.Generation + 1
	for _, s := range []*Sighting{d.Conflict, d.Other} {
		if s != nil && s.Part == part && s.Generation >= next && s.Generation < newest.Generation+maxAbove {
			next = s.Generation + 1
		}
	}
	return next
}

// SealAbove decides a conflict about attached files for this device: files are sealed as a
// generation above the other device's, which stays as an older one, and put into every
// place. Without a conflict it is Update.
func SealAbove(ctx context.Context, cfg Config, d *Device, files ...File) error {
	cfg.inTurn()
	if err := d.mayDecide(); err != nil {
		return fmt.Errorf("seal above: %w", err)
	}
	if err := checkAttachments(files); err != nil {
		return err
	}
	return d.settle(ctx, &cfg, files)
}

// TakeTheirs decides a conflict about attached files for the other device: what it wrote is
// opened, with the PIN as Restore does or with the wallet, sealed again above both, and put
// into every place. It returns the files. A file that is not authentic fails with ErrDamaged
// or envelope.ErrWrongKey and changes nothing.
func TakeTheirs(ctx context.Context, cfg Config, d *Device, with Unlock) ([]File, error) {
	cfg.inTurn()
	if err := d.mayDecide(); err != nil {
		return nil, fmt.Errorf("take theirs: %w", err)
	}
	if d.Conflict == nil {
		return nil, nil
	}
	p, ok := cfg.place(d.Conflict.Place)
	if !ok {
		return nil, &PlaceError{d.Conflict.Place, store.Errorf("open", "", store.ErrGone, "this device has no way to it")}
	}
	sealed, err := p.Store.Get(ctx, d.Conflict.File)
	if err != nil {
		return nil, &PlaceError{p.Name, err}
	}
	u, err := d.unlock(ctx, &cfg, with)
	if err != nil {
		return nil, err
	}
	defer u.clear()
	files, err := u.openFiles(sealed, d.Stanza)
	if err != nil {
		return nil, err
	}
	return files, d.settle(ctx, &cfg, files)
}

func (d *Device) mayDecide() error {
	if err := d.made(); err != nil {
		return err
	}
	if err := d.superseded(); err != nil {
		return err
	}
	if d.Conflict != nil && d.Conflict.Part != envelope.FilesPart {
		return d.undecided() // only TakeOver settles a wallet part
	}
	return nil
}

// openFiles opens a files part of the same registration.
func (u *unlocked) openFiles(sealed, stanza []byte) ([]File, error) {
	entropy := u.wallet.Phrase.Entropy()
	defer entropy.Clear()
	key := envelope.FilesKey(entropy, u.stanza.Salt)
	defer key.Clear()
	o, err := envelope.Open(sealed, key)
	if err != nil {
		return nil, err
	}
	if o.Manifest.Part != envelope.FilesPart || !bytes.Equal(o.Stanza.Body(), stanza) {
		return nil, fmt.Errorf("no attached files of this registration: %w", ErrDamaged)
	}
	return o.Files, nil
}

func (d *Device) settle(ctx context.Context, cfg *Config, files []File) error {
	err := d.sealAndSave(cfg, func(next *Device) error {
		err := next.sealFiles(cfg.DeviceName, files)
		next.Conflict = nil
		return err
	})
	if err != nil {
		return err
	}
	return finish(ctx, cfg, d)
}
