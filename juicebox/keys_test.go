package juicebox

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/gtank/ristretto255"
)

// The vector of juicebox-sdk, rust/sdk/src/pin.rs.
func TestStretch(t *testing.T) {
	version := RegistrationVersion(bytes.Repeat([]byte{5}, 16))
	s, err := stretch(secret.New([]byte("1234")), Standard2019, version, []byte("artemis"))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(s.accessKey[:]); got != "2935da84c97423b37f3457231b877ce6ac2093501d7255dbee1deb09a5d8821b" {
		t.Errorf("access key %s", got)
	}
	if got := hex.EncodeToString(s.seed[:]); got != "87c8c9b5d3ea9fea83b6ac6a64e25b97c4722ca4e40bea2523efea262125e22a" {
		t.Errorf("seed %s", got)
	}
	if _, err := stretch(secret.Text{}, "Standard2020", version, nil); !errors.Is(err, ErrConfiguration) {
		t.Errorf("unknown mode: %v", err)
	}
}

// Neither the version nor info can be moved into the other.
func TestStretchBindsVersionAndInfo(t *testing.T) {
	seen := map[[32]byte]bool{}
	pin := secret.New([]byte("1234"))
	for _, version := range []RegistrationVersion{{}, {1}} {
		for _, info := range []string{"", "\x00", "a", "ab"} {
			s, err := stretch(pin, FastInsecure, version, []byte(info))
			if err != nil {
				t.Fatal(err)
			}
			seen[s.accessKey] = true
		}
	}
	if len(seen) != 8 {
		t.Errorf("%d different keys, want 8", len(seen))
	}
}

// The vector of juicebox-sdk, rust/sdk/src/types.rs.
func TestSeal(t *testing.T) {
	key := [32]byte(bytes.Repeat([]byte{8}, 32))
	sealed, err := seal(key, secret.New([]byte("artemis")))
	if err != nil {
		t.Fatal(err)
	}
	const want = "0186b2fb12c1f4a27ac200efff80fd27c7f991e2fc53a551322e11015e6ce08b338998b0e6cbb8ac4bb5ce97bc166471" +
		"e097443fcaa4e1549b8da931ff4b015ffa225ccb9c815410149531563ff574245274d788c59a7e63637f4f1d174aac95" +
		"14022b661d525966e15340e5f7e8c2cf0681b72e0434cd6df040430fe2b9ba36a214dbfaa267a44c79578c93766d6b23" +
		"07"
	if got := hex.EncodeToString(sealed[:]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, n := range []int{0, 1, 32, MaxSecret} {
		sec := secret.Random(n)
		sealed, err := seal(key, sec)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unseal(key, sealed); err != nil || !got.Equal(sec) {
			t.Errorf("%d bytes: %v", n, err)
		}
		sealed[n]++
		if _, err := unseal(key, sealed); err == nil {
			t.Errorf("%d bytes: opened after a change", n)
		}
	}
	if _, err := seal(key, secret.Random(MaxSecret+1)); err == nil {
		t.Error("a long secret was sealed")
	}
}

// Any threshold of shares gives the secret, one less gives something else.
func TestShamir(t *testing.T) {
	point := hashToGroup([]byte("x"))
	for n := 1; n <= 5; n++ {
		for threshold := 1; threshold <= n; threshold++ {
			sec := randomScalar()
			shares := split(sec, threshold, n)
			for set := 1; set < 1<<n; set++ {
				indices, chosen, points := choose(set, shares, point)
				scalar := combineScalars(indices, chosen).Equal(sec) == 1
				product := combinePoints(indices, points).Equal(ristretto255.NewIdentityElement().ScalarMult(sec, point)) == 1
				if want := len(indices) >= threshold; scalar != want || product != want {
					t.Errorf("%d of %d, shares %v: scalar %t, point %t", threshold, n, indices, scalar, product)
				}
			}
		}
	}
}

func choose(set int, shares []*ristretto255.Scalar, point *ristretto255.Element) (indices []int, chosen []*ristretto255.Scalar, points []*ristretto255.Element) {
	for i, share := range shares {
		if set&(1<<i) != 0 {
			indices, chosen = append(indices, i+1), append(chosen, share)
			points = append(points, ristretto255.NewIdentityElement().ScalarMult(share, point))
		}
	}
	return indices, chosen, points
}

func TestSignedPublicKey(t *testing.T) {
	_, key, _ := ed25519.GenerateKey(nil)
	realm, public := RealmID{1}, blind([]byte("x"), randomScalar())
	k := signPublicKey(key, realm, public)
	if err := k.verify(realm); err != nil {
		t.Fatal(err)
	}
	if k.verify(RealmID{2}) == nil {
		t.Error("verified for another realm")
	}
	for name, change := range map[string]func(*SignedPublicKey){
		"public key": func(k *SignedPublicKey) { k.PublicKey[0]++ },
		"verifier":   func(k *SignedPublicKey) { k.VerifyingKey[0]++ },
		"signature":  func(k *SignedPublicKey) { k.Signature[40]++ },
	} {
		changed := k
		change(&changed)
		if changed.verify(realm) == nil {
			t.Errorf("verified with another %s", name)
		}
	}
}

// With a key of small order crypto/ed25519 accepts one signature for every eighth
// message or more; verify must not. This also shows that each of the list is of small order.
func TestSmallOrderRefused(t *testing.T) {
	for _, encoded := range smallOrders {
		for _, sign := range []byte{0, 0x80} {
			k := SignedPublicKey{VerifyingKey: encoded, Signature: [64]byte{0: 1}} // the identity, and 0
			k.VerifyingKey[31] |= sign
			fits := 0
			for i := range 256 {
				realm := RealmID{byte(i)}
				if ed25519.Verify(k.VerifyingKey[:], signedMessage(realm, k.PublicKey), k.Signature[:]) {
					fits++
				}
				if k.verify(realm) == nil {
					t.Fatalf("verified with key %x", k.VerifyingKey)
				}
			}
			if fits == 0 {
				t.Errorf("key %x is not of small order", k.VerifyingKey)
			}
		}
	}
}
