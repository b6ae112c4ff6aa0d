package envelope

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"filippo.io/age"
	"github.com/btcsuite/btcd/address/v2/bech32"

	"github.com/cloudseed/cloudseed/secret"
)

// SeedSize is the size in bytes of every key's seed.
const SeedSize = 32

// A VaultID names a vault: SHA-256 of its root public key.
type VaultID [32]byte

// NewVaultID returns the id of the vault with that root key.
func NewVaultID(root ed25519.PublicKey) VaultID { return sha256.Sum256(root) }

// String is the id in 64 hex digits.
func (v VaultID) String() string { return hex.EncodeToString(v[:]) }

// Short is the form for people and paper: "1a2b-3c4d-5e6f".
func (v VaultID) Short() string {
	s := v.String()
	return s[:4] + "-" + s[4:8] + "-" + s[8:12]
}

// MarshalText and UnmarshalText write and read the form of String.
func (v VaultID) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText accepts exactly what MarshalText writes.
func (v *VaultID) UnmarshalText(text []byte) error {
	var id VaultID
	if len(text) != hex.EncodedLen(len(id)) {
		return fmt.Errorf("a vault id has 64 hex digits")
	}
	hex.Decode(id[:], text) // what is not hex is not the same when written again
	if id.String() != string(text) {
		return fmt.Errorf("a vault id has 64 lower-case hex digits")
	}
	*v = id
	return nil
}

// RootKey derives the key that signs the vault's stanzas: Ed25519 with the seed
// HKDF-SHA256(entropy, salt, "cloudseed/1 root"), where entropy is the recovery phrase's
// BIP-39 entropy and salt the vault's.
func RootKey(entropy secret.Text, salt [16]byte) ed25519.PrivateKey {
	seed := derive(entropy, salt, "cloudseed/1 root")
	defer seed.Clear()
	return ed25519.NewKeyFromSeed(seed.Reveal())
}

// FilesKey derives the seed of the identity that opens files parts, in the same way with
// "cloudseed/1 files".
func FilesKey(entropy secret.Text, salt [16]byte) secret.Text {
	return derive(entropy, salt, "cloudseed/1 files")
}

func derive(entropy secret.Text, salt [16]byte, info string) secret.Text {
	key, err := hkdf.Key(sha256.New, entropy.Reveal(), salt[:], info, SeedSize)
	if err != nil {
		panic(err) // only for a length that HKDF cannot give
	}
	return secret.New(key)
}

// Identity returns the age identity with that seed: age's post-quantum hybrid of
// ML-KEM-768 and X25519. The vault key, the files key and the kit are of this kind, since
// age does not let hybrid and other recipients share a file.
func Identity(seed secret.Text) (*age.HybridIdentity, error) {
	text, err := IdentityText(seed)
	if err != nil {
		return nil, err
	}
	defer text.Clear()
	return age.ParseHybridIdentity(string(text.Reveal()))
}

// IdentityText is the identity as age's key files hold it: AGE-SECRET-KEY-PQ-1….
func IdentityText(seed secret.Text) (secret.Text, error) {
	if seed.Len() != SeedSize {
		return secret.Text{}, fmt.Errorf("an identity's seed has %d bytes, not %d", SeedSize, seed.Len())
	}
	s, err := bech32.EncodeFromBase256("age-secret-key-pq-", seed.Reveal())
	if err != nil {
		return secret.Text{}, err
	}
	return secret.New([]byte(strings.ToUpper(s))), nil
}
