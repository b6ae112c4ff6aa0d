package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// A database that cannot be reached, and a program that is not there, are "not checked": only a
// database that was asked says ok, and what it knows is said.
func TestVulnerabilities(t *testing.T) {
	program := peer.Built(t, "govulncheck")
	dir := files(t, map[string]string{
		"go.mod":  "module example.com/m\n\ngo 1.26\n",
		"main.go": "package main\n\nimport (\n\t\"net/url\"\n\t\"os\"\n)\n\nfunc main() {\n\tu, _ := url.Parse(os.Args[0])\n\tprintln(u.Host)\n}\n",
	})
	empty := files(t, map[string]string{"index/db.json": modified, "index/modules.json": "[]", "index/vulns.json": "[]"})
	knows := files(t, map[string]string{
		"index/db.json":      modified,
		"index/modules.json": `[{"path":"stdlib","vulns":[{"id":"GO-2026-0001","modified":"2026-01-01T00:00:00Z"}]}]`,
		"index/vulns.json":   `[{"id":"GO-2026-0001","modified":"2026-01-01T00:00:00Z"}]`,
		"ID/GO-2026-0001.json": `{"schema_version":"1.3.1","id":"GO-2026-0001","modified":"2026-01-01T00:00:00Z","summary":"made up","details":"made up","database_specific":{"url":"https://example.com/GO-2026-0001"},
			"affected":[{"package":{"name":"stdlib","ecosystem":"Go"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],
			"ecosystem_specific":{"imports":[{"path":"net/url","symbols":["Parse"]}]}}]}`,
	})
	for name, c := range map[string]struct {
		program, db string
		want        verdict
		says        string
	}{
		"nothing listens":  {program, "http://127.0.0.1:1/", notChecked, "creating client"},
		"no such folder":   {program, "file:///nowhere", notChecked, "nowhere"},
		"no such program":  {filepath.Join(dir, "none"), "file://" + empty, notChecked, "none"},
		"asked, nothing":   {program, "file://" + empty, ok, ""},
		"asked, something": {program, "file://" + knows, wrong, "GO-2026-0001"},
	} {
		f := vulnerabilities(t.Context(), c.program, dir, c.db)
		if f.verdict != c.want || !strings.Contains(f.why, c.says) {
			t.Errorf("%s: %v: %s", name, f.verdict, f.why)
		}
	}
}

const modified = `{"modified":"2026-01-01T00:00:00Z"}`

func files(t *testing.T, contents map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range contents {
		path := filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(path), 0o700)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What could not be looked at is told apart from ok, and hides nothing that is wrong.
func TestWorst(t *testing.T) {
	for _, c := range []struct {
		all  []verdict
		want verdict
	}{
		{nil, ok}, {[]verdict{ok, ok}, ok}, {[]verdict{ok, notChecked, ok}, notChecked},
		{[]verdict{notChecked, wrong}, wrong}, {[]verdict{wrong, notChecked}, wrong},
	} {
		if got := worst(c.all); got != c.want {
			t.Errorf("%v: %v, want %v", c.all, got, c.want)
		}
	}
	if notChecked.String() != "not checked" {
		t.Error(notChecked)
	}
}
