package cloudseed

import (
	"errors"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
)

func TestDrill(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), File{Name: "labels.jsonl", Data: []byte("one")})
	got, err := Drill(ctx, w.config(), d, "second", pin())
	if err != nil {
		t.Fatal(err)
	}
	if got.Place != "second" || got.Wallet != 1 || got.Files != 1 || len(got.Names) != 1 || !got.Current || got.TryingOut || got.At.IsZero() {
		t.Errorf("%+v", got)
	}
	d = w.journal.reload(t)
	if !d.place("second").Drill.At.Equal(got.At) || !d.place("first").Drill.At.IsZero() || d.place("second").Files.Opened.IsZero() {
		t.Errorf("remembered %+v", d.Places)
	}
	if got, err = Drill(ctx, w.config(), d, "", pin()); err != nil || got.Place != "first" {
		t.Errorf("the one that was never practised comes next: %+v, %v", got, err)
	}
	_, err = Drill(ctx, w.config(), d, "nowhere", pin())
	wantError(t, "no such place", err, ErrNoPlace)
}

// Only the one place is used: another that has all does not help, and one that is down does
// not hinder.
func TestDrillUsesOnePlace(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	w.a.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	if _, err := Drill(ctx, w.config(), d, "second", pin()); err != nil {
		t.Errorf("the other place is down: %v", err)
	}
	var noLook *CouldNotLookError
	if _, err := Drill(ctx, w.config(), d, "first", pin()); !errors.As(err, &noLook) {
		t.Errorf("this place is down: %v", err)
	}
	w.a.Before = nil
	w.a.Delete(ctx, d.Places[0].Wallet.File)
	_, err := Drill(ctx, w.config(), d, "first", pin())
	wantError(t, "an empty place", err, ErrNoBackup)
}

// A stanza that differs from the one this device made is refused before any PIN leaves: it may
// be a thief's, with realms of their own.
func TestDrillRefusesAnotherStanza(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	before := w.answers(juicebox.Recover1{}) + w.answers(juicebox.Recover2{})
	forged := forgeAs(t, w.find(w.config()), wallet, func(s *envelope.Stanza) { s.Realms = s.Realms[:2] })
	w.a.Put(d.Places[0].Wallet.File, forged)
	_, err := Drill(ctx, w.config(), d, "first", pin())
	wantError(t, "the stanza changed", err, ErrOtherStanza)
	if n := w.answers(juicebox.Recover1{}) + w.answers(juicebox.Recover2{}) - before; n != 0 {
		t.Errorf("realms were asked %d times", n)
	}
}

// A place that shows an older generation passes, and the result says that it is not the newest.
func TestDrillOfAnOldGeneration(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), File{Name: "labels.jsonl", Data: []byte("one")})
	if err := Update(ctx, w.config(), d, File{Name: "labels.jsonl", Data: []byte("two")}); err != nil {
		t.Fatal(err)
	}
	w.a.Delete(ctx, d.Places[0].Files.File)
	got, err := Drill(ctx, w.config(), d, "first", pin())
	if err != nil || got.Current || got.Files != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = Drill(ctx, w.config(), d, "second", pin()); err != nil || !got.Current || got.Files != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Drills of one device are its own guesses, however many.
func TestManyDrills(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	for range DefaultGuesses + 2 {
		if _, err := Drill(ctx, w.config(), d, "", pin()); err != nil {
			t.Fatal(err)
		}
	}
	var wrong *WrongPINError
	if _, err := Drill(ctx, w.config(), d, "", newPIN()); !errors.As(err, &wrong) || wrong.Left != DefaultGuesses-1 {
		t.Errorf("a wrong PIN: %v", err)
	}
	if d.Due().After(time.Now().Add(2 * day)) {
		t.Error("a wrong PIN does not bring the next reminder nearer")
	}
}
