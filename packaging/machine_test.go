package packaging

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A machine is a root directory in which dpkg has installed a package, and nothing else: no
// shell, no C library, no certificates, no /dev.
type machine struct{ root string }

// install makes a machine with one package, by dpkg with the database of that root.
func install(t *testing.T, deb string) machine {
	t.Helper()
	m := machine{t.TempDir()}
	for _, file := range []string{"status", "available"} {
		put(t, filepath.Join(m.root, "var/lib/dpkg", file), "")
	}
	for _, dir := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log", "tmp"} {
		if err := os.MkdirAll(filepath.Join(m.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	command(t, "", m.dpkg("--install", deb)...)
	return m
}

// dpkg runs the package's scripts outside the root, which has no shell; they see DPKG_ROOT.
func (m machine) dpkg(args ...string) []string {
	return asRoot(append([]string{"dpkg", "--root=" + m.root, "--force-script-chrootless", "--force-depends"}, args...)...)
}

// in is a command inside the machine, with the paths that it has there.
func (m machine) in(args ...string) []string {
	return asRoot(append([]string{"chroot", m.root}, args...)...)
}

// run runs a command inside the machine and insists on its exit code.
func (m machine) run(t *testing.T, want int, args ...string) string {
	t.Helper()
	args = m.in(args...)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = []string{"HOME=/root", "PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
		t.Fatalf("%s: %v, want exit code %d\n%s", strings.Join(args, " "), err, want, out)
	}
	return string(out)
}

// asRoot has the rights of root where somebody else runs the tests: over their own files only.
func asRoot(args ...string) []string {
	if os.Geteuid() == 0 {
		return args
	}
	return append([]string{"unshare", "--map-root-user"}, args...)
}

var setting = regexp.MustCompile(`(?m)^(\w+)=(.*)$`)

// settings reads NAME=VALUE lines, of units and of environment files; the last of a name counts.
func (m machine) settings(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(m.root, path))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, s := range setting.FindAllStringSubmatch(string(text), -1) {
		all[s[1]] = strings.Trim(s[2], `"`)
	}
	return all
}

// startService does what systemd does with the installed unit: its ExecStart, word by word, with
// what its EnvironmentFile says. The sandbox around it is what TestUnit looks at.
func (m machine) startService(t *testing.T) (id, address string) {
	t.Helper()
	made := m.run(t, 0, "/usr/bin/cloudseed-realm", "init", "--data", "/var/lib/cloudseed-realm")
	id = regexp.MustCompile(`[0-9a-f]{32}`).FindString(made)
	unit := m.settings(t, "/usr/lib/systemd/system/cloudseed-realm.service")
	address = freeAddress(t)
	put(t, filepath.Join(m.root, unit["EnvironmentFile"]), `OPTIONS="--listen `+address+"\"\n")
	options := m.settings(t, unit["EnvironmentFile"])["OPTIONS"]
	args := m.in(strings.Fields(strings.ReplaceAll(unit["ExecStart"], "$OPTIONS", options))...)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for range 600 {
		if answer, err := http.Get("http://" + address + "/readyz"); err == nil {
			answer.Body.Close()
			return id, "http://" + address + "/"
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%v does not answer", args)
	return "", ""
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
