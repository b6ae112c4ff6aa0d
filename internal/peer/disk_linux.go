package peer

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Disk mounts an empty file system of size bytes for the test and returns a folder on it,
// and fill, which leaves no room until room is called. Only root may mount; others leave
// the test out.
func Disk(t testing.TB, size int64) (dir string, fill func() (room func())) {
	t.Helper()
	mount := t.TempDir()
	if err := unix.Mount("tmpfs", mount, "tmpfs", 0, fmt.Sprintf("size=%d,mode=755", size)); err != nil {
		LeaveOut(t, fmt.Sprintf("only root may mount a small file system: %v", err))
	}
	t.Cleanup(func() { unix.Unmount(mount, unix.MNT_DETACH) })
	dir = filepath.Join(mount, "folder")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir, func() func() {
		filler := filepath.Join(mount, "filler")
		if err := os.WriteFile(filler, make([]byte, size), 0o600); err == nil {
			t.Fatal("the file system took more than its size")
		}
		return func() { os.Remove(filler) }
	}
}
