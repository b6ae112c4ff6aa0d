package folder

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// A way gives the complete file temp its name, or fails with fs.ErrExist if the name is
// taken. It fails as [unsupported] where the file system does not know it.
type way func(root *os.Root, dir, temp, name string) error

// publish takes the first way that this file system knows.
func (s *Store) publish(root *os.Root, temp, name string) error {
	var err error
	for _, way := range s.ways {
		if err = way(root, s.dir, temp, name); err == nil || !unsupported(err) {
			break
		}
	}
	return exists(name, err)
}

// unsupported tells whether err may mean that the file system lacks the call. They say so
// in many ways: FAT "not permitted", Android "permission denied", old kernels "invalid".
// When it meant something else, the next way meets it again.
func unsupported(err error) bool {
	for _, e := range []error{errors.ErrUnsupported, syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.EMLINK} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// link is link(2): exclusive on every file system that has it, NFS included.
func link(root *os.Root, _, temp, name string) error {
	err := root.Link(temp, name)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	// A network drive whose answer got lost has linked already when it is asked again.
	ours, err1 := root.Lstat(temp)
	there, err2 := root.Lstat(name)
	if err1 == nil && err2 == nil && os.SameFile(ours, there) {
		return nil
	}
	return err
}

// How long claimed waits for another writer of the same name.
const (
	claimWait = 5 * time.Second
	claimLook = 20 * time.Millisecond
)

// claimed renames under the protection of a claim file, which only one writer at a time
// can make. A writer that dies within the claim, which lasts for three calls, blocks this
// one name until the claim is as old as a leftover; taking it away earlier could let two
// writers in.
func claimed(root *os.Root, _, temp, name string) error {
	claim := claimOf(name)
	for deadline := time.Now().Add(claimWait); ; time.Sleep(claimLook) {
		f, err := root.OpenFile(claim, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			f.Close()
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		if time.Now().After(deadline) {
			return store.Errorf("create", name, store.ErrBusy, "another program is writing it (%s)", claim)
		}
	}
	defer root.Remove(claim)
	if _, err := root.Lstat(name); err == nil {
		return &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return root.Rename(temp, name)
}

func claimOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return ownPrefix + hex.EncodeToString(sum[:8]) + claimSuffix
}
