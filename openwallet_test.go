package cloudseed

import (
	"errors"
	"testing"

	"github.com/cloudseed/cloudseed/phrase"
)

func TestOpenWallet(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	files := len(w.a.Files())
	var wrong *WrongPINError
	if got, err := OpenWallet(ctx, w.config(), d, text("canary-000000")); !errors.As(err, &wrong) || got != nil {
		t.Fatalf("a wrong PIN: %v", err)
	}
	got, err := OpenWallet(ctx, w.config(), d, pin())
	if err != nil {
		t.Fatal(err)
	}
	if !got.Phrase.Equal(wallet.Phrase) || !got.Passphrase.Equal(wallet.Passphrase) || got.Name != wallet.Name {
		t.Error("another wallet came out")
	}
	if len(w.a.Files()) != files {
		t.Error("a place was written to")
	}
	d.Stage = StageDeleting
	_, err = OpenWallet(ctx, w.config(), d, pin())
	wantError(t, "a backup that is being deleted", err, ErrDeleting)
}
