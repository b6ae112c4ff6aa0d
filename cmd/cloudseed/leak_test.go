package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/leaktest"
)

// Nothing that the command prints or leaves behind holds the phrase or the PIN: not the
// data directory with its PIN servers, not the place, not a line of output.
func TestNothingLeaks(t *testing.T) {
	const phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow"
	const pin, wrong = "canary-482915", "canary-739204"
	var look leaktest.Look
	look.Phrase("the phrase", []byte(phrase))
	look.Secret("the PIN", []byte(pin))
	look.Secret("the wrong PIN", []byte(wrong))

	given, data, place := t.TempDir(), t.TempDir(), t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(given, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, call := range []struct {
		exit int
		args []string
	}{
		{2, []string{"backup", "--name", "Sam", "--phrase-file", file("bad", phrase+" yellow"), "--pin-file", file("pin", pin), "--place", "folder:" + place}},
		{0, []string{"backup", "--name", "Sam", "--phrase-file", file("words", phrase), "--pin-file", file("pin", pin), "--place", "folder:" + place}},
		{0, []string{"status"}},
		{0, []string{"list"}},
		{0, []string{"check"}},
		{4, []string{"restore", "--pin-file", file("wrong", wrong)}},
		{0, []string{"restore", "--pin-file", file("pin", pin)}},
		{0, []string{"restore", "--pin-file", "-", "--json"}},
	} {
		var out bytes.Buffer
		args := append(call.args, "--verbose", "--data", data)
		if code := run(t.Context(), args, strings.NewReader(pin), &out, &out); code != call.exit {
			t.Fatalf("%v: exit %d, want %d: %s", args, code, call.exit, out.String())
		}
		if out.Len() == 0 {
			t.Errorf("%v: printed nothing: nothing was looked at", args)
		}
		look.Bytes(t, strings.Join(call.args[:1], " "), out.Bytes())
	}
	for _, dir := range []string{data, place} {
		if look.Dir(t, dir) == 0 {
			t.Errorf("no file in %s: nothing was looked at", dir)
		}
	}
}
