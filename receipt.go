package cloudseed

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// An Opening is a receipt that was seen in a place: another device has opened sealed files of
// this vault. It is signed by the root key. It shows that somebody opened those bytes, not
// that they are the newest.
type Opening struct {
	Place   string
	File    string
	Receipt envelope.Receipt
}

// keptOpenings is how many receipts a Device remembers, the newest.
const keptOpenings = 8

// OpenedElsewhere returns the last receipt of another device for the newest generation of a
// part, exactly these bytes; nil for none.
func (d *Device) OpenedElsewhere(part envelope.Part) *Opening {
	newest, _ := d.part(part, &PlaceState{})
	var last *Opening
	for i := range d.Openings {
		o := &d.Openings[i]
		if newest.SHA256 != "" && o.Receipt.Names(newest.SHA256) && (last == nil || o.Receipt.Opened.After(last.Receipt.Opened)) {
			last = o
		}
	}
	return last
}

// otherDevice is the device that has opened this registration last; "" if none has said so.
func (d *Device) otherDevice() string {
	name, last := "", time.Time{}
	for _, o := range d.Openings {
		if !o.Receipt.Opened.Before(last) {
			name, last = o.Receipt.Device, o.Receipt.Opened
		}
	}
	return name
}

func (g *glance) readReceipt(ctx context.Context, name string) error {
	if name == g.d.Receipt {
		return nil // this device's own
	}
	for _, o := range g.d.Openings {
		if o.File == name && o.Place == g.place.Name {
			return nil
		}
	}
	data, err := g.place.Store.Get(ctx, name)
	if err != nil {
		return err
	}
	s, err := envelope.ParseStanza(g.d.Stanza)
	if err != nil {
		return err
	}
	r, err := envelope.ParseReceipt(data, s.Root)
	if err == nil {
		g.receipts = append(g.receipts, Opening{g.place.Name, name, *r})
	}
	return err
}

// addReceipts keeps the newest receipts about this device's own registration, each once.
func (d *Device) addReceipts(found []Opening) {
	s, err := envelope.ParseStanza(d.Stanza)
	if err != nil {
		return
	}
	for _, o := range found {
		known := slices.ContainsFunc(d.Openings, func(k Opening) bool { return k.File == o.File && k.Receipt.Opened.Equal(o.Receipt.Opened) })
		if !known && o.Receipt.Stanza == s.Hash() {
			d.Openings = append(d.Openings, o)
		}
	}
	slices.SortStableFunc(d.Openings, func(a, b Opening) int {
		if c := b.Receipt.Opened.Compare(a.Receipt.Opened); c != 0 {
			return c
		}
		return strings.Compare(a.File+a.Place, b.File+b.Place)
	})
	d.Openings = d.Openings[:min(len(d.Openings), keptOpenings)]
}

// LeaveReceipt puts a signed receipt of what Restore opened into every place of the restored
// device, read back, so that the device that made the backup learns that it opens elsewhere.
// It needs the restored phrase, so call it before that is cleared. It changes no backup and
// fails with an *IncompleteError where a place did not take it.
func LeaveReceipt(ctx context.Context, cfg Config, r *Restored) error {
	cfg.inTurn()
	d := r.Device
	receipt, err := r.receipt(cfg.DeviceName)
	if err != nil {
		return err
	}
	name := envelope.ReceiptName(envelope.BaseName(d.Name), receipt)
	d.Receipt = name // before it is anywhere
	if err := cfg.save(d); err != nil {
		return err
	}
	return leave(ctx, &cfg, d, name, receipt)
}

func leave(ctx context.Context, cfg *Config, d *Device, name string, receipt []byte) error {
	failed := make([]error, len(d.Places))
	var wait sync.WaitGroup
	for i, state := range d.Places {
		p, ok := cfg.place(state.Name)
		if !ok {
			failed[i] = store.Errorf("open", "", store.ErrGone, "this device has no way to it")
			continue
		}
		wait.Go(func() {
			failed[i] = cfg.during(StepReceipt, p.Name, func() error { return createAndRead(ctx, p.Store, name, receipt) })
		})
	}
	wait.Wait()
	e := &IncompleteError{}
	for i, err := range failed {
		if err != nil {
			e.Failed = append(e.Failed, &PlaceError{d.Places[i].Name, err})
		} else {
			e.Verified = append(e.Verified, d.Places[i].Name)
		}
	}
	if len(e.Failed) > 0 {
		return e
	}
	return nil
}

// createAndRead creates a file, if it is not there already, and reads it back.
func createAndRead(ctx context.Context, s store.Store, name string, data []byte) error {
	if err := s.Create(ctx, name, data); err != nil && errors.Is(err, context.Canceled) {
		return err
	} else if err != nil {
		if there, getErr := s.Get(ctx, name); getErr == nil && bytes.Equal(there, data) {
			return nil
		}
		return err
	}
	there, err := s.Get(ctx, name)
	if err == nil && !bytes.Equal(there, data) {
		err = store.Errorf("read back", name, store.ErrCorrupt, "it differs from what was sent")
	}
	return err
}

// receipt signs what was opened.
func (r *Restored) receipt(device string) ([]byte, error) {
	d := r.Device
	s, err := envelope.ParseStanza(d.Stanza)
	if err != nil {
		return nil, err
	}
	receipt := envelope.Receipt{Vault: d.Vault, Stanza: s.Hash(), Registration: s.Registration,
		Device: strings.ToValidUTF8(device[:min(len(device), 100)], ""), Opened: now(), Opening: envelope.Hash(secret.Random(32).Reveal())}
	for _, part := range []PartState{d.Wallet, d.Files} {
		var h envelope.Hash
		if part.Generation > 0 && h.UnmarshalText([]byte(part.SHA256)) == nil {
			receipt.Files = append(receipt.Files, h)
		}
	}
	entropy := r.Wallet.Phrase.Entropy()
	defer entropy.Clear()
	root := envelope.RootKey(entropy, s.Salt)
	defer clear(root)
	return receipt.Sign(root)
}

// isReceipt tells whether a file is a receipt of this vault.
func (d *Device) isReceipt(ctx context.Context, s store.Store, name string) (bool, error) {
	stanza, err := envelope.ParseStanza(d.Stanza)
	if err != nil {
		return false, err
	}
	data, err := s.Get(ctx, name)
	if err != nil {
		if unusable(err) {
			err = nil
		}
		return false, err
	}
	_, err = envelope.ParseReceipt(data, stanza.Root)
	return err == nil, nil
}
