package realm

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/golang-jwt/jwt/v5"
)

// A token that was accepted once is judged anew in everything but its signature.
func TestRememberedToken(t *testing.T) {
	v := verifier{realm: thisRealm.String(), builtIn: true}
	owner := sign(t, jwt.SigningMethodEdDSA, "cloudseed:1", good(juicebox.Tenant, subject), ownerKey)
	guess := sign(t, jwt.SigningMethodEdDSA, "cloudseed:2", good(juicebox.Tenant, subject), guessKey)
	for range 2 {
		for token, role := range map[string]Role{owner: OwnerRole, guess: GuessRole} {
			if caller, err := v.verify(token, now); err != nil || caller != (Caller{juicebox.Tenant, subject, role}) {
				t.Fatalf("%v, %v", caller, err)
			}
		}
	}
	if len(v.cache.tokens) != 2 {
		t.Fatalf("%d tokens are remembered, want 2", len(v.cache.tokens))
	}
	refused := func(name, token, reason string, when time.Time) {
		t.Helper()
		caller, err := v.verify(token, when)
		wrong, ok := errors.AsType[*TokenError](err)
		if !ok || !strings.Contains(wrong.Reason, reason) || caller != (Caller{}) {
			t.Errorf("%s: %v, %v; want %q", name, caller, err, reason)
		}
	}
	refused("later", owner, "expired", now.Add(605*time.Second))
	refused("earlier", owner, "not hold yet", now.Add(-6*time.Second))
	if _, err := v.verify(owner, now.Add(604*time.Second)); err != nil {
		t.Errorf("within leeway: %v", err)
	}
	// The same claims, signed by the other key: one bit of a remembered token is another token.
	head, signature := owner[:strings.LastIndex(owner, ".")], guess[strings.LastIndex(guess, "."):]
	refused("signature of another", head+signature, "signature", now)
	refused("refused again", head+signature, "signature", now)
	v.realm = juicebox.RealmID{9}.String()
	refused("another realm", owner, "this realm", now)
}

// Room is made without end, and what was refused takes none.
func TestTokenCacheIsBounded(t *testing.T) {
	v := verifier{realm: thisRealm.String(), tenants: Tenants{"acme": {1: {jwt.SigningMethodHS256, hmacSecret}}}}
	bad := sign(t, jwt.SigningMethodHS256, "acme:1", good("acme", "alice"), []byte("x"))
	v.verify(bad, now)
	if len(v.cache.tokens) != 0 {
		t.Error("a refused token is remembered")
	}
	v.cache.tokens = make(map[[sha256.Size]byte]verified)
	for i := range maxVerified {
		v.cache.tokens[[sha256.Size]byte{byte(i), byte(i >> 8), 1}] = verified{}
	}
	token := sign(t, jwt.SigningMethodHS256, "acme:1", good("acme", "alice"), hmacSecret)
	if _, err := v.verify(token, now); err != nil {
		t.Fatal(err)
	}
	if _, ok := v.cache.get(sha256.Sum256([]byte(token))); !ok || len(v.cache.tokens) != maxVerified {
		t.Errorf("%d tokens are remembered, this one: %v", len(v.cache.tokens), ok)
	}
}
