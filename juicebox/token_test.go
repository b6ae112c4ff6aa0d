package juicebox

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// One token, part by part, as realms and the published validator want it.
func TestOwnerToken(t *testing.T) {
	owner := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	guess := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, 32))
	public := func(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }
	realm, now := RealmID{0: 0xab, 15: 1}, time.Unix(1_800_000_000, 0)
	subject := TokenSubject(public(owner), public(guess))
	if len(subject) != 86 {
		t.Errorf("subject has %d letters, want 86", len(subject))
	}

	ownerToken, err1 := OwnerToken(owner, public(guess), realm, now)
	guessToken, err2 := GuessToken(public(owner), guess, realm, now)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	for _, test := range []struct {
		token, kid string
		key        ed25519.PublicKey
	}{
		{ownerToken, "cloudseed:1", public(owner)},
		{guessToken, "cloudseed:2", public(guess)},
	} {
		header, claims := open(t, test.token, test.key)
		if len(test.token) > 1000 {
			t.Errorf("%s: %d bytes, want at most 1000", test.kid, len(test.token))
		}
		if header != `{"alg":"EdDSA","kid":"`+test.kid+`","typ":"JWT"}` {
			t.Errorf("header %s", header)
		}
		want := `{"aud":"ab000000000000000000000000000001","exp":1800000600,"iat":1799999400,"iss":"cloudseed",` +
			`"nbf":1799999400,"scope":"user","sub":"` + subject + `"}`
		if claims != want {
			t.Errorf("claims %s, want %s", claims, want)
		}
	}
	if _, err := OwnerToken(owner[:32], public(guess), realm, now); err == nil {
		t.Error("a short owner key was accepted")
	}
	if _, err := OwnerToken(owner, nil, realm, now); err == nil {
		t.Error("no guess key was accepted")
	}
}

// open verifies a token and returns its header and claims as text.
func open(t *testing.T, token string, key ed25519.PublicKey) (header, claims string) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	var raw [3][]byte
	for i, p := range parts {
		b, err := base64.RawURLEncoding.DecodeString(p)
		if err != nil {
			t.Fatal(err)
		}
		raw[i] = b
	}
	if !ed25519.Verify(key, []byte(parts[0]+"."+parts[1]), raw[2]) {
		t.Error("the signature is wrong")
	}
	if !json.Valid(raw[0]) || !json.Valid(raw[1]) {
		t.Error("not JSON")
	}
	return string(raw[0]), string(raw[1])
}

func TestTokenSubject(t *testing.T) {
	owner, guess := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	good := TokenSubject(owner, guess)
	o, g, err := ParseTokenSubject(good)
	if err != nil || !bytes.Equal(o, owner) || !bytes.Equal(g, guess) {
		t.Errorf("read back as %x, %x, %v", o, g, err)
	}
	for name, s := range map[string]string{
		"empty":         "",
		"padding":       good + "==",
		"line break":    good[:40] + "\n" + good[40:],
		"short":         good[:85],
		"long":          good + "AA",
		"stray bits":    good[:85] + "h",
		"other base64":  "+" + good[1:],
		"someone's own": "0123456789abcdef0123456789abcdef",
	} {
		if _, _, err := ParseTokenSubject(s); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if good[85:] == "h" {
		t.Fatal("the stray bits are not stray")
	}
}

func TestRealmID(t *testing.T) {
	for s, want := range map[string]string{
		"000102030405060708090a0b0c0d0e0f":     "000102030405060708090a0b0c0d0e0f",
		"00010203-0405-0607-0809-0A0B0C0D0E0F": "000102030405060708090a0b0c0d0e0f",
		"000102030405060708090a0b0c0d0e":       "",
		"000102030405060708090a0b0c0d0e0g":     "",
		"":                                     "",
	} {
		id, err := ParseRealmID(s)
		if (err == nil) != (want != "") || err == nil && id.String() != want {
			t.Errorf("%q: %v, %v", s, id, err)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for s, want := range map[string]time.Duration{
		"":    0,
		"0":   0,
		"120": 2 * time.Minute,
		"-5":  0,
		"abc": 0,
		now.Add(time.Hour).UTC().Format(http.TimeFormat):  time.Hour,
		now.Add(-time.Hour).UTC().Format(http.TimeFormat): 0,
		"2147483647":             longestWait,
		"9999999999999999999999": 0,
	} {
		if got := wait(s, now); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}
