package cloudseed

import (
	"errors"
	"testing"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

func TestOnePlaceAndOneRealmLost(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	for i := range hosts {
		w.setDown(true, hosts[i])
		c := w.config()
		c.Places = c.Places[i%2 : i%2+1]
		if r := w.restore(c); r.Device.Fingerprint != d.Fingerprint || len(r.Device.Places) != 1 {
			t.Errorf("came back as %+v", r.Device)
		}
		w.setDown(false, hosts[i])
	}
	w.setDown(true, hosts[:2]...)
	_, err := Restore(ctx, w.config(), w.find(w.config()), pin())
	wantError(t, "two realms down", err, ErrRealms)
}

func TestWrongPIN(t *testing.T) {
	w := newWorld(t)
	w.create(newWallet(t, 12, phrase.English))
	b := w.find(w.config())
	guess := func(text string) error {
		_, err := Restore(ctx, w.config(), b, secret.Copy([]byte(text)))
		return err
	}
	for left := 9; left >= 8; left-- {
		var wrong *WrongPINError
		if err := guess("canary-000000"); !errors.As(err, &wrong) || wrong.Left != left {
			t.Fatalf("wrong PIN: %v, want %d left", err, left)
		}
	}
	if err := guess(pinText); err != nil {
		t.Fatalf("right PIN after wrong ones: %v", err)
	}
	for range DefaultGuesses {
		guess("canary-000000")
	}
	wantError(t, "right PIN after the last try", guess(pinText), ErrNoTries)
}

// The PIN is compared as people type it: composed or not, but with every space.
func TestPINForms(t *testing.T) {
	w := newWorld(t)
	composed, decomposed := "caf\u00e9 sombre", "cafe\u0301 sombre"
	if _, err := Create(ctx, w.config(), newWallet(t, 12, phrase.English), secret.Copy([]byte(composed))); err != nil {
		t.Fatal(err)
	}
	b := w.find(w.config())
	if _, err := Restore(ctx, w.config(), b, secret.Copy([]byte(decomposed))); err != nil {
		t.Error(err)
	}
	var wrong *WrongPINError
	if _, err := Restore(ctx, w.config(), b, secret.Copy([]byte(composed+" "))); !errors.As(err, &wrong) {
		t.Errorf("with a space more: %v", err)
	}
}

// Files that a hostile or failing place adds do not hide the good one.
func TestSpoiledFiles(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	good := w.a.Files()[d.Places[0].Wallet.File]
	cut, changed := good[:len(good)-1], append([]byte(nil), good...)
	changed[len(changed)-50] ^= 1
	w.a.Put("Wallet backup - Samantha - wallet 3.age", cut)
	w.a.Put("Wallet backup - Samantha - wallet 4.age", changed)
	w.a.Put("Wallet backup - Samantha - files 1.age", good)
	c := w.config()
	c.Places = c.Places[:1]
	r := w.restore(c)
	if r.Generation != 1 || len(r.Skipped) != 3 {
		t.Errorf("generation %d, skipped %+v", r.Generation, r.Skipped)
	}
	w.a.Delete(ctx, d.Places[0].Wallet.File)
	_, err := Restore(ctx, c, w.find(c), pin())
	wantError(t, "only spoiled ones left", err, ErrDamaged)
}

// A name is no proof: a file that somebody renamed is restored, and remembered.
func TestRenamedFile(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	sealed := w.a.Files()[d.Places[0].Wallet.File]
	w.a.Delete(ctx, d.Places[0].Wallet.File)
	w.a.Put("my papers.age", sealed)
	c := w.config()
	c.Places = c.Places[:1]
	r := w.restore(c)
	if len(r.Device.Places) != 1 || r.Device.Places[0].Wallet.File != "my papers.age" || r.Device.Wallet.SHA256 != d.Wallet.SHA256 {
		t.Errorf("remembered: %+v", r.Device)
	}
	if err := Check(ctx, c, r.Device); err != nil {
		t.Error(err)
	}
}

func TestUnknownRealms(t *testing.T) {
	w := newWorld(t)
	w.create(newWallet(t, 12, phrase.English))
	c := w.config()
	c.Realms = juicebox.Configuration{}
	b := w.find(c)
	var unknown *UnknownRealmsError
	if _, err := Restore(ctx, c, b, pin()); !errors.As(err, &unknown) || len(unknown.Realms) != 3 {
		t.Errorf("unknown realms: %v", err)
	}
	if w.answers(juicebox.Recover2{}) != 3 { // those of the proof
		t.Error("an unknown realm was asked")
	}
	c.AcceptRealms = true
	if _, err := Restore(ctx, c, b, pin()); err != nil {
		t.Error(err)
	}
	// A realm that has moved is found under the address that this device knows.
	w.realms["moved.example"] = w.realms[hosts[0]]
	w.setDown(true, hosts[0], hosts[1])
	c = w.config()
	c.Realms.Realms[0].Address = "https://moved.example/"
	if _, err := Restore(ctx, c, b, pin()); err != nil {
		t.Error(err)
	}
}
