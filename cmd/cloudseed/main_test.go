package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/internal/places"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cloudseed": main})
}

// TestScripts is the command seen from outside. Beside what testscript offers, scripts use
//
//	exits CODE PROGRAM ARGS…     run it and compare the exit code
//	realms N                     start N cloudseed-realm processes; servers.json names them
//	realm-stop I                 end one of them
//	servers FILE I…              a configuration of some of them
//	patch FILE OLD NEW           replace bytes in a file
//	truncate FILE BYTES          cut a file short
//	jsonlines stdout TYPE…       every line is one JSON object; the last has the last type
//	tmpfs DIR BYTES              a small file system (only as root, [tmpfs])
func TestScripts(t *testing.T) { runScripts(t, "testdata") }

// TestSlowScripts are those that type many PINs: each is stretched for a quarter of a second.
func TestSlowScripts(t *testing.T) {
	peer.Slow(t)
	runScripts(t, "testdata/slow")
}

func runScripts(t *testing.T, dir string, prepare ...func(*testscript.Env) error) {
	pages := replacements{}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			home := e.WorkDir + "/home"
			e.Setenv("HOME", home)
			for _, f := range prepare {
				if err := f(e); err != nil {
					return err
				}
			}
			return os.MkdirAll(home, 0o700)
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"realms":     startRealms,
			"realm-stop": stopRealm,
			"servers":    someServers,
			"patch":      patch,
			"truncate":   truncate,
			"jsonlines":  jsonLines,
			"tmpfs":      mountTmpfs,
			"instead":    pages.instead,
			"console":    pages.console,
			"page-json":  pages.writeJSON,
		},
	})
}

// Every command explains itself, with an example that begins with its own name.
func TestHelp(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			walk(sub)
		}
		if c.Name() == "help" || c.Parent() != nil && c.Parent().Name() == "completion" {
			return // cobra's own
		}
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: Short = %q, want a sentence without a full stop", c.CommandPath(), c.Short)
		}
		if c.Name() != "completion" && !strings.HasPrefix(c.Example, "  "+c.CommandPath()) {
			t.Errorf("%s: Example = %q, want one of this command", c.CommandPath(), c.Example)
		}
	}
	walk(newRoot(&session{printer: &printer{}}))
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), []string{"completion", shell}, strings.NewReader(""), &stdout, &stderr)
		if code != 0 || !strings.Contains(stdout.String(), "cloudseed") {
			t.Errorf("%s: exit %d, %d bytes; %s", shell, code, stdout.Len(), stderr.String())
		}
	}
}

func TestPlaceName(t *testing.T) {
	for url, want := range map[string]string{
		"folder:/media/usb":       "usb",
		"folder:/media/My stick/": "My stick",
		"folder:/":                "folder",
		"webdav:https://sam@cloud.example:8443/a/b": "cloud.example",
		"gdrive:s…m@example.com?id=1f0c77aa":        "Google Drive",
	} {
		a, err := places.Parse(url)
		if err != nil {
			t.Fatal(err)
		}
		if got := placeName(a); got != want {
			t.Errorf("placeName(%q) = %q, want %q", url, got, want)
		}
	}
}

// jsonLines checks what --json printed last.
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: jsonlines stdout TYPE…")
	}
	last := ""
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var v struct{ Type string }
		if err := json.Unmarshal([]byte(line), &v); err != nil || v.Type == "" {
			ts.Fatalf("not a JSON object with a type: %q: %v", line, err)
		}
		last = v.Type
		if !strings.Contains(" "+strings.Join(args[1:], " ")+" ", " "+v.Type+" ") {
			ts.Fatalf("unexpected type %q", v.Type)
		}
	}
	if want := args[len(args)-1]; last != want {
		ts.Fatalf("the last object is %q, want %q", last, want)
	}
}
