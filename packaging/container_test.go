package packaging

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
)

var instruction = regexp.MustCompile(`(?m)^([A-Z]+) (.*)$`)

// TestContainers does by hand what the container files say: an empty root, into which only their COPY lines
// put anything, and the program run inside as the user that they name. No image is built, for want of
// something that builds one.
func TestContainers(t *testing.T) {
	peer.Slow(t)
	peer.Command(t, "chroot")
	if err := prepare(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cloudseed", "cloudseed-realm"} {
		root, entry := unpackContainer(t, name)
		if out := inside(t, root, entry, "version"); !strings.Contains(out, testVersion) {
			t.Errorf("%s version: %s", name, out)
		}
		if name == "cloudseed-realm" {
			inside(t, root, entry, "init", "--data", "/data/realm")
		} else {
			inData(t, root, map[string]string{"words.txt": words, "pin.txt": "271845\n", "place/README": "a place\n"})
			inside(t, root, entry, "backup", "--data", "/data", "--name", "Sam", "--phrase-file", "/data/words.txt", "--pin-file", "/data/pin.txt", "--place", "folder:/data/place")
		}
	}
}

// unpackContainer follows one container file, and returns the root and the program to run there.
func unpackContainer(t *testing.T, name string) (root, entry string) {
	t.Helper()
	text, err := os.ReadFile("container/" + name)
	if err != nil {
		t.Fatal(err)
	}
	root = t.TempDir()
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for i, line := range instruction.FindAllStringSubmatch(string(text), -1) {
		args := strings.Fields(line[2])
		switch {
		case i == 0 && line[0] != "FROM scratch":
			t.Fatalf("%s begins with %s", name, line[0])
		case line[1] == "COPY":
			copyInto(t, root, strings.Replace(args[len(args)-2], "$TARGETPLATFORM", "dist-extras/bin", 1), args[len(args)-1], strings.HasPrefix(line[2], "--chown=65532:65532 "))
		case line[1] == "ENTRYPOINT":
			var words []string
			if err := json.Unmarshal([]byte(line[2]), &words); err != nil || len(words) != 1 {
				t.Fatalf("%s: %v", line[0], err)
			}
			entry = words[0]
		}
	}
	return root, entry
}

// inData puts files into the container's volume, as its user's.
func inData(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		put(t, filepath.Join(root, "data", name), text)
	}
	if os.Geteuid() == 0 {
		command(t, "", "chown", "-R", "65532:65532", filepath.Join(root, "data"))
	}
}

func copyInto(t *testing.T, root, from, to string, owned bool) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, filepath.Dir(to)), 0o755); err != nil {
		t.Fatal(err)
	}
	command(t, "..", "cp", "-R", from, filepath.Join(root, to))
	if owned && os.Geteuid() == 0 {
		command(t, "", "chown", "-R", "65532:65532", filepath.Join(root, to))
	}
}

func inside(t *testing.T, root string, args ...string) string {
	t.Helper()
	chroot := []string{"chroot"}
	if os.Geteuid() == 0 {
		chroot = append(chroot, "--userspec=65532:65532")
	}
	args = asRoot(append(append(chroot, root), args...)...)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestFormula fills the Homebrew formula from checksums as a release has them.
func TestFormula(t *testing.T) {
	checksums := filepath.Join(t.TempDir(), "checksums.txt")
	sum := strings.Repeat("ab", 32)
	put(t, checksums, strings.Repeat("0", 64)+"  cloudseed_1.2.3_linux_amd64.tar.gz\n"+sum+"  cloudseed-1.2.3.tar.gz\n")
	formula := command(t, "..", "scripts/formula", "1.2.3", checksums)
	for _, want := range []string{`sha256 "` + sum + `"`, "releases/download/v1.2.3/cloudseed-1.2.3.tar.gz", `stamped=v#{version}`} {
		if !strings.Contains(formula, want) {
			t.Errorf("the formula lacks %s:\n%s", want, formula)
		}
	}
	out, err := exec.Command("../scripts/formula", "1.2.4", checksums).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "has no checksum of cloudseed-1.2.4.tar.gz") {
		t.Errorf("without a checksum: %v\n%s", err, out)
	}
}
