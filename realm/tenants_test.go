package realm

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// spki is the key in the form of a tenants file, with the given algorithm.
func spki(t *testing.T, key any, algorithm string) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return form(hex.EncodeToString(der), "Hex", algorithm)
}

func form(data, encoding, algorithm string) string {
	text, _ := json.Marshal(map[string]string{"data": data, "encoding": encoding, "algorithm": algorithm})
	return string(text)
}

// tenantsFile has the one tenant "acme" with one key.
func tenantsFile(key string) []byte {
	text, _ := json.Marshal(map[string]map[string]string{"acme": {"1": key}})
	return text
}

func newRSA(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestParseTenants(t *testing.T) {
	public, _, _ := ed25519.GenerateKey(nil)
	rsaKey := newRSA(t, 2048).Public()
	for _, test := range []struct{ name, key, method, want string }{
		{"plain", "an acme-tenant-key", "HS256", "an acme-tenant-key"},
		{"plain that is JSON of another kind", "12345", "HS256", "12345"},
		{"HMAC in hex", form("00ff", "Hex", "HmacSha256"), "HS256", "\x00\xff"},
		{"HMAC in text", form("00ff", "UTF8", "HmacSha256"), "HS256", "00ff"},
		{"EdDSA", spki(t, public, "Edwards25519"), "EdDSA", string(public)},
		{"RSA", spki(t, rsaKey, "RsaPkcs1Sha256"), "RS256", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			tenants, err := ParseTenants(tenantsFile(test.key))
			if err != nil {
				t.Fatal(err)
			}
			key := tenants["acme"][1]
			if key.method.Alg() != test.method {
				t.Errorf("algorithm %s, want %s", key.method.Alg(), test.method)
			}
			switch key := key.key.(type) {
			case []byte:
				if string(key) != test.want {
					t.Errorf("key %x", key)
				}
			case ed25519.PublicKey:
				if string(key) != test.want {
					t.Errorf("key %x", key)
				}
			case *rsa.PublicKey:
				if !key.Equal(rsaKey) {
					t.Error("another RSA key")
				}
			}
		})
	}
}

func TestParseTenantsRefuses(t *testing.T) {
	public, _, _ := ed25519.GenerateKey(nil)
	for _, test := range []struct{ name, file, want string }{
		{"empty", ``, "not a JSON object"},
		{"a list", `[]`, "not a JSON object"},
		{"cut off", `{"acme": {"1": "key"}`, "not JSON"},
		{"text after", `{"acme": {"1": "key"}} {}`, "after the end"},
		{"tenant twice", `{"acme": {"1": "a"}, "acme": {"2": "b"}}`, `"acme" comes twice`},
		{"version twice", `{"acme": {"1": "a", "1": "b"}}`, `"1" comes twice`},
		{"built-in tenant", `{"cloudseed": {"1": "key"}}`, "built in"},
		{"name", `{"ac me": {"1": "key"}}`, "letters and digits"},
		{"versions not an object", `{"acme": "key"}`, `tenant "acme": not a JSON object`},
		{"no version", `{"acme": {}}`, `tenant "acme": no key`},
		{"version with sign", `{"acme": {"+1": "key"}}`, `version "+1": not a decimal number`},
		{"version with zero", `{"acme": {"01": "key"}}`, `version "01": not a decimal number`},
		{"key not text", `{"acme": {"1": 5}}`, "not a JSON string"},
		{"empty key", `{"acme": {"1": ""}}`, "the key is empty"},
		{"broken form", string(tenantsFile(`{"data":`)), "JSON form"},
		{"unknown member", string(tenantsFile(`{"data":"00","encoding":"Hex","algorithm":"HmacSha256","kty":"x"}`)), `unknown member "kty"`},
		{"missing member", string(tenantsFile(`{"data":"00","encoding":"Hex"}`)), `"algorithm" is ""`},
		{"encoding", string(tenantsFile(form("00", "Base64", "HmacSha256"))), `"encoding" is "Base64"`},
		{"not hex", string(tenantsFile(form("secret", "Hex", "HmacSha256"))), "not hexadecimal"},
		{"algorithm", string(tenantsFile(form("00", "Hex", "HmacSha512"))), `"algorithm" is "HmacSha512"`},
		{"not DER", string(tenantsFile(form("00", "Hex", "Edwards25519"))), "not a public key"},
		{"key of another kind", string(tenantsFile(spki(t, public, "RsaPkcs1Sha256"))), "not of the algorithm"},
		{"short RSA key", string(tenantsFile(spki(t, newRSA(t, 1024).Public(), "RsaPkcs1Sha256"))), "1024 bits"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseTenants([]byte(test.file))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the key is in the error: %v", err)
			}
		})
	}
}

func TestTenantsDoNotPrintKeys(t *testing.T) {
	tenants := Tenants{"acme": {1: {jwt.SigningMethodHS256, []byte("secret")}}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, tenants); strings.Contains(text, "secret") || strings.Contains(text, "115") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

// Keys that can be guessed from a token are named; long ones, and public ones, are not.
func TestWeakKeysAreNamed(t *testing.T) {
	tenants, err := ParseTenants([]byte(`{"b":{"2":"x","1":"a key of at least 32 random characters"},"a":{"7":"0123456789abcdef0123456789abcde"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(tenants.Weak()); got != "[a version 7 b version 2]" {
		t.Errorf("got %s", got)
	}
}
