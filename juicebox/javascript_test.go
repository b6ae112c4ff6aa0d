package juicebox

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// TestJavaScriptClientAgrees runs docs/reader/protocol.mjs, which follows docs/protocol.md and
// shares no code with this package, over every vector.
func TestJavaScriptClientAgrees(t *testing.T) {
	type reading struct {
		Expect, Secret, Role, Vault string
		Left, Wait                  *int
	}
	var there map[string]reading
	if err := json.Unmarshal(runInNode(t, "../docs/reader/protocol-vectors.mjs", "testdata/vectors", ".."), &there); err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("testdata/vectors/*.json")
	if err != nil || len(paths) != len(there) {
		t.Fatalf("it read %d vectors of %d: %v", len(there), len(paths), err)
	}
	for _, path := range paths {
		var want reading
		b, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(b, &want)
		}
		if err != nil {
			t.Fatal(err)
		}
		got := there[filepath.Base(path)]
		if got.Expect != want.Expect || got.Secret != want.Secret || !same(got.Left, want.Left) || !same(got.Wait, want.Wait) {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
		if want.Expect == "success" && want.Role != got.Role && got.Role != "" {
			t.Errorf("%s: role %s, want %s", path, got.Role, want.Role)
		}
	}
	if there["recover_file.json"].Vault == "" {
		t.Error("the backup file was not opened")
	}
}

func same(a, b *int) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

// runInNode runs a script of docs/reader beside its siblings and the npm packages. Arguments are
// relative to this folder.
func runInNode(t *testing.T, script string, args ...string) []byte {
	t.Helper()
	node, npm := peer.Node(t)
	dir := t.TempDir()
	scripts, err := filepath.Glob(filepath.Join(filepath.Dir(script), "*.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range scripts {
		b, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(path)), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(npm, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, filepath.Join(dir, filepath.Base(script)))
	for _, arg := range args {
		abs, err := filepath.Abs(arg)
		if err != nil {
			t.Fatal(err)
		}
		cmd.Args = append(cmd.Args, abs)
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
