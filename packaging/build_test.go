package packaging

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// testVersion is the version of the packages that the tests build.
const testVersion = "v1.2.3"

// A release is where its packages are: of goreleaser if PACKAGES names its folder, which is
// how ./scripts/release-check runs these tests, else of nfpm alone, from the same file.
func buildPackages(t *testing.T, format string) (dir string) {
	t.Helper()
	if dir := os.Getenv("PACKAGES"); dir != "" {
		return dir
	}
	nfpm := peer.Built(t, "nfpm")
	if err := prepare(); err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for _, p := range releasePackages(t) {
		config := filepath.Join(dir, p["name"].(string)+".yaml")
		text, err := yaml.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		put(t, config, string(text))
		command(t, "..", nfpm, "package", "--config", config, "--packager", format, "--target", dir)
	}
	return dir
}

// prepare makes what goes beside the programs, and builds both without cgo, as a release does.
// No -trimpath: it would compile every module once more, which takes minutes.
var prepare = sync.OnceValue(func() error {
	extras := exec.Command("./scripts/extras", "dist-extras")
	extras.Dir, extras.Stderr = "..", os.Stderr
	if err := extras.Run(); err != nil {
		return err
	}
	for _, p := range []string{"cloudseed", "cloudseed-realm"} {
		build := exec.Command("go", "build", "-ldflags",
			"-s -w -X github.com/cloudseed/cloudseed/internal/version.stamped="+testVersion, "-o", "dist-extras/bin/"+p, "./cmd/"+p)
		build.Dir, build.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return err
		}
	}
	return nil
})

// releasePackages are the nfpms of .goreleaser.yaml, as goreleaser gives them to nfpm: with name,
// version and architecture, and with the program in its place.
func releasePackages(t *testing.T) (all []map[string]any) {
	t.Helper()
	var file struct{ Nfpms []map[string]any }
	text, err := os.ReadFile("../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(strings.ReplaceAll(string(text), "{{ .CommitDate }}", "2026-01-01T00:00:00Z")), &file); err != nil {
		t.Fatal(err)
	}
	for _, p := range file.Nfpms {
		name := p["package_name"].(string)
		program := map[string]any{"src": "dist-extras/bin/" + name, "dst": p["bindir"].(string) + "/" + name,
			"file_info": map[string]any{"mode": 0o755}}
		p["name"], p["arch"], p["version"] = name, runtime.GOARCH, testVersion
		p["contents"] = append(p["contents"].([]any), program)
		maps.DeleteFunc(p, func(key string, _ any) bool {
			return key == "id" || key == "ids" || key == "formats" || key == "bindir" || key == "package_name"
		})
		all = append(all, p)
	}
	if len(all) != 2 {
		t.Fatalf(".goreleaser.yaml has %d packages", len(all))
	}
	return all
}

// onePackage is the file of a package for this machine.
func onePackage(t *testing.T, dir, name, format string) string {
	t.Helper()
	for _, arch := range map[string][]string{"amd64": {"amd64", "x86_64"}, "arm64": {"arm64", "aarch64"}}[runtime.GOARCH] {
		for _, pattern := range []string{name + "_*_*" + arch, name + "-[0-9]*." + arch} {
			found, err := filepath.Glob(filepath.Join(dir, pattern+"."+format))
			if err != nil || len(found) > 1 {
				t.Fatalf("%v, %v", found, err)
			}
			if len(found) == 1 {
				return found[0]
			}
		}
	}
	t.Fatalf("no %s package of %s in %s", format, name, dir)
	return ""
}

// command runs to its end and returns what it printed; it must succeed.
func command(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
