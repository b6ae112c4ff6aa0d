package realm

import (
	"crypto/ed25519"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/golang-jwt/jwt/v5"
)

var (
	thisRealm  = juicebox.RealmID{1}
	hmacSecret = []byte("an acme-tenant-key")
	ownerKey   = ed25519.NewKeyFromSeed([]byte(strings.Repeat("o", 32)))
	guessKey   = ed25519.NewKeyFromSeed([]byte(strings.Repeat("g", 32)))
	subject    = juicebox.TokenSubject(publicHalf(ownerKey), publicHalf(guessKey))
)

func publicHalf(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

// good is a token as npm juicebox-sdk's generator makes it.
func good(tenant, sub string) jwt.MapClaims {
	return jwt.MapClaims{
		"iss": tenant, "sub": sub, "aud": thisRealm.String(), "scope": "user",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Unix() + 600,
	}
}

// with is claims with one changed, or without it if value is nil.
func with(claims jwt.MapClaims, name string, value any) jwt.MapClaims {
	claims = maps.Clone(claims)
	if claims[name] = value; value == nil {
		delete(claims, name)
	}
	return claims
}

func sign(t *testing.T, method jwt.SigningMethod, kid string, claims jwt.MapClaims, key any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = kid
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestVerifyToken(t *testing.T) {
	hs256, eddsa := jwt.SigningMethodHS256, jwt.SigningMethodEdDSA
	edPublic, edKey, _ := ed25519.GenerateKey(nil)
	rsaKey := newRSA(t, 2048)
	v := verifier{realm: thisRealm.String(), builtIn: true, tenants: Tenants{"acme": {
		1: {hs256, hmacSecret}, 2: {eddsa, edPublic}, 3: {jwt.SigningMethodRS256, rsaKey.Public()},
	}}}
	acme, own := good("acme", "alice"), good(juicebox.Tenant, subject)
	hs := func(claims jwt.MapClaims) string { return sign(t, hs256, "acme:1", claims, hmacSecret) }
	owner := func(claims jwt.MapClaims) string { return sign(t, eddsa, "cloudseed:1", claims, ownerKey) }
	alice := Caller{"acme", "alice", OwnerRole}

	for _, test := range []struct {
		name, token string
		want        Caller
		reason      string // of the refusal
	}{
		{"HS256", hs(acme), alice, ""},
		{"EdDSA", sign(t, eddsa, "acme:2", acme, edKey), alice, ""},
		{"RS256", sign(t, jwt.SigningMethodRS256, "acme:3", acme, rsaKey), alice, ""},
		{"vendor without scope and nbf", hs(with(with(acme, "scope", nil), "nbf", nil)), alice, ""},
		{"within leeway", hs(with(with(acme, "nbf", now.Unix()+4), "exp", now.Unix()+8)), alice, ""},
		{"times with fractions", hs(with(with(acme, "nbf", float64(now.Unix())+0.5), "exp", float64(now.Unix())+60.5)), alice, ""},
		{"a whole day", hs(with(acme, "exp", now.Unix()+86400)), alice, ""},
		{"owner", owner(own), Caller{juicebox.Tenant, subject, OwnerRole}, ""},
		{"guess key", sign(t, eddsa, "cloudseed:2", own, guessKey), Caller{juicebox.Tenant, subject, GuessRole}, ""},

		{"guess key as owner", sign(t, eddsa, "cloudseed:1", own, guessKey), Caller{}, "signature"},
		{"owner as guess key", sign(t, eddsa, "cloudseed:2", own, ownerKey), Caller{}, "signature"},
		{"built-in version", sign(t, eddsa, "cloudseed:3", own, ownerKey), Caller{}, "not known"},
		{"built-in subject", owner(with(own, "sub", "alice")), Caller{}, "two public keys"},
		{"built-in by HMAC of a public key", sign(t, hs256, "cloudseed:1", own, []byte(publicHalf(ownerKey))), Caller{}, "algorithm"},
		{"built-in without scope", owner(with(own, "scope", nil)), Caller{}, "scope"},
		{"built-in without nbf", owner(with(own, "nbf", nil)), Caller{}, "from when"},
		{"built-in without exp", owner(with(own, "exp", nil)), Caller{}, "until when"},

		{"HMAC where EdDSA is due", sign(t, hs256, "acme:2", acme, []byte(edPublic)), Caller{}, "algorithm"},
		{"longer HMAC", sign(t, jwt.SigningMethodHS512, "acme:1", acme, hmacSecret), Caller{}, "algorithm"},
		{"unsigned", sign(t, jwt.SigningMethodNone, "acme:1", acme, jwt.UnsafeAllowNoneSignatureType), Caller{}, "algorithm"},
		{"key of another version", sign(t, hs256, "acme:1", acme, []byte("x")), Caller{}, "signature"},
		{"unknown version", sign(t, hs256, "acme:4", acme, hmacSecret), Caller{}, "not known"},
		{"unknown tenant", sign(t, hs256, "other:1", acme, hmacSecret), Caller{}, "not known"},
		{"kid", sign(t, hs256, "acme", acme, hmacSecret), Caller{}, "kid"},
		{"issuer", hs(with(acme, "iss", "other")), Caller{}, "issuer"},
		{"no subject", hs(with(acme, "sub", "")), Caller{}, "subject"},
		{"another realm", hs(with(acme, "aud", juicebox.RealmID{2}.String())), Caller{}, "this realm"},
		{"two realms", hs(with(acme, "aud", []string{thisRealm.String(), "x"})), Caller{}, "this realm"},
		{"no realm", hs(with(acme, "aud", nil)), Caller{}, "this realm"},
		{"scope", hs(with(acme, "scope", "admin")), Caller{}, "scope"},
		{"audit", hs(with(with(acme, "scope", "audit"), "sub", nil)), Caller{"acme", "", AuditRole}, ""},
		{"built-in audit", owner(with(own, "scope", "audit")), Caller{}, "scope"},
		{"no exp", hs(with(acme, "exp", nil)), Caller{}, "until when"},
		{"expired", hs(with(with(acme, "nbf", now.Unix()-60), "exp", now.Unix()-6)), Caller{}, "expired"},
		{"too early", hs(with(acme, "nbf", now.Unix()+6)), Caller{}, "not hold yet"},
		{"too long a life", hs(with(acme, "exp", now.Unix()+86410)), Caller{}, "a day"},
		{"too long a life without nbf", hs(with(with(acme, "exp", now.Unix()+86410), "nbf", nil)), Caller{}, "a day"},
		{"too long a text", hs(with(acme, "sub", strings.Repeat("x", maxToken))), Caller{}, "too long"},
		{"times as text", hs(with(acme, "exp", "tomorrow")), Caller{}, "malformed"},
		{"times before 1970", hs(with(acme, "nbf", -1)), Caller{}, "malformed"},
		{"times without end", hs(with(acme, "exp", 1e300)), Caller{}, "malformed"},
		{"a fourth part", hs(acme) + ".x", Caller{}, "malformed"},
		{"a line break", strings.Replace(hs(acme), ".", "\n.", 1), Caller{}, "malformed"},
		{"a line break at the end", hs(acme) + "\n", Caller{}, "malformed"},
		{"not a token", "a.b.c", Caller{}, "malformed"},
		{"empty", "", Caller{}, "malformed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := v.verify(test.token, now)
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if test.reason == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused, ok := errors.AsType[*TokenError](err)
			if !ok || !strings.Contains(refused.Reason, test.reason) {
				t.Errorf("got %v, want %q in it", err, test.reason)
			}
		})
	}
}

func TestBuiltInTenantSwitchedOff(t *testing.T) {
	v := verifier{realm: thisRealm.String()}
	token := sign(t, jwt.SigningMethodEdDSA, "cloudseed:1", good(juicebox.Tenant, subject), ownerKey)
	if _, err := v.verify(token, now); err == nil {
		t.Error("accepted")
	}
}

// The tokens that our own client makes, now and with a clock five minutes wrong.
func TestVerifyOwnTokens(t *testing.T) {
	v := verifier{realm: thisRealm.String(), builtIn: true}
	for _, wrong := range []time.Duration{0, -5 * time.Minute, 5 * time.Minute} {
		owner, err := juicebox.OwnerToken(ownerKey, publicHalf(guessKey), thisRealm, now.Add(wrong))
		if err != nil {
			t.Fatal(err)
		}
		if caller, err := v.verify(owner, now); err != nil || caller.Role != OwnerRole {
			t.Errorf("owner, %v: %v, %v", wrong, caller, err)
		}
		guess, err := juicebox.GuessToken(publicHalf(ownerKey), guessKey, thisRealm, now.Add(wrong))
		if err != nil {
			t.Fatal(err)
		}
		if caller, err := v.verify(guess, now); err != nil || caller.Role != GuessRole {
			t.Errorf("guess key, %v: %v, %v", wrong, caller, err)
		}
	}
}
