package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
)

// start is the time of all vectors, 2026-11-22T12:00:00Z.
const start = 1795348800

type claims map[string]any

var (
	b64    = base64.RawURLEncoding.EncodeToString
	rawStd = base64.RawStdEncoding
)

func subject(owner, guess []byte) string { return b64(join(owner, guess)) }

// goodClaims are those of a token for realm i.
func goodClaims(i int) claims {
	return claims{
		"iss": "cloudseed", "sub": subject(public(owner), public(guess)), "aud": hex.EncodeToString(realmID(i)), "scope": "user",
		"iat": start - 600, "nbf": start - 600, "exp": start + 600,
	}
}

func (c claims) with(key string, value any) claims {
	c = maps.Clone(c)
	if c[key] = value; value == nil {
		delete(c, key)
	}
	return c
}

func header(alg, kid any) map[string]any {
	return map[string]any{"alg": alg, "kid": kid, "typ": "JWT"}
}

func unsigned(header, claims any) string { return b64(mustJSON(header)) + "." + b64(mustJSON(claims)) }

func signed(key ed25519.PrivateKey, header, claims any) string {
	text := unsigned(header, claims)
	return text + "." + b64(ed25519.Sign(key, []byte(text)))
}

func ownerToken(i int) string { return signed(owner, header("EdDSA", "cloudseed:1"), goodClaims(i)) }
func guessToken(i int) string { return signed(guess, header("EdDSA", "cloudseed:2"), goodClaims(i)) }

// mustJSON writes keys in order of the alphabet.
func mustJSON(v any) []byte {
	if text, ok := v.(string); ok {
		return []byte(text) // as it is
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
