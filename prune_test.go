package cloudseed

import (
	"slices"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// generations are the numbers of the files parts in a place.
func generations(m *storetest.Memory) (all []string) {
	for name := range m.Files() {
		if _, after, ok := strings.Cut(name, "files "); ok {
			all = append(all, strings.TrimSuffix(after, ".age"))
		}
	}
	slices.Sort(all)
	return all
}

func (w *world) updates(d *Device, from, to int) {
	w.t.Helper()
	for n := from; n <= to; n++ {
		if err := Update(ctx, w.config(), d, state(n)); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) prune(d *Device) {
	w.t.Helper()
	if _, err := Prune(ctx, w.config(), d); err != nil {
		w.t.Fatal(err)
	}
}

func TestPrune(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	w.updates(d, 1, 3)
	w.prune(d)
	if got := generations(w.a); len(got) != 3 {
		t.Errorf("of three, %v are left", got)
	}
	w.updates(d, 4, 6)
	d = w.journal.reload(t)
	w.prune(d)
	for _, m := range []*storetest.Memory{w.a, w.b} {
		if got := generations(m); len(got) != 3 {
			t.Errorf("of six, %v are left", got)
		}
	}
	for _, p := range w.config().Places {
		if got := w.newestIn(p); got != "state 6" {
			t.Errorf("%s has %q", p.Name, got)
		}
	}
}

// What does not open does not count: it stays, and so does what stands behind it.
func TestPruneDamaged(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	w.updates(d, 1, 5)
	fourth := d.Places[0].Files.File
	fourth = strings.Replace(fourth, "files 5", "files 4", 1)
	damage(w.a, fourth)
	w.prune(d)
	if got := generations(w.a); len(got) != 4 { // 5, 4 damaged, 3, 2
		t.Errorf("with a damaged one, %v are left", got)
	}
	if got := generations(w.b); len(got) != 3 {
		t.Errorf("in the other place %v are left", got)
	}
	// The newest is damaged: nothing is removed, and the evidence is taken back.
	w.updates(d, 6, 8)
	damage(w.a, d.Places[0].Files.File)
	before := len(generations(w.a))
	if _, err := Prune(ctx, w.config(), d); err == nil || len(generations(w.a)) != before {
		t.Errorf("with a damaged newest: %v, %v", err, generations(w.a))
	}
}

// Generations sealed for the PIN before do not count, and are told apart.
func TestPruneOldPIN(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	w.updates(d, 1, 4)
	if err := ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, pin(), Routine); err != nil {
		t.Fatal(err)
	}
	w.prune(d)
	if got := generations(w.a); len(got) != 4 {
		t.Errorf("after the change %v are left: the newest is in use, of the others none counts", got)
	}
	w.updates(d, 5, 6)
	w.prune(d)
	if got := generations(w.a); len(got) != 6 {
		t.Errorf("with two of the new PIN %v are left", got)
	}
	b := w.find(w.config())
	older := 0
	for _, l := range b.Files {
		if b.Older(l) {
			older++
		}
	}
	if older != 8 { // 1 to 4, in two places
		t.Errorf("%d files are told to be for an older PIN", older)
	}
	w.updates(d, 7, 7)
	w.prune(d)
	if got := generations(w.a); len(got) != 3 || len(w.a.Files()) != 4 {
		t.Errorf("with three of the new PIN %v are left", got)
	}
}

// damage changes a byte in a place's file, at its end.
func damage(m *storetest.Memory, name string) {
	data := m.Files()[name]
	data[len(data)-1] ^= 1
	m.Put(name, data)
}
