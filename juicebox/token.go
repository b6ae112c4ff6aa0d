package juicebox

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
)

// Tenant is the tenant built into our realms: whoever holds the keys named in a token's
// subject may use the record of that subject, without any account.
const Tenant = "cloudseed"

// Versions of the tenant's key say which of the subject's two keys signed a token.
// They are the end of the token's key id: "cloudseed:1" and "cloudseed:2".
const (
	OwnerKeyVersion = 1
	GuessKeyVersion = 2
)

// ProtocolVersion is what requests say in the header X-Juicebox-Version: the version of
// the published client whose messages these are.
const ProtocolVersion = "0.3.7"

var errSubject = errors.New("subject is not two public keys")

// TokenSubject names a record: base64url without padding of the owner's and the guess
// key's public half, 64 bytes together. The record thus belongs to both keys.
func TokenSubject(owner, guess ed25519.PublicKey) string {
	both := append(append(make([]byte, 0, 64), owner...), guess...)
	return base64.RawURLEncoding.EncodeToString(both)
}

// ParseTokenSubject is the inverse of [TokenSubject]. It accepts one text for each pair.
func ParseTokenSubject(subject string) (owner, guess ed25519.PublicKey, err error) {
	b, err := base64.RawURLEncoding.DecodeString(subject)
	if err != nil || len(b) != 2*ed25519.PublicKeySize {
		return nil, nil, errSubject
	}
	owner, guess = b[:32:32], b[32:]
	if TokenSubject(owner, guess) != subject {
		return nil, nil, errSubject // line breaks or stray bits inside
	}
	return owner, guess, nil
}
