package cloudseed

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// third adds a place to a world's configuration.
func third(c Config) (Config, *storetest.Memory) {
	m := storetest.NewMemory()
	c.Places = append(c.Places, Place{Name: "third", URL: "memory:c", Store: m})
	return c, m
}

func TestAddPlace(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), labels("one"))
	c, m := third(w.config())
	if err := AddPlace(ctx, c, d, "third"); err != nil || d.State(time.Now()) != StateProtected {
		t.Fatalf("add: %v, %s", err, d.State(time.Now()))
	}
	for name, data := range w.a.Files() {
		if !bytes.Equal(m.Files()[name], data) {
			t.Errorf("%s is not the same there", name)
		}
	}
	alone := c.Places[2]
	if r, err := w.tryPIN(&alone, pin()); err != nil || string(r.Files[0].Data) != "one" {
		t.Errorf("the place alone: %v", err)
	}
	if len(w.journal.reload(t).Places) != 3 {
		t.Error("the journal does not know the place")
	}
	wantError(t, "twice", AddPlace(ctx, c, d, "third"), ErrPlaceThere)
	wantError(t, "not given", AddPlace(ctx, c, d, "fourth"), ErrNoPlace)
}

// A place that was the backup's before is taken back with what it has, not filled twice.
func TestAddPlaceThatHasIt(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	c, m := third(w.config())
	for name, data := range w.a.Files() {
		m.Put(name, data)
	}
	if err := AddPlace(ctx, c, d, "third"); err != nil || len(m.Files()) != 1 {
		t.Fatalf("add: %v, %d files", err, len(m.Files()))
	}
	for _, call := range m.Calls() {
		if call[:3] == "cre" {
			t.Errorf("it did %s", call)
		}
	}
}

func TestAddPlaceInterrupted(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	c, m := third(w.config())
	m.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	wantError(t, "nothing can be seen", AddPlace(ctx, c, d, "third"), store.ErrOffline)
	if len(d.Places) != 2 || d.State(time.Now()) != StateProtected {
		t.Error("a place that was never seen is remembered")
	}
	m.Before = func(op, _ string) error {
		if op == "create" {
			return store.Errorf(op, "", store.ErrFull, "test")
		}
		return nil
	}
	var part *IncompleteError
	if err := AddPlace(ctx, c, d, "third"); !errors.As(err, &part) || len(part.Verified) != 2 {
		t.Fatalf("full: %v", err)
	}
	m.Before = nil
	d = w.journal.reload(t)
	if d.State(time.Now()) != StateUnfinished {
		t.Errorf("state %s", d.State(time.Now()))
	}
	if err := Resume(ctx, c, d); err != nil || len(m.Files()) != 1 {
		t.Errorf("resume: %v", err)
	}
}

func TestReleasePlace(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	r, err := ReleasePlace(ctx, w.config(), d, "second")
	if err != nil || len(r.Remains) != 1 || r.Remains[0] != "first" || r.Lagged || len(w.journal.reload(t).Places) != 1 {
		t.Fatalf("release: %+v, %v", r, err)
	}
	if len(w.b.Files()) != 1 {
		t.Error("its file was touched")
	}
	_, err = ReleasePlace(ctx, w.config(), d, "first")
	wantError(t, "the last", err, ErrLastPlace)
	_, err = ReleasePlace(ctx, w.config(), d, "second")
	wantError(t, "again", err, ErrNoSuchOne)
}

// A place that never comes back keeps the PIN from before alive, until it is released: then
// its file dies with the old record.
func TestReleaseEndsTheOldPIN(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrGone, "test") }
	if err := ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, newPIN(), Routine); err == nil {
		t.Fatal("the change reached a place that is gone")
	}
	d = w.journal.reload(t)
	r, err := ReleasePlace(ctx, w.config(), d, "second")
	if err != nil || !r.Lagged || len(d.Old) != 0 || d.State(time.Now()) != StateProtected {
		t.Fatalf("release: %+v, %v, %s", r, err, d.State(time.Now()))
	}
	w.b.Before = nil
	_, err = w.tryPIN(&w.config().Places[1], pin())
	wantError(t, "its file", err, ErrNoRecord)
	if _, err := w.tryPIN(&w.config().Places[0], newPIN()); err != nil {
		t.Error(err)
	}
}
