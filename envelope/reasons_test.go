package envelope_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/secret"
)

// What refuses a file also says why, and not what followed from it. This tells checks apart that
// stand one behind the other and refuse the same files at the same layer.
func TestReasons(t *testing.T) {
	errs := map[string]error{"a seed of 31 bytes": openWith(t, "wallet", secret.Random(31))}
	for _, v := range readVectors(t, "testdata/vectors") {
		_, errs[v.name] = readHere(v)
	}
	for name, reason := range map[string]string{
		"stanza_float":       "cannot unmarshal",
		"stanza_trailing":    "extraneous data",
		"stanza_tag":         "not in the one deterministic form",
		"tar_checksum":       "wrong checksum",
		"tar_symlink":        "not a regular file",
		"tar_name_dotdot":    "a name that no backup has",
		"tar_size_negative":  "a size of another form",
		"tar_gnu":            "another tar dialect",
		"tar_padding":        "where zeros must stand",
		"tar_pax_empty":      "extended attributes",
		"tar_pax_link":       "extended attributes",
		"tar_pax_last":       "another tar dialect",
		"manifest_not_json":  "invalid character",
		"manifest_order":     "not in its one form",
		"wallet_not_json":    "cannot be read",
		"wallet_form":        "not in its one form",
		"a seed of 31 bytes": "seed has 32 bytes, not 31",
	} {
		if err := errs[name]; err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v; want %q", name, err, reason)
			if *verdict != "" {
				note(t, *verdict, "reason: "+name)
			}
		}
	}
}

// openWith opens a vector's file with another key. A panic is an error here.
func openWith(t *testing.T, name string, seed secret.Text) (err error) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	for _, v := range readVectors(t, filepath.Join("testdata", "vectors")) {
		if v.name == name {
			_, err = envelope.Open(v.file, seed)
			return err
		}
	}
	return fmt.Errorf("no vector %q", name)
}
