package main

import (
	"strings"
	"testing"
)

// revocations counts what the providers were told.
func (w *world) revocations() (n int) {
	for _, e := range w.cloud.Exchanges() {
		if strings.HasSuffix(e.URL.Path, "/revoke") && e.Status == 200 {
			n++
		}
	}
	return n
}

// Places are added, listed and removed with masked accounts. Removing one signs out, revokes
// where the provider can be told, names the page where the person can otherwise, and says
// what remains.
func TestPlacesRemove(t *testing.T) {
	w := newWorld(t)
	d := w.device()
	all := map[string]struct {
		revoked int
		says    []string
	}{
		"gdrive":   {1, []string{`"revoked":true`}},
		"dropbox":  {1, []string{`"revoked":true`}},
		"onedrive": {0, []string{`"revoked":false`, `"manage":"https://`}},
		"icloud":   {0, []string{`"revoked":false`}},
	}
	var printed strings.Builder
	var addresses []string
	for scheme := range all {
		printed.WriteString(d.add("my "+scheme, scheme+":"))
		addresses = append(addresses, scheme+":")
	}
	printed.WriteString(d.backUp(0, addresses...))
	for _, command := range [][]string{{"places", "list"}, {"places", "list", "--json"}, {"status"}, {"status", "--json"}, {"list"}, {"list", "--json"}, {"check", "--json"}} {
		printed.WriteString(d.run(0, command...))
	}
	for scheme, want := range all {
		before := w.revocations()
		text := d.run(0, "places", "remove", "my "+scheme, "--json")
		printed.WriteString(text)
		contains(t, text, append(want.says, `"removed":"my `+scheme+`"`, `"signed_out":true`, `"name":"Sam"`, `"elsewhere":[`)...)
		if got := w.revocations() - before; got != want.revoked {
			t.Errorf("%s: revoked %d times, want %d", scheme, got, want.revoked)
		}
	}
	contains(t, d.run(0, "places", "list"), "no place is remembered yet")
	if len(w.drive.Files(sam)) < 2 {
		t.Error("removing the place has removed its files")
	}
	if strings.Contains(printed.String(), sam) {
		t.Errorf("the whole account was printed:\n%s", printed.String())
	}
	w.noTraces(d, printed.String())
}
