package main

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/golang-jwt/jwt/v5"
)

// A step of a flow is one use of the published client.
type step struct {
	action, pin string
	want        reply
	with        []option // what differs in this step from the rest of the flow
}

// An option changes an order. The user is named after the flow, t.Name(): every flow has its own.
type option func(t *testing.T, o *order)

func kept(secret string) option { return func(_ *testing.T, o *order) { o.Secret = []byte(secret) } }
func info(text string) option   { return func(_ *testing.T, o *order) { o.Info = []byte(text) } }
func guesses(n int) option      { return func(_ *testing.T, o *order) { o.Guesses = n } }

// says makes the client say that it is of another version; "" is for none.
func says(version string) option { return func(_ *testing.T, o *order) { o.Version = &version } }

func in(c juicebox.Configuration) option { return func(_ *testing.T, o *order) { o.Configuration = c } }

func previous(cs ...juicebox.Configuration) option {
	return func(_ *testing.T, o *order) { o.Previous = cs }
}

// of is a configuration of some of the servers.
func (ds three) of(threshold int, which ...int) juicebox.Configuration {
	all := ds.configuration(juicebox.FastInsecure)
	c := juicebox.Configuration{RegisterThreshold: len(which), RecoverThreshold: threshold, PINHashingMode: all.PINHashingMode}
	for _, i := range which {
		c.Realms = append(c.Realms, all.Realms[i])
	}
	return c
}

// away is c with some realms at an address where nobody listens.
func away(c juicebox.Configuration, which ...int) juicebox.Configuration {
	c.Realms = slices.Clone(c.Realms)
	for _, i := range which {
		c.Realms[i].Address = "http://127.0.0.1:1/"
	}
	return c
}

// userKeys are the two keys of the built-in tenant's user that a flow has.
func userKeys(name string) (owner, guess ed25519.PrivateKey) {
	a, b := sha256.Sum256([]byte("owner of "+name)), sha256.Sum256([]byte("guess of "+name))
	return ed25519.NewKeyFromSeed(a[:]), ed25519.NewKeyFromSeed(b[:])
}

func ownerTokens(owner, guess ed25519.PrivateKey) func(juicebox.RealmID, time.Time) (string, error) {
	return func(id juicebox.RealmID, now time.Time) (string, error) {
		return juicebox.OwnerToken(owner, public(guess), id, now)
	}
}

func (ds three) ownerKey(t *testing.T, o *order) {
	sign := ownerTokens(userKeys(t.Name()))
	ds.tokensBy(t, o, func(id juicebox.RealmID) (string, error) { return sign(id, time.Now()) })
}

func (ds three) guessKey(t *testing.T, o *order) {
	owner, guess := userKeys(t.Name())
	ds.tokensBy(t, o, func(id juicebox.RealmID) (string, error) {
		return juicebox.GuessToken(public(owner), guess, id, time.Now())
	})
}

func (ds three) tokensBy(t *testing.T, o *order, sign func(juicebox.RealmID) (string, error)) {
	t.Helper()
	o.Vendor, o.Tokens = nil, map[string]string{}
	for _, d := range ds {
		token, err := sign(d.id)
		if err != nil {
			t.Fatal(err)
		}
		o.Tokens[d.id.String()] = token
	}
}

// acme is a vendor with a key of every kind, by the version under which the tenants file has it.
type acme struct {
	servers three
	tenants string // the tenants file
	keys    map[string]acmeKey
}

type acmeKey struct {
	method jwt.SigningMethod
	key    any
}

func newAcme(t *testing.T) *acme {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	const plain, inHex = "an HS256 key of acme", "another HS256 key of acme"
	a := &acme{keys: map[string]acmeKey{
		"1": {jwt.SigningMethodHS256, []byte(plain)}, "2": {jwt.SigningMethodHS256, []byte(inHex)},
		"3": {jwt.SigningMethodEdDSA, ed}, "4": {jwt.SigningMethodRS256, rs},
	}}
	file, err := json.Marshal(map[string]map[string]string{"acme": {
		"1": plain, "2": keyForm(t, "HmacSha256", []byte(inHex)),
		"3": keyForm(t, "Edwards25519", spki(t, ed)), "4": keyForm(t, "RsaPkcs1Sha256", spki(t, rs)),
	}})
	if err != nil {
		t.Fatal(err)
	}
	a.tenants = filepath.Join(t.TempDir(), "tenants.json")
	if err := os.WriteFile(a.tenants, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

func spki(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func keyForm(t *testing.T, algorithm string, data []byte) string {
	t.Helper()
	form, err := json.Marshal(map[string]string{"data": hex.EncodeToString(data), "encoding": "Hex", "algorithm": algorithm})
	if err != nil {
		t.Fatal(err)
	}
	return string(form)
}

// token gives the order acme's tokens, signed with the key of that version, with some claims changed.
func (a *acme) token(version string, changed jwt.MapClaims) option {
	return a.forged(version, a.keys[version], changed)
}

// forged signs with any key under the name of a version.
func (a *acme) forged(version string, key acmeKey, changed jwt.MapClaims) option {
	return func(t *testing.T, o *order) {
		a.servers.tokensBy(t, o, func(id juicebox.RealmID) (string, error) {
			now := time.Now().Unix()
			claims := jwt.MapClaims{"iss": "acme", "sub": t.Name(), "aud": id.String(), "scope": "user", "iat": now, "nbf": now, "exp": now + 600}
			maps.Copy(claims, changed)
			token := jwt.NewWithClaims(key.method, claims)
			token.Header["kid"] = "acme:" + version
			return token.SignedString(key.key)
		})
	}
}

// generator lets the published client make its tokens itself, as a vendor's server would.
func (a *acme) generator(t *testing.T, o *order) {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(a.keys["3"].key)
	if err != nil {
		t.Fatal(err)
	}
	user := sha256.Sum256([]byte(t.Name()))
	o.Tokens, o.Vendor = nil, &vendor{hex.EncodeToString(pkcs8), "acme", 3, hex.EncodeToString(user[:16])}
}
