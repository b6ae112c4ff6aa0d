package leaktest_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/leaktest"
)

const phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow"

// The harness itself must bite.
func TestFinds(t *testing.T) {
	var l leaktest.Look
	l.Phrase("the phrase", []byte(phrase))
	l.Phrase("the Japanese phrase", []byte("そつう れきだい ほんやく わかす りくつ ばいか"))
	l.Secret("the PIN", []byte("canary&482915"))
	quoted, _ := json.Marshal(map[string]string{"pin": "canary&482915"})
	for name, text := range map[string]string{
		"raw":            "x" + phrase,
		"three words":    "… wave sausage worth …",
		"list":           `["wave","sausage","worth"]`,
		"lines":          "wave\nsausage\nworth",
		"hex":            hex.EncodeToString([]byte(phrase)),
		"upper hex":      strings.ToUpper(hex.EncodeToString([]byte("xcanary&482915x"))),
		"base64 +0":      base64.StdEncoding.EncodeToString([]byte("canary&482915 and more")),
		"base64 +1":      base64.StdEncoding.EncodeToString([]byte("xcanary&482915 and more")),
		"base64 +2":      base64.URLEncoding.EncodeToString([]byte("xycanary&482915 and more")),
		"query":          url.Values{"pin": {"canary&482915"}}.Encode(),
		"JSON":           string(quoted),
		"numbers":        "[99 97 110 97 114 121 38 52 56 50 57 49 53]",
		"japanese":       "れきだい ほんやく わかす",
		"hex in base64?": base64.StdEncoding.EncodeToString([]byte("worth useful legal")),
	} {
		if l.Find([]byte(text)) == "" {
			t.Errorf("%s was not found in %q", name, text)
		}
	}
	for _, harmless := range []string{"", "legal winner", "canary 482915", strings.Repeat("a", 1000)} {
		if found := l.Find([]byte(harmless)); found != "" {
			t.Errorf("%q: %s", harmless, found)
		}
	}
}

func TestDir(t *testing.T) {
	dir := t.TempDir()
	os.Mkdir(filepath.Join(dir, "sub"), 0o700)
	os.WriteFile(filepath.Join(dir, "sub", "log"), []byte("nothing here"), 0o600)
	var l leaktest.Look
	l.Secret("the PIN", []byte("canary-482915"))
	if n := l.Dir(t, dir); n != 1 {
		t.Errorf("read %d files", n)
	}
}
