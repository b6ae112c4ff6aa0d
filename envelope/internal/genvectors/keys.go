package main

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"filippo.io/age"
	"github.com/btcsuite/btcd/address/v2/bech32"
)

// A vault is made-up keys. Every one of them follows from its name.
type vault struct {
	phrase   string
	entropy  []byte
	salt     []byte
	root     key
	owner    key
	vaultKey []byte // seeds of age identities
	filesKey []byte
	kit      []byte
}

type key ed25519.PrivateKey

func (k key) public() []byte { return ed25519.PrivateKey(k).Public().(ed25519.PublicKey) }

func (k key) sign(message []byte) []byte { return ed25519.Sign(ed25519.PrivateKey(k), message) }

// The phrases of BIP-39's own test vectors.
const (
	winner  = "legal winner thank year wave sausage worth useful legal winner thank yellow"
	letter  = "letter advice cage absurd amount doctor acoustic avoid letter advice cage above"
	abandon = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
)

var (
	samantha = newVault("samantha", winner, 0x7f)
	other    = newVault("other", letter, 0x80)
)

func newVault(name, phrase string, entropy byte) *vault {
	v := &vault{phrase: phrase, entropy: repeat(entropy, 16), salt: made(name + " salt")[:16]}
	v.root = newKey(v.derive("cloudseed/1 root"))
	v.filesKey = v.derive("cloudseed/1 files")
	v.owner = newKey(made(name + " owner"))
	v.vaultKey, v.kit = made(name+" vault key"), made(name+" kit")
	return v
}

func (v *vault) derive(info string) []byte {
	k, err := hkdf.Key(sha256.New, v.entropy, v.salt, info, 32)
	if err != nil {
		panic(err)
	}
	return k
}

func newKey(seed []byte) key { return key(ed25519.NewKeyFromSeed(seed)) }

// made is 32 bytes that follow from a name.
func made(name string) []byte {
	h := sha256.Sum256([]byte("cloudseed test vector: " + name))
	return h[:]
}

func repeat(b byte, n int) []byte {
	s := make([]byte, n)
	for i := range s {
		s[i] = b
	}
	return s
}

func hash(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// recipient is the public half of the hybrid identity with that seed.
func recipient(seed []byte) age.Recipient {
	text, err := bech32.EncodeFromBase256("age-secret-key-pq-", seed)
	if err != nil {
		panic(err)
	}
	id, err := age.ParseHybridIdentity(strings.ToUpper(text))
	if err != nil {
		panic(err)
	}
	return id.Recipient()
}
