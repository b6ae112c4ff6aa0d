package cloudseed

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/store"
)

// A Sighting is a sealed file of the vault that this device did not make, as a place shows it.
// Its stanza is signed by the root key: whoever made that registration had the phrase. The
// rest is not proved, since this device cannot open the file.
type Sighting struct {
	Place        string
	File         string
	Part         envelope.Part
	Generation   int // by the file's name
	SHA256       string
	Modified     time.Time // by the place's clock; zero where it does not say
	Registration uint64
	Stanza       []byte
}

// surveyAge is how old the last look for other devices may be before Update looks again.
const surveyAge = time.Hour

// A survey is what a look into the places showed of other devices.
type survey struct {
	seen     []Sighting
	receipts []Opening
	older    map[string]bool // places that have older files of the vault, by name
	failed   map[string]error
}

func (s *survey) complete(d *Device) bool { return len(s.failed) == 0 && len(d.Places) > 0 }

// survey lists every place of d and reads what is not known. It only reads d, but not d's
// places, which others may be working on: known are those before.
func (d *Device) survey(ctx context.Context, cfg *Config, known []PlaceState) *survey {
	s := &survey{older: map[string]bool{}, failed: map[string]error{}}
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, state := range known {
		p, ok := cfg.place(state.Name)
		if !ok {
			s.failed[state.Name] = store.ErrGone
			continue
		}
		wait.Go(func() {
			g := &glance{d: d, place: p, state: state}
			err := g.look(ctx)
			mu.Lock()
			defer mu.Unlock()
			s.seen, s.receipts = append(s.seen, g.seen...), append(s.receipts, g.receipts...)
			s.older[p.Name] = g.older
			if err != nil {
				s.failed[p.Name] = err
			}
		})
	}
	wait.Wait()
	return s
}

// snapshot is a copy of d for a look beside a verb that changes d.
func (d *Device) snapshot() *Device {
	c := *d
	c.Places, c.Old, c.Openings = slices.Clone(d.Places), slices.Clone(d.Old), slices.Clone(d.Openings)
	return &c
}

// maxReceipts is how many receipts of one place are read: a place that is full of false ones
// costs no more.
const maxReceipts = 16

// A glance is a look into one place for what other devices did.
type glance struct {
	d     *Device
	place Place
	state PlaceState

	seen     []Sighting
	receipts []Opening
	older    bool
}

func (g *glance) look(ctx context.Context) error {
	entries, err := g.place.Store.List(ctx)
	if err != nil {
		return err
	}
	receipts := 0
	for _, e := range entries {
		switch {
		case g.unknown(e.Name):
			err = g.read(ctx, e)
		case envelope.IsReceiptName(e.Name) && receipts < maxReceipts:
			receipts++
			err = g.readReceipt(ctx, e.Name)
		}
		if err != nil && !unusable(err) {
			return err
		}
	}
	return nil
}

// unknown tells whether a file may be another device's: any wallet part that is not the one
// seen, and files parts from the newest generation on. Older ones of this device are not read
// again at every look.
func (g *glance) unknown(name string) bool {
	base, part, generation, ok := envelope.ParseFileName(name)
	switch {
	case !ok || name == g.state.Wallet.File || name == g.state.Files.File:
		return false
	case part == envelope.WalletPart || base != g.state.Base:
		return part == envelope.WalletPart
	}
	g.older = g.older || generation < g.d.Files.Generation
	return generation >= max(g.d.Files.Generation, 1)
}

func (g *glance) read(ctx context.Context, e store.Entry) error {
	l := Located{Place: g.place.Name, File: e.Name, Modified: e.Modified}
	_, l.Part, l.Generation, _ = envelope.ParseFileName(e.Name)
	if err := l.read(ctx, g.place.Store); err != nil || l.stanza.Vault() != g.d.Vault {
		return err
	}
	s := l.sighting()
	if g.d.rival(s) {
		g.seen = append(g.seen, s)
	} else if s.SHA256 != g.d.Wallet.SHA256 && s.SHA256 != g.d.Files.SHA256 {
		g.older = true
	}
	return nil
}

func (l *Located) sighting() Sighting {
	return Sighting{Place: l.Place, File: l.File, Part: l.Part, Generation: l.Generation, SHA256: envelope.Sum(l.sealed),
		Modified: l.Modified, Registration: l.stanza.Registration, Stanza: l.stanza.Body()}
}

// rival tells whether a file of the vault stands beside or above what this device has made.
func (d *Device) rival(s Sighting) bool {
	same := bytes.Equal(s.Stanza, d.Stanza)
	newest, _ := d.part(s.Part, &PlaceState{})
	switch {
	case d.knows(s.Stanza):
		return false
	case !same:
		return s.Registration >= d.Registration
	}
	return s.SHA256 != newest.SHA256 && s.Generation >= newest.Generation
}

// knows tells whether this device itself made another registration with that stanza.
func (d *Device) knows(stanza []byte) bool {
	is := func(r Record) bool { return bytes.Equal(r.Stanza, stanza) }
	return d.Next != nil && is(*d.Next) || slices.ContainsFunc(d.Old, is)
}

// learn takes a survey down. A higher registration is never forgotten; what stands beside
// this device's own is no longer there when a complete look does not show it.
func (d *Device) learn(s *survey) {
	if len(s.failed) < len(d.Places) { // else every write would look again while one place is down
		d.Surveyed = now()
	}
	if s.complete(d) {
		if d.Other != nil && d.Other.Registration <= d.Registration {
			d.Other = nil
		}
		d.Conflict = nil
	}
	for _, seen := range s.seen {
		d.notice(seen)
	}
	d.addReceipts(s.receipts)
}

// notice takes one sighting down: the highest registration counts, of two the one with the
// lower stanza, so that every look tells the same.
func (d *Device) notice(s Sighting) {
	if bytes.Equal(s.Stanza, d.Stanza) {
		if d.Conflict == nil || s.Generation > d.Conflict.Generation {
			d.Conflict = &s
		}
		return
	}
	if d.Other == nil || s.precedes(d.Other) {
		d.Other = &s
	}
}

func (s *Sighting) precedes(o *Sighting) bool {
	return 0 > cmp.Or(
		cmp.Compare(o.Registration, s.Registration),
		bytes.Compare(s.Stanza, o.Stanza),
		strings.Compare(string(o.Part), string(s.Part)), // the wallet part tells more
		strings.Compare(s.Place, o.Place))
}

// copies are the places that a newer registration was seen in, each with its file.
func (s *survey) copies(of *Sighting) map[string]string {
	in := map[string]string{}
	for _, seen := range s.seen {
		if seen.Part == envelope.WalletPart && bytes.Equal(seen.Stanza, of.Stanza) {
			in[seen.Place] = seen.File
		}
	}
	return in
}
