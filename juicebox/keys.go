package juicebox

import (
	"crypto/sha512"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/cloudseed/cloudseed/secret"
	"golang.org/x/crypto/blake2s"
	"golang.org/x/crypto/chacha20poly1305"
)

// MaxSecret is the longest secret that can be registered, in bytes.
const MaxSecret = 128

// unlockKey proves to realms that the PIN was right. It and its public commitment are
// the halves of a hash of the OPRF's output.
type unlockKey [32]byte

func deriveUnlockKey(output [64]byte) (unlockKey, UnlockKeyCommitment) {
	d := sha512.Sum512(output[:])
	defer clear(d[:])
	return unlockKey(d[32:]), UnlockKeyCommitment(d[:32])
}

// tag is what the realm compares at Recover3; each realm has its own.
func (k *unlockKey) tag(realm RealmID) UnlockKeyTag {
	return UnlockKeyTag(k.mac([]byte("Unlock Key Tag"), realm[:]))
}

// commitment ties a realm's share of the key to the encrypted secret.
func (k *unlockKey) commitment(realm RealmID, share Scalar, sealed *EncryptedSecret) EncryptedSecretCommitment {
	return EncryptedSecretCommitment(k.mac([]byte("Encrypted User Secret Commitment"), realm[:], share[:], sealed[:]))
}

func (k *unlockKey) mac(parts ...[]byte) []byte {
	h, err := blake2s.New128(k[:])
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	h.Write(lengthPrefixed(parts...))
	return h.Sum(nil)
}

// encryptionKey comes from the PIN (seed) and from the realms (scalar).
func encryptionKey(seed [32]byte, scalar Scalar) [32]byte {
	h, err := blake2s.New256(seed[:])
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	h.Write(lengthPrefixed([]byte("User Secret Encryption Key"), scalar[:]))
	return [32]byte(h.Sum(nil))
}

// seal encrypts a secret of at most MaxSecret bytes, padded so that its length does not
// show. The nonce is zero: a key seals one secret.
func seal(key [32]byte, sec secret.Text) (sealed EncryptedSecret, err error) {
	if sec.Len() > MaxSecret {
		return sealed, fmt.Errorf("secret has %d bytes, at most %d can be registered", sec.Len(), MaxSecret)
	}
	var padded [1 + MaxSecret]byte
	defer clear(padded[:])
	padded[0] = byte(sec.Len())
	copy(padded[1:], sec.Reveal())
	aead, err := chacha20poly1305.New(key[:])
	if err != nil {
		return sealed, err
	}
	aead.Seal(sealed[:0], make([]byte, chacha20poly1305.NonceSize), padded[:], nil)
	return sealed, nil
}

var errSealed = errors.New("the encrypted secret does not open")

// unseal is the inverse of seal.
func unseal(key [32]byte, sealed EncryptedSecret) (secret.Text, error) {
	aead, err := chacha20poly1305.New(key[:])
	if err != nil {
		return secret.Text{}, err
	}
	padded, err := aead.Open(nil, make([]byte, chacha20poly1305.NonceSize), sealed[:], nil)
	if err != nil || padded[0] > MaxSecret {
		return secret.Text{}, errSealed
	}
	defer clear(padded)
	return secret.Copy(padded[1 : 1+padded[0]]), nil
}

// equal compares in time that does not depend on the bytes.
func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
