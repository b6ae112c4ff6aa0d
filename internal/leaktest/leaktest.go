// Package leaktest looks for secrets where they must not be: in files, databases, logs and
// what a terminal showed. It knows a secret in the forms in which programs let it slip: raw,
// hex, base64 at any alignment, URL and JSON escapes, and a phrase also as any three of its
// words in a row.
//
// A test says what is secret once, and hands over all that its programs wrote or sent:
//
//	var l leaktest.Look
//	l.Phrase("the phrase", words)
//	l.Secret("the PIN", pin)
//	l.Dir(t, dataDir)
//	l.Bytes(t, "what the terminal showed", output)
package leaktest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// A Look holds the secrets and all forms of them. The zero Look knows none.
type Look struct{ forms []form }

type form struct {
	of, as string
	bytes  []byte
}

// Secret adds a secret of at least 6 bytes; shorter ones would be found by chance. Give a
// test a PIN of its own, such as "canary-482915".
func (l *Look) Secret(of string, secret []byte) {
	if len(secret) < 6 {
		panic("leaktest: a secret this short is found by chance")
	}
	add := func(as string, b []byte) { l.forms = append(l.forms, form{of, as, b}) }
	add("raw", secret)
	lower := hex.EncodeToString(secret)
	add("hex", []byte(lower))
	add("hex", []byte(strings.ToUpper(lower)))
	add("numbers", []byte(strings.Trim(fmt.Sprint(secret), "[]")))
	add("URL", []byte(url.QueryEscape(string(secret))))
	add("URL", []byte(url.PathEscape(string(secret))))
	quoted, _ := json.Marshal(string(secret))
	add("JSON", bytes.Trim(quoted, `"`))
	for _, c := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			add("base64", shifted(c, secret, shift))
		}
	}
}

// shifted is how secret looks in the base64 of something in which it stands shift bytes
// behind a multiple of three, without the characters that its neighbours touch.
func shifted(c *base64.Encoding, secret []byte, shift int) []byte {
	text := c.EncodeToString(append(make([]byte, shift), secret...))
	from := (shift*8 + 5) / 6
	to := (shift + len(secret)) * 8 / 6
	return []byte(text[from:to])
}

// Phrase adds a recovery phrase: every three words of it in a row, between the separators
// that people and programs use, composed and decomposed.
func (l *Look) Phrase(of string, phrase []byte) {
	words := strings.Fields(string(phrase))
	for i := 0; i+3 <= len(words); i++ {
		for _, between := range []string{" ", "\n", "\r\n", ",", ", ", "\u3000", "+", "%20", `","`, `", "`, "-", "_", ""} {
			three := strings.Join(words[i:i+3], between)
			l.Secret(of, []byte(norm.NFC.String(three)))
			if d := norm.NFD.String(three); d != norm.NFC.String(three) {
				l.Secret(of, []byte(d))
			}
		}
	}
}

// Find returns where a secret stands in data: "the PIN as hex at byte 12", or "".
func (l *Look) Find(data []byte) string {
	for _, f := range l.forms {
		if at := bytes.Index(data, f.bytes); at >= 0 {
			return fmt.Sprintf("%s as %s at byte %d", f.of, f.as, at)
		}
	}
	return ""
}

// Bytes fails the test if a secret stands in data.
func (l *Look) Bytes(t testing.TB, where string, data []byte) {
	t.Helper()
	if found := l.Find(data); found != "" {
		t.Errorf("leak in %s: %s", where, found)
	}
}

// Dir fails the test if a secret stands in a file below dir, or in a file's name. It
// returns how many files it has read, so that a test can see that there were any.
func (l *Look) Dir(t testing.TB, dir string) (files int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		l.Bytes(t, "a name", []byte(path))
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		files++
		l.Bytes(t, path, data)
		return err
	})
	if err != nil {
		t.Errorf("looking for leaks in %s: %v", dir, err)
	}
	return files
}
