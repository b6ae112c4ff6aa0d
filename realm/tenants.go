package realm

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/golang-jwt/jwt/v5"
)

// Tenants are the vendors whose tokens a realm accepts: for each tenant the keys that
// verify its tokens, by version. [ParseTenants] makes one; nil has no vendor.
type Tenants map[string]map[uint64]tenantKey

// A tenantKey verifies tokens of exactly one algorithm.
type tenantKey struct {
	method jwt.SigningMethod
	key    any // []byte, *rsa.PublicKey or ed25519.PublicKey, as method needs it
}

// Format keeps HMAC keys out of logs.
func (k tenantKey) Format(f fmt.State, _ rune) { io.WriteString(f, "[key]") }

const minRSABits = 2048

var tenantName = regexp.MustCompile(`^(test-)?[a-zA-Z0-9]+$`)

// ParseTenants reads a tenants file: JSON {"tenant": {"version": "key"}}. A key is, as in
// Juicebox, either the plain text of an HS256 key, or the text of a JSON object
//
//	{"data": "…", "encoding": "Hex", "algorithm": "Edwards25519"}
//
// with the algorithms HmacSha256 (encoding Hex or UTF8), RsaPkcs1Sha256 and Edwards25519
// (Hex of the SPKI DER public key). Text that starts with "{" is the second form.
// Nothing is skipped: whatever is unknown, doubled or malformed is an error that names
// the tenant and version, but never the key.
func ParseTenants(data []byte) (Tenants, error) {
	tenants := make(Tenants)
	err := eachMember(data, func(name string, versions json.RawMessage) error {
		if err := checkTenantName(name); err != nil {
			return fmt.Errorf("tenant %q: %w", name, err)
		}
		keys := make(map[uint64]tenantKey)
		tenants[name] = keys
		err := eachMember(versions, func(version string, value json.RawMessage) error {
			number, err := parseVersion(version)
			if err != nil {
				return fmt.Errorf("version %q: %w", version, err)
			}
			keys[number], err = parseKeyValue(value)
			if err != nil {
				return fmt.Errorf("version %s: %w", version, err)
			}
			return nil
		})
		if err == nil && len(keys) == 0 {
			err = errors.New("no key")
		}
		if err != nil {
			return fmt.Errorf("tenant %q: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return tenants, nil
}

// minSecret is what RFC 7518 wants of an HS256 key, in bytes: as many as its hash has. Whoever holds a token can try shorter ones.
const minSecret = 32

// Weak names the keys that are shorter than HS256 needs, as "acme version 1".
func (t Tenants) Weak() (names []string) {
	for name, keys := range t {
		for version, k := range keys {
			if secret, ok := k.key.([]byte); ok && k.method == jwt.SigningMethodHS256 && len(secret) < minSecret {
				names = append(names, fmt.Sprintf("%s version %d", name, version))
			}
		}
	}
	slices.Sort(names)
	return names
}

func checkTenantName(name string) error {
	if name == juicebox.Tenant {
		return errors.New("this name is built in and cannot be given keys")
	}
	if !tenantName.MatchString(name) {
		return errors.New("a name is letters and digits, with or without test- before them")
	}
	return nil
}

// parseVersion accepts one text for each number.
func parseVersion(text string) (uint64, error) {
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil || strconv.FormatUint(number, 10) != text {
		return 0, errors.New("not a decimal number below 2^64")
	}
	return number, nil
}

func parseKeyValue(value json.RawMessage) (tenantKey, error) {
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		return tenantKey{}, errors.New("the key is not a JSON string")
	}
	if text == "" {
		return tenantKey{}, errors.New("the key is empty")
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return tenantKey{jwt.SigningMethodHS256, []byte(text)}, nil
	}
	form := make(map[string]string)
	err := eachMember([]byte(text), func(name string, value json.RawMessage) error {
		if name != "data" && name != "encoding" && name != "algorithm" {
			return fmt.Errorf("unknown member %q", name)
		}
		var member string
		if err := json.Unmarshal(value, &member); err != nil || member == "" {
			return fmt.Errorf("member %q is not a string with content", name)
		}
		form[name] = member
		return nil
	})
	if err != nil {
		return tenantKey{}, fmt.Errorf("key in JSON form: %w", err)
	}
	return parseKeyForm(form["data"], form["encoding"], form["algorithm"])
}

func parseKeyForm(data, encoding, algorithm string) (tenantKey, error) {
	var raw []byte
	switch encoding {
	case "Hex":
		var err error
		if raw, err = hex.DecodeString(data); err != nil {
			return tenantKey{}, errors.New(`"data" is not hexadecimal`)
		}
	case "UTF8":
		raw = []byte(data)
	default:
		return tenantKey{}, fmt.Errorf(`"encoding" is %q, not Hex or UTF8`, encoding)
	}
	if len(raw) == 0 {
		return tenantKey{}, errors.New("the key is empty")
	}
	switch algorithm {
	case "HmacSha256":
		return tenantKey{jwt.SigningMethodHS256, raw}, nil
	case "RsaPkcs1Sha256", "Edwards25519":
		return parsePublicKey(raw, algorithm)
	default:
		return tenantKey{}, fmt.Errorf(`"algorithm" is %q, not HmacSha256, RsaPkcs1Sha256 or Edwards25519`, algorithm)
	}
}

func parsePublicKey(der []byte, algorithm string) (tenantKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return tenantKey{}, fmt.Errorf("%s: not a public key in SPKI DER", algorithm)
	}
	switch key := parsed.(type) {
	case ed25519.PublicKey:
		if algorithm == "Edwards25519" {
			return tenantKey{jwt.SigningMethodEdDSA, key}, nil
		}
	case *rsa.PublicKey:
		if algorithm == "RsaPkcs1Sha256" {
			if key.N.BitLen() < minRSABits {
				return tenantKey{}, fmt.Errorf("RSA key of %d bits, at least %d are needed", key.N.BitLen(), minRSABits)
			}
			return tenantKey{jwt.SigningMethodRS256, key}, nil
		}
	}
	return tenantKey{}, fmt.Errorf("the key is not of the algorithm %s", algorithm)
}

// eachMember calls f for the members of one JSON object. Unlike encoding/json alone it
// refuses a name that comes twice.
func eachMember(data []byte, f func(name string, value json.RawMessage) error) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	seen := make(map[string]bool)
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return fmt.Errorf("not JSON at byte %d", decoder.InputOffset())
		}
		name := token.(string) // a key of an object, or Token had failed
		if seen[name] {
			return fmt.Errorf("%q comes twice", name)
		}
		seen[name] = true
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return fmt.Errorf("not JSON at byte %d", decoder.InputOffset())
		}
		if err := f(name, value); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return fmt.Errorf("not JSON at byte %d", decoder.InputOffset())
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("text after the end at byte %d", decoder.InputOffset())
	}
	return nil
}
