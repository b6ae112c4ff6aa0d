package cloudseed

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// An age command from before 1.3 says that it does not know the kit's kind of key, and makes
// nothing of the file. docs/kit.md quotes it.
func TestOlderAgeSaysWhy(t *testing.T) {
	old := peer.Built(t, "age-old/age")
	w := newWorld(t)
	_, d, k := w.withKit()
	dir := t.TempDir()
	kit := writeFile(t, dir, "kit.txt", k.Text().Reveal())
	backup := writeFile(t, dir, "BACKUP.age", w.a.Files()[d.Places[0].Wallet.File])
	cmd := exec.Command(old, "-d", "-i", kit, backup)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err == nil || len(out) != 0 || !strings.Contains(said.String(), "unknown identity type") {
		t.Errorf("%v, %d bytes: %s", err, len(out), said.String())
	}
	if strings.Contains(said.String(), string(k.Text().Reveal())) {
		t.Error("it repeats the kit")
	}
}
