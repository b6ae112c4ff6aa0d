package phrase_test

import (
	"slices"
	"testing"

	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

const abandon = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"

func parse(t *testing.T, text string) phrase.Phrase {
	t.Helper()
	p, err := phrase.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return p
}

// The addresses without passphrase are the test vectors of BIP-84; fingerprints and the
// address with passphrase are the values that several wallets publish for this phrase.
func TestPublishedWallets(t *testing.T) {
	tests := []struct {
		passphrase  string
		fingerprint phrase.Fingerprint
		addresses   []string
	}{
		{"", "73c5da0a", []string{"bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu", "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"}},
		{"TREZOR", "b4e3f5ed", []string{"bc1qv5rmq0kt9yz3pm36wvzct7p3x6mtgehjul0feu"}},
	}
	p := parse(t, abandon)
	for _, test := range tests {
		passphrase := secret.Copy([]byte(test.passphrase))
		fingerprint, err := p.Fingerprint(passphrase)
		if err != nil || fingerprint != test.fingerprint {
			t.Errorf("%q: fingerprint %s (%v), want %s", test.passphrase, fingerprint, err, test.fingerprint)
		}
		first, err := p.FirstAddress(passphrase)
		if err != nil || first != test.addresses[0] {
			t.Errorf("%q: first address %s (%v), want %s", test.passphrase, first, err, test.addresses[0])
		}
		addresses, err := p.Addresses(passphrase, len(test.addresses))
		if err != nil || !slices.Equal(addresses, test.addresses) {
			t.Errorf("%q: addresses %v (%v), want %v", test.passphrase, addresses, err, test.addresses)
		}
	}
}

func TestPassphraseIsNormalised(t *testing.T) {
	p := parse(t, abandon)
	composed, decomposed := secret.Copy([]byte("caf\u00e9")), secret.Copy([]byte("cafe\u0301"))
	if !p.Seed(composed).Equal(p.Seed(decomposed)) {
		t.Error("the seed depends on how the passphrase was typed")
	}
	if p.Seed(composed).Equal(p.Seed(secret.Text{})) {
		t.Error("the seed does not depend on the passphrase")
	}
}

// A cleared phrase must not become the seed of an empty one: keys would be made of nothing.
func TestNoWalletOfNoPhrase(t *testing.T) {
	cleared := parse(t, abandon)
	cleared.Clear()
	for _, p := range []phrase.Phrase{{}, cleared} {
		if p.Seed(secret.Text{}).Len() != 0 || p.Entropy().Len() != 0 || p.Words().Len() != 0 || p.Count() != 0 {
			t.Error("there is something in no phrase")
		}
		if _, err := p.Fingerprint(secret.Text{}); err == nil {
			t.Error("no phrase has a fingerprint")
		}
		if _, err := p.FirstAddress(secret.Text{}); err == nil {
			t.Error("no phrase has an address")
		}
	}
}
