package phrase

import (
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/hex"
	"fmt"

	"github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/btcutil/v2/hdkeychain"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/cloudseed/cloudseed/secret"
	"golang.org/x/text/unicode/norm"
)

const (
	seedRounds = 2048 // of PBKDF2, by BIP-39
	seedSize   = 64   // bytes
)

// A Fingerprint names a wallet: the first 4 bytes of HASH160 of the master public key
// (BIP-32), in 8 hexadecimal digits of lower case. It is no secret, but tells whoever
// sees it in two places that they are about one wallet.
type Fingerprint string

// Seed returns the 64 bytes from which BIP-32 makes the wallet's master key. The
// passphrase is the optional BIP-39 one, in UTF-8; the zero Text is none. Every passphrase
// gives a wallet: a wrong one gives another wallet, and no error. The zero Phrase has no
// seed, the result is empty.
func (p Phrase) Seed(passphrase secret.Text) secret.Text {
	if p.Count() == 0 {
		return secret.Text{}
	}
	words := p.Words()
	defer words.Clear()
	password := norm.NFKD.Append(nil, words.Reveal()...) // Japanese: U+3000 becomes a space
	salt := norm.NFKD.Append([]byte("mnemonic"), passphrase.Reveal()...)
	defer clear(password)
	defer clear(salt)
	// The copy in a string stays behind in memory: the standard library asks for one.
	seed, err := pbkdf2.Key(sha512.New, string(password), salt, seedRounds, seedSize)
	if err != nil {
		panic(err) // a length out of range: ours is constant
	}
	return secret.New(seed)
}

// Fingerprint returns the master fingerprint of the phrase with that passphrase.
// It fails for the zero Phrase, and for one seed in 2^127 (BIP-32: no such master key).
func (p Phrase) Fingerprint(passphrase secret.Text) (Fingerprint, error) {
	master, err := p.master(passphrase)
	if err != nil {
		return "", err
	}
	defer master.Zero()
	key, err := master.ECPubKey()
	if err != nil {
		return "", fmt.Errorf("master public key: %w", err)
	}
	return Fingerprint(hex.EncodeToString(address.Hash160(key.SerializeCompressed())[:4])), nil
}

// FirstAddress returns the first receiving address of the phrase with that passphrase:
// BIP-84, Bitcoin mainnet, m/84'/0'/0'/0/0, beginning with "bc1q".
func (p Phrase) FirstAddress(passphrase secret.Text) (string, error) {
	addresses, err := p.Addresses(passphrase, 1)
	if err != nil {
		return "", err
	}
	return addresses[0], nil
}

// Addresses returns the first n receiving addresses, m/84'/0'/0'/0/0 and on (BIP-84).
func (p Phrase) Addresses(passphrase secret.Text, n int) ([]string, error) {
	master, err := p.master(passphrase)
	if err != nil {
		return nil, err
	}
	const hard = hdkeychain.HardenedKeyStart
	receiving, err := derive(master, hard+84, hard+0, hard+0, 0)
	if err != nil {
		return nil, err
	}
	defer receiving.Zero()
	var addresses []string
	for i := range n {
		a, err := addressAt(receiving, uint32(i))
		if err != nil {
			return nil, err
		}
		addresses = append(addresses, a)
	}
	return addresses, nil
}

func (p Phrase) master(passphrase secret.Text) (*hdkeychain.ExtendedKey, error) {
	seed := p.Seed(passphrase)
	defer seed.Clear()
	master, err := hdkeychain.NewMaster(seed.Reveal(), &chaincfg.MainNetParams)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	return master, nil
}

// derive goes down the path from key and clears every key on the way but the last.
func derive(key *hdkeychain.ExtendedKey, path ...uint32) (*hdkeychain.ExtendedKey, error) {
	for _, step := range path {
		child, err := key.Derive(step)
		key.Zero()
		if err != nil {
			return nil, fmt.Errorf("key at %d: %w", step, err)
		}
		key = child
	}
	return key, nil
}

// addressAt is the pay-to-witness-public-key-hash address of the i-th child of key.
func addressAt(key *hdkeychain.ExtendedKey, i uint32) (string, error) {
	child, err := key.Derive(i)
	if err != nil {
		return "", fmt.Errorf("key at %d: %w", i, err)
	}
	defer child.Zero()
	public, err := child.ECPubKey()
	if err != nil {
		return "", fmt.Errorf("public key at %d: %w", i, err)
	}
	hash := address.Hash160(public.SerializeCompressed())
	a, err := address.NewAddressWitnessPubKeyHash(hash, &chaincfg.MainNetParams)
	if err != nil {
		return "", fmt.Errorf("address at %d: %w", i, err)
	}
	return a.EncodeAddress(), nil
}
