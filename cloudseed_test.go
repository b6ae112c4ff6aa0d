package cloudseed

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

var ctx = context.Background()

func TestBackupAndRestore(t *testing.T) {
	for _, c := range []struct {
		words      int
		language   phrase.Language
		passphrase string
	}{{12, phrase.English, ""}, {24, phrase.English, "žluťoučký kůň"}, {12, phrase.Japanese, ""}, {24, phrase.Japanese, "㍍ガバヴァ"}, {18, phrase.ChineseSimplified, ""}} {
		w := newWorld(t)
		wallet := newWallet(t, c.words, c.language)
		wallet.Passphrase = secret.Copy([]byte(c.passphrase))
		wallet.Descriptors = []string{"wpkh(xpub/0/*)"}
		d := w.create(wallet)
		if d.State(time.Now()) != StateProtected || d.Stage != StageDone {
			t.Errorf("state %s, stage %s", d.State(time.Now()), d.Stage)
		}

		r := w.restore(w.config()) // with nothing but places, realms and PIN
		if !r.Wallet.Phrase.Equal(wallet.Phrase) || !r.Wallet.Passphrase.Equal(wallet.Passphrase) || r.Wallet.Phrase.Language() != c.language {
			t.Errorf("%d %s: another phrase came back", c.words, c.language)
		}
		if r.Wallet.Name != "Samantha" || !r.Wallet.Birthday.Equal(wallet.Birthday) || !cmp.Equal(r.Wallet.Descriptors, wallet.Descriptors) || r.MadeOn != "Samantha's laptop" {
			t.Errorf("came back as %+v", r)
		}
		if r.Device.Fingerprint != d.Fingerprint || r.Device.FirstAddress != d.FirstAddress || r.Device.State(time.Now()) != StateProtected {
			t.Errorf("the new device: %+v", r.Device)
		}
	}
}

func TestDeviceHoldsNoSecret(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 24, phrase.English)
	wallet.Passphrase = secret.Copy([]byte("canary passphrase"))
	d := w.create(wallet, File{Name: "labels.jsonl", Data: []byte("canary label")})
	var look leaktest.Look
	look.Phrase("the phrase", wallet.Phrase.Words().Reveal())
	look.Secret("the entropy", wallet.Phrase.Entropy().Reveal())
	look.Secret("the passphrase", wallet.Passphrase.Reveal())
	look.Secret("the PIN", []byte(pinText))
	look.Secret("a label", []byte("canary label"))
	for _, encoded := range w.journal.saved {
		look.Bytes(t, "the journal", encoded)
	}
	for name, data := range w.a.Files() {
		look.Bytes(t, name, data)
	}
	again, err := DecodeDevice(w.journal.saved[d.Vault])
	if err != nil || !again.owner.Equal(d.owner) {
		t.Errorf("decode: %v", err)
	}
	_, err = DecodeDevice([]byte(strings.Replace(string(w.journal.saved[d.Vault]), deviceFormat, "cloudseed device 9", 1)))
	wantError(t, "a later version's", err, ErrNewerFormat)
}

// A caller's PIN and wallet are the caller's: no verb clears or changes them.
func TestCallersSecretsStay(t *testing.T) {
	w := newWorld(t)
	wallet, typed := newWallet(t, 12, phrase.English), pin()
	before := wallet.Phrase.Entropy()
	if _, err := Create(ctx, w.config(), wallet, typed); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, w.config(), w.find(w.config()), typed); err != nil {
		t.Fatal(err)
	}
	if !typed.Equal(pin()) || !wallet.Phrase.Entropy().Equal(before) {
		t.Error("a secret of the caller was cleared")
	}
}
