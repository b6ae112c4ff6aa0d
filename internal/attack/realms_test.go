package attack

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

// TestOneRealmsDatabase: an operator has its database with the keys to it, and time. Nothing
// in it is a secret of the person's, and it answers no guess without another realm.
func TestOneRealmsDatabase(t *testing.T) {
	v := newVictim(t)
	taken := v.shelves[0].copied(true)
	if len(taken.records) != 1 {
		t.Fatalf("%d records: nothing is attacked", len(taken.records))
	}
	v.look.Bytes(t, "a realm's database", taken.bytes())
	key := v.vaultKey(t)
	v.look.Secret("the vault key", key.Reveal())
	v.look.Bytes(t, "a realm's database", taken.bytes())

	v.web = reach(t, map[int]*shelf{0: taken})
	v.mustNotTell(t)
}

// TestRealmsBelowTheThreshold: one realm fewer than are needed, together with the cloud, when
// the others answer no more. With a client that takes their shares for enough they see the same
// with the right PIN as with a wrong one.
func TestRealmsBelowTheThreshold(t *testing.T) {
	o := register(t, 5, 4, 3, 1, "right")
	if was, _ := o.guess("wrong", []int{3}); !was {
		t.Fatal("their realms do not answer: nothing is attacked")
	}
	o.client.Configuration = configuration(3, 3, juicebox.FastInsecure)
	for _, pin := range []string{"right", "wrong"} {
		if was, got := o.guess(pin, nil); was || got.Len() > 0 {
			t.Errorf("three realms of the four needed can tell whether %q is the PIN", pin)
		}
		if o.answers != 3 {
			t.Errorf("%d realms answered", o.answers)
		}
	}
}

// mustNotTell wants that who holds the file and can reach v.web cannot tell whether a PIN is
// the right one: that and a wrong one end alike.
func (v *victim) mustNotTell(t *testing.T) {
	t.Helper()
	for _, p := range []secret.Text{pin(), secret.Copy([]byte("wrong"))} {
		_, err := cloudseed.Restore(t.Context(), v.config(), v.found(t), p)
		var wrong *cloudseed.WrongPINError
		if err == nil || errors.As(err, &wrong) {
			t.Errorf("a PIN could be tried: %v", err)
		}
	}
}

// TestRealmsWithoutTheFile: all operators together, who need no token and count no guess, but
// have no file. They try the right PIN, and do not see that it is: the hash of a stanza that
// they have never seen goes into it. And what it would open is not there.
func TestRealmsWithoutTheFile(t *testing.T) {
	v := newVictim(t)
	all := map[int]*shelf{}
	for i, s := range v.shelves {
		all[i] = s.copied(true)
	}
	client := v.guessClient(t)
	client.HTTP.Transport = reach(t, all)
	for _, info := range [][]byte{nil, make([]byte, 32), v.theirStanza(t)} {
		var wrong *juicebox.WrongPINError
		if _, err := client.Recover(t.Context(), pin(), info); !errors.As(err, &wrong) {
			t.Errorf("the right PIN without the file: %v", err)
		}
	}
}

// theirStanza is the hash of the stanza as far as all operators together can make it up: they
// know the realms and the owner's key, and neither salt nor nonce nor root key.
func (v *victim) theirStanza(t *testing.T) []byte {
	t.Helper()
	s := *v.stanza(t)
	s.Salt, s.Nonce, s.Guess = [16]byte{}, [16]byte{}, make([]byte, 32)
	if err := s.Sign(ed25519.NewKeyFromSeed(make([]byte, 32))); err != nil {
		t.Fatal(err)
	}
	hash := s.Hash()
	return hash[:]
}

// TestRealmsAndCloud: enough operators together with the cloud are meant to win, and do. Nobody
// notices. What limits them is the stretching of the PIN alone: the test prints how long that
// takes here, and docs/security.md does the sums.
func TestRealmsAndCloud(t *testing.T) {
	v := newVictim(t)
	honest := v.shelves[0].bytes()
	v.web = reach(t, map[int]*shelf{0: v.shelves[0].copied(true), 1: v.shelves[1].copied(true)})
	const wrong = 4
	each := time.Hour
	for i := range wrong {
		began := time.Now()
		_, err := cloudseed.Restore(t.Context(), v.config(), v.found(t), secret.Copy([]byte{'0' + byte(i), '0', '0', '0'}))
		var wrong *cloudseed.WrongPINError
		if !errors.As(err, &wrong) {
			t.Fatalf("guess %d: %v", i, err)
		}
		each = min(each, time.Since(began)) // the machine may be busy with other things
	}
	r, err := cloudseed.Restore(t.Context(), v.config(), v.found(t), pin())
	if err != nil || !r.Wallet.Phrase.Equal(v.wallet.Phrase) {
		t.Errorf("two of three realms and the cloud do not open it: %v: the docs say too much", err)
	}
	if string(v.shelves[0].bytes()) != string(honest) {
		t.Error("the realm that people use has noticed")
	}
	t.Logf("one guess takes %v on one core here: %.2f a second; all PINs of 4 digits %v, of 6 digits %v of one core", each.Round(time.Millisecond),
		1/each.Seconds(), (10_000 * each).Round(time.Minute), (1_000_000 * each).Round(time.Hour))
}

func (v *victim) stanza(t *testing.T) *envelope.Stanza {
	t.Helper()
	s, err := envelope.Inspect(v.sealed(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const walletPart, filesPart = "Wallet backup - Samantha - wallet 1.age", "Wallet backup - Samantha - files 1.age"

func (v *victim) sealed(t *testing.T) []byte {
	t.Helper()
	if v.files[walletPart] == nil || v.files[filesPart] == nil {
		t.Fatal("the backup has other names: nothing is attacked")
	}
	return v.files[walletPart]
}

// guessClient is what anybody who has the file can make of it.
func (v *victim) guessClient(t *testing.T) *juicebox.Client {
	s := v.stanza(t)
	c := v.config()
	return &juicebox.Client{Configuration: c.Realms, HTTP: c.HTTP, Token: func(id juicebox.RealmID, now time.Time) (string, error) {
		return juicebox.GuessToken(s.Owner, ed25519.NewKeyFromSeed(s.Guess), id, now)
	}}
}

// vaultKey is what the realms keep, as who has file and PIN gets it.
func (v *victim) vaultKey(t *testing.T) secret.Text {
	t.Helper()
	info := v.stanza(t).Hash()
	r, err := v.guessClient(t).Recover(t.Context(), pin(), info[:])
	if err != nil {
		t.Fatal(err)
	}
	return r.Secret
}
