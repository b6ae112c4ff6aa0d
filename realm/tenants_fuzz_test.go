package realm

import (
	"encoding/json"
	"testing"
)

// FuzzParseTenants: nothing makes the reader panic; what it accepts is a JSON object whose
// every key verifies something.
func FuzzParseTenants(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `[]`, `{"acme":{"1":"a key"}}`, `{"acme":{"1":"a","1":"b"}}`, `{"test-acme":{"18446744073709551615":"k"}}`,
		`{"acme":{"1":"{\"data\":\"00ff\",\"encoding\":\"Hex\",\"algorithm\":\"HmacSha256\"}"}}`,
		`{"acme":{"1":"{\"data\":\"a key\",\"encoding\":\"Hex\",\"algorithm\":\"Edwards25519\"}"}}`,
		`{"acme":{"2":"{\"data\":\"302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\",\"encoding\":\"Hex\",\"algorithm\":\"Edwards25519\"}"}}`,
		`{"cloudseed":{"1":"k"}}`, `{"acme":{"1":"k"}} {}`, "{\"\u0000\":{}}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tenants, err := ParseTenants(data)
		if err != nil {
			return
		}
		if !json.Valid(data) {
			t.Errorf("accepted what is not JSON: %q", data)
		}
		for name, keys := range tenants {
			if checkTenantName(name) != nil || len(keys) == 0 {
				t.Errorf("accepted tenant %q with %d keys", name, len(keys))
			}
			for version, key := range keys {
				if key.method == nil || key.key == nil {
					t.Errorf("tenant %q, version %d: no key", name, version)
				}
			}
		}
	})
}
