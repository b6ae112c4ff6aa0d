package envelope_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	agetest "c2sp.org/CCTV/age"

	"github.com/cloudseed/cloudseed/envelope"
)

// Age's own test vectors are age files, none of them a backup: both readers must say so of
// the same ones, or that the header is damaged. What fails behind the header is not reached.
func TestVectorsOfAge(t *testing.T) {
	dir := t.TempDir()
	vectors := ageVectors(t)
	for name, file := range vectors {
		head := fmt.Sprintf("expect: %s\nseed: %064x\n\n", expectOfAge(name, file), 1)
		write(t, filepath.Join(dir, name), append([]byte(head), file...))
	}
	if len(vectors) < 100 {
		t.Errorf("%d vectors", len(vectors))
	}
	for _, v := range readVectors(t, dir) {
		checkVector(t, v)
	}
	compareReaders(t, readVectors(t, dir), readInNode(t, dir))
}

// ageVectors are the files behind the vectors' headers.
func ageVectors(t *testing.T) map[string][]byte {
	all := map[string][]byte{}
	entries, err := fs.ReadDir(agetest.Vectors, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := fs.ReadFile(agetest.Vectors, e.Name())
		if err != nil {
			t.Fatal(err)
		}
		head, file, _ := bytes.Cut(b, []byte("\n\n"))
		if strings.Contains(string(head), "compressed: zlib") {
			r, err := zlib.NewReader(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if file, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		all[e.Name()] = file
	}
	return all
}

// brokenGrammar are the vectors of age whose header breaks its grammar. In age's others that
// fail by their header it is what a stanza of another kind says, or the first line.
var brokenGrammar = strings.Fields(`
	hmac_extra_space hmac_garbage hmac_missing hmac_no_space hmac_not_canonical hmac_trailing_space hmac_truncated
	hybrid_not_canonical_body scrypt_not_canonical_body x25519_not_canonical_body
	stanza_bad_start stanza_base64_padding stanza_empty_argument stanza_invalid_character stanza_long_line
	stanza_missing_body stanza_missing_final_line stanza_multiple_short_lines stanza_no_arguments
	stanza_not_canonical stanza_spurious_cr`)

func expectOfAge(name string, file []byte) string {
	if len(file) > envelope.MaxSize {
		return "too large"
	}
	if slices.Contains(brokenGrammar, name) {
		return "age header"
	}
	return "not a backup"
}
