package packaging

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// installed is what a package must bring, beside much else.
var installed = map[string][]string{
	"cloudseed": {"/usr/bin/cloudseed", "/usr/share/man/man1/cloudseed-backup.1.gz", "/usr/share/bash-completion/completions/cloudseed",
		"/usr/share/fish/vendor_completions.d/cloudseed.fish", "/usr/share/doc/cloudseed/changelog.gz", "/usr/share/doc/cloudseed/notices.txt.gz"},
	"cloudseed-realm": {"/usr/bin/cloudseed-realm", "/usr/share/man/man1/cloudseed-realm-serve.1.gz", "/etc/default/cloudseed-realm",
		"/usr/lib/systemd/system/cloudseed-realm.service"},
}

// TestDebianPolicy lets lintian, Debian's own critic, read the packages. Fields that it does not know
// are nfpm's and goreleaser's: the licence, and the variant of the processor.
func TestDebianPolicy(t *testing.T) {
	peer.Slow(t)
	lintian := peer.Command(t, "lintian")
	dir := buildPackages(t, "deb")
	for name, want := range installed {
		file := onePackage(t, dir, name, "deb")
		if out, err := exec.Command(lintian, "--allow-root", "--suppress-tags", "unknown-field", "--fail-on", "error,warning", file).CombinedOutput(); err != nil {
			t.Errorf("lintian %s: %v\n%s", name, err, out)
		}
		lists(t, command(t, "", "dpkg-deb", "--contents", file), "."+strings.Join(want, " ."))
	}
}

// TestRPM lets rpm read the other packages: it is not installed anywhere.
func TestRPM(t *testing.T) {
	peer.Slow(t)
	rpm := peer.Command(t, "rpm")
	dir := buildPackages(t, "rpm")
	for name, want := range installed {
		file := onePackage(t, dir, name, "rpm")
		lists(t, command(t, "", rpm, "-qpl", file), strings.Join(want, " "))
		command(t, "", rpm, "-K", "--nosignature", file) // its digests
		if out := command(t, "", rpm, "-qpi", file); !regexp.MustCompile(`License\s*: MIT`).MatchString(out) {
			t.Errorf("rpm -qpi %s: %s", name, out)
		}
	}
}

func lists(t *testing.T, list, want string) {
	t.Helper()
	for path := range strings.FieldsSeq(want) {
		if !strings.Contains(list, path) {
			t.Errorf("the package has no %s:\n%s", path, list)
		}
	}
}

// TestUnit lets systemd read the server's unit, and judge how much its sandbox leaves open.
func TestUnit(t *testing.T) {
	analyze := peer.Command(t, "systemd-analyze")
	unit, err := os.ReadFile("systemd/cloudseed-realm.service")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable() // any that is there
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "cloudseed-realm.service")
	put(t, file, strings.ReplaceAll(string(unit), "/usr/bin/cloudseed-realm", program))
	if out := command(t, "", analyze, "verify", "--man=no", file); out != "" {
		t.Errorf("systemd-analyze verify: %s", out)
	}
	command(t, "", analyze, "security", "--offline=true", "--threshold=20", file) // 2.0 of 10: little is exposed
}
