package iclouddrive

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/cloudseed/cloudseed/store"
)

// Moving between volumes would be copying, in sight of Apple's program.
func TestOtherVolume(t *testing.T) {
	c := config(t)
	c.Staging = t.TempDir()
	if err := unix.Mount("tmpfs", c.Staging, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("only root may mount a file system: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(c.Staging, unix.MNT_DETACH) })
	s := mustOpen(t, c)
	if err := s.Create(t.Context(), "a", []byte("x")); !errors.Is(err, store.ErrRefused) {
		t.Errorf("create: %v", err)
	}
	if entries, _ := os.ReadDir(s.dir); len(entries) != 0 {
		t.Errorf("inside: %v", entries)
	}
	if err := s.Create(t.Context(), "b", make([]byte, 100_000)); !errors.Is(err, store.ErrFull) {
		t.Errorf("create on a full volume: %v", err)
	}
}
