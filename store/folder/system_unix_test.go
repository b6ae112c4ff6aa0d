//go:build unix

package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/cloudseed/cloudseed/store"
)

func TestKinds(t *testing.T) {
	for errno, want := range map[syscall.Errno]error{
		unix.ENOSPC: store.ErrFull, unix.EDQUOT: store.ErrFull, unix.EROFS: store.ErrRefused,
		unix.EACCES: store.ErrRefused, unix.EIO: store.ErrGone, unix.ENOENT: store.ErrGone,
		unix.ESTALE: store.ErrOffline, unix.EMFILE: store.ErrBusy, unix.ENOTTY: store.ErrOffline,
	} {
		err := wrap("create", "a", &os.PathError{Op: "write", Path: "a", Err: errno})
		if !errors.Is(err, want) || !errors.Is(err, errno) {
			t.Errorf("%v: got %v, want %v", errno, err, want)
		}
	}
}

// A writer that died within a claim blocks that name only, and says so.
func TestDeadClaim(t *testing.T) {
	t.Parallel() // waits
	dir := t.TempDir()
	s, _ := Open(dir)
	s.ways = []way{func(root *os.Root, dir, temp, name string) error {
		return claimed(root, dir, "died", name) // renames a file that is not there
	}}
	if err := s.Create(t.Context(), "a", nil); err == nil {
		t.Fatal("created from nothing")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ownPrefix+"*")); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
	s.ways = []way{claimed}
	os.WriteFile(filepath.Join(dir, claimOf("blocked")), nil, 0o600)
	if err := s.Create(t.Context(), "blocked", nil); !errors.Is(err, store.ErrBusy) {
		t.Errorf("blocked name: %v", err)
	}
	if err := s.Create(t.Context(), "free", nil); err != nil {
		t.Errorf("another name: %v", err)
	}
}

// A way that the file system does not know gives way to the next; a taken name does not.
func TestNextWay(t *testing.T) {
	for _, errno := range []syscall.Errno{unix.EPERM, unix.ENOTSUP, unix.ENOSYS, unix.EINVAL, unix.EMLINK} {
		dir := t.TempDir()
		s, _ := Open(dir)
		missing := func(*os.Root, string, string, string) error { return fmt.Errorf("link: %w", errno) }
		s.ways = []way{missing, claimed}
		if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
			t.Errorf("%v: %v", errno, err)
		}
		s.ways = []way{missing}
		if err := s.Create(t.Context(), "b", nil); !errors.Is(err, errno) {
			t.Errorf("%v: %v", errno, err)
		}
	}
}

// A network drive may have linked although its answer got lost and the second said "exists".
func TestLinkedAlready(t *testing.T) {
	dir := t.TempDir()
	root, _ := os.OpenRoot(dir)
	defer root.Close()
	for _, name := range []string{"temp", "other"} {
		if err := write(root, name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	root.Link("temp", "name")
	if err := link(root, dir, "temp", "name"); err != nil {
		t.Errorf("our own link: %v", err)
	}
	if err := link(root, dir, "other", "name"); !errors.Is(err, os.ErrExist) {
		t.Errorf("another's: %v", err)
	}
}
