package cloudseed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// ErrOtherStanza refuses a drill: what the place offers first for this vault is not what this
// device has put there. No PIN was sent.
var ErrOtherStanza = errors.New("the place has another backup of this wallet than this device made")

// A Practice is the dated result of a drill: what a new device would have got back.
type Practice struct {
	Place     string    `json:"place"`
	At        time.Time `json:"at,omitzero"`     // zero: never
	Wallet    int       `json:"wallet"`          // generation of the wallet part that opened
	Files     int       `json:"files,omitempty"` // generation of the attached files that opened; 0 for none
	Names     []string  `json:"names,omitempty"` // of these files
	Current   bool      `json:"current"`         // both are the newest that this device made
	TryingOut bool      `json:"trying_out"`      // with the computer, its embedded realms would have been lost
}

// Drill practises losing the device: it does what a new device would do with one place, the
// realms and the typed PIN, in memory. What this device remembers is used only to refuse a
// file with another stanza than its own, before any PIN leaves it, and to compare the wallet
// that comes back; never to open. place "" is the one that was practised longest ago.
//
// It fails as Find, Remind and Restore do, and with ErrOtherStanza. A wrong PIN spends a try.
func Drill(ctx context.Context, cfg Config, d *Device, place string, pin secret.Text) (Practice, error) {
	cfg.inTurn()
	if err := d.writable(); err != nil {
		return Practice{}, fmt.Errorf("drill: %w", err)
	}
	state, err := d.toPractise(&cfg, place)
	if err != nil {
		return Practice{}, err
	}
	alone := cfg
	alone.Journal, alone.Places = nil, slices.DeleteFunc(slices.Clone(cfg.Places), func(p Place) bool { return p.Name != state.Name })
	b, err := d.offered(ctx, alone)
	if err != nil {
		return Practice{}, err
	}
	key, err := d.practise(ctx, &cfg, pin)
	if err != nil {
		return Practice{}, err
	}
	defer key.Clear()
	r, err := b.restore(&alone, key, Device{Proved: d.Proved})
	if err != nil {
		return Practice{}, err
	}
	defer r.Wallet.Phrase.Clear()
	defer r.Wallet.Passphrase.Clear()
	if r.Device.Vault != d.Vault || r.Device.Fingerprint != d.Fingerprint || r.Device.FirstAddress != d.FirstAddress {
		return Practice{}, ErrOtherWallet
	}
	d.drilled(state, r)
	return state.Drill, cfg.save(d)
}

// toPractise returns the place of that name, or the one that was practised longest ago.
func (d *Device) toPractise(cfg *Config, name string) (*PlaceState, error) {
	var best *PlaceState
	for i := range d.Places {
		p := &d.Places[i]
		if name != "" && p.Name != name {
			continue
		}
		if best == nil || p.Drill.At.Before(best.Drill.At) {
			best = p
		}
	}
	if best == nil {
		return nil, ErrNoPlace
	}
	if _, ok := cfg.place(best.Name); !ok {
		return nil, &PlaceError{best.Name, store.Errorf("open", "", store.ErrGone, "this device has no way to it")}
	}
	return best, nil
}

// offered is the backup of this vault that a new device would try first, if it is the one
// that this device made.
func (d *Device) offered(ctx context.Context, alone Config) (*Backup, error) {
	s, err := Find(ctx, alone)
	if err != nil {
		return nil, err
	}
	for _, b := range s.Backups {
		if b.Vault != d.Vault {
			continue
		}
		if !bytes.Equal(b.stanza.Body(), d.Stanza) {
			return nil, ErrOtherStanza
		}
		return b, nil
	}
	if len(s.Failed) > 0 {
		return nil, &CouldNotLookError{s.Failed}
	}
	return nil, ErrNoBackup
}

// drilled takes down what came back.
func (d *Device) drilled(state *PlaceState, r *Restored) {
	at := d.Proved
	state.Drill = Practice{Place: state.Name, At: at, Wallet: r.Device.Wallet.Generation, Files: r.Device.Files.Generation,
		Names: r.Device.Files.Names, TryingOut: d.TryingOut(),
		Current: r.Device.Wallet.SHA256 == d.Wallet.SHA256 && r.Device.Files.SHA256 == d.Files.SHA256}
	for _, part := range []envelope.Part{envelope.WalletPart, envelope.FilesPart} {
		newest, seen := d.part(part, state)
		back, _ := r.Device.part(part, state)
		if newest.Generation > 0 && back.SHA256 == newest.SHA256 && seen.Generation == newest.Generation {
			newest.Opened, seen.Opened, seen.ReadBack = at, at, at
		}
	}
}
