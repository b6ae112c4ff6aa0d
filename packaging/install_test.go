package packaging

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
)

const words = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about\n"

// TestDebianPackage installs the Debian packages on four machines, which are root directories:
// the server on three, started as its unit says, the command on the fourth. There a wallet is
// backed up; a fifth, new one gets it back with the PIN. Then the packages are removed.
func TestDebianPackage(t *testing.T) {
	peer.Slow(t)
	peer.Command(t, "dpkg")
	dir := buildPackages(t, "deb")
	var servers []machine
	var realms []map[string]string
	for range 3 {
		m := install(t, onePackage(t, dir, "cloudseed-realm", "deb"))
		id, address := m.startService(t)
		servers, realms = append(servers, m), append(realms, map[string]string{"id": id, "address": address})
	}
	configuration, err := json.Marshal(map[string]any{
		"realms": realms, "register_threshold": 3, "recover_threshold": 2, "pin_hashing_mode": "Standard2019"})
	if err != nil {
		t.Fatal(err)
	}

	laptop := newLaptop(t, dir, configuration)
	laptop.run(t, 0, "/usr/bin/cloudseed", "backup", "--realms", "/root/servers.json", "--name", "Sam",
		"--phrase-file", "/root/words.txt", "--pin-file", "/root/pin.txt", "--place", "folder:/media/usb")
	if out := laptop.run(t, 0, "/usr/bin/cloudseed", "status"); !strings.Contains(out, "protected") || strings.Contains(out, "trying out") {
		t.Errorf("status: %s", out)
	}

	phone := newLaptop(t, dir, configuration)
	if err := os.CopyFS(filepath.Join(phone.root, "media/usb"), os.DirFS(filepath.Join(laptop.root, "media/usb"))); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	restore := []string{"/usr/bin/cloudseed", "restore", "--realms", "/root/servers.json", "--place", "folder:/media/usb", "--pin-file"}
	phone.run(t, 4, append(restore, "/root/wrong.txt")...)
	phone.run(t, 0, append(restore, "/root/pin.txt", "--out", "/root/back")...)
	if !holds(t, filepath.Join(phone.root, "root/back"), strings.TrimSpace(words)) {
		t.Error("the restored folder does not hold the phrase")
	}
	remove(t, servers[0], "cloudseed-realm", "usr/bin/cloudseed-realm")
	if _, err := os.Stat(filepath.Join(servers[0].root, "var/lib/cloudseed-realm/keys.json")); err != nil {
		t.Errorf("removing the package took the realm away: %v", err)
	}
	remove(t, laptop, "cloudseed", "usr/bin/cloudseed")
}

// newLaptop is a machine with the command, a stick, and files for what a person would type.
func newLaptop(t *testing.T, dir string, configuration []byte) machine {
	t.Helper()
	m := install(t, onePackage(t, dir, "cloudseed", "deb"))
	for name, text := range map[string]string{"servers.json": string(configuration), "words.txt": words, "pin.txt": "271845\n", "wrong.txt": "314159\n"} {
		put(t, filepath.Join(m.root, "root", name), text)
	}
	if err := os.MkdirAll(filepath.Join(m.root, "media/usb"), 0o755); err != nil {
		t.Fatal(err)
	}
	return m
}

// holds reports whether a file below dir contains the text.
func holds(t *testing.T, dir, text string) (found bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		found = found || strings.Contains(string(content), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func remove(t *testing.T, m machine, name, program string) {
	t.Helper()
	command(t, "", m.dpkg("--purge", name)...)
	if _, err := os.Stat(filepath.Join(m.root, program)); !os.IsNotExist(err) {
		t.Errorf("%s is still there after removing %s: %v", program, name, err)
	}
}
