package juicebox

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
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

// A Role says what the holder of a token may ask a realm for.
type Role int

const (
	Owner Role = OwnerKeyVersion // everything
	Guess Role = GuessKeyVersion // Recover1, Recover2 and Recover3
)

// tokenLife is how far a token reaches into the past and the future, so that a clock
// that is wrong by less needs no correction.
const tokenLife = 10 * time.Minute

// OwnerToken returns a token with which realm accepts every request for the record of
// the two keys, for ten minutes before and after now. It is a JWT signed with EdDSA.
func OwnerToken(owner ed25519.PrivateKey, guess ed25519.PublicKey, realm RealmID, now time.Time) (string, error) {
	public, err := publicHalf(owner)
	if err != nil {
		return "", err
	}
	return token(owner, Owner, TokenSubject(public, guess), realm, now)
}

// GuessToken is [OwnerToken] with the other key: it is good for recovering only.
func GuessToken(owner ed25519.PublicKey, guess ed25519.PrivateKey, realm RealmID, now time.Time) (string, error) {
	public, err := publicHalf(guess)
	if err != nil {
		return "", err
	}
	return token(guess, Guess, TokenSubject(owner, public), realm, now)
}

func publicHalf(key ed25519.PrivateKey) (ed25519.PublicKey, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, errors.New("token: the signing key has a wrong length")
	}
	return key.Public().(ed25519.PublicKey), nil
}

func token(key ed25519.PrivateKey, role Role, subject string, realm RealmID, now time.Time) (string, error) {
	if _, _, err := ParseTokenSubject(subject); err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
		"iss":   Tenant,
		"sub":   subject,
		"aud":   realm.String(), // a plain text, not a list
		"scope": "user",
		"iat":   now.Add(-tokenLife).Unix(),
		"nbf":   now.Add(-tokenLife).Unix(),
		"exp":   now.Add(tokenLife).Unix(),
	})
	t.Header["kid"] = fmt.Sprintf("%s:%d", Tenant, role)
	return t.SignedString(key)
}
