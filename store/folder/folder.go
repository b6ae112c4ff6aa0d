// Package folder keeps backups in a folder: on this disk, a USB stick, a network drive,
// or inside a folder that another program synchronises.
//
// A file appears under its name only when it is complete and on the medium: it is written
// under a temporary name, flushed, and then linked to its own name, which fails if that
// name is taken. Where the file system has no hard links (FAT, some network and FUSE file
// systems) it is renamed by a call that does not replace, and where there is none either,
// renamed under the protection of a claim file; see [Store.Create] for what that promises.
//
// A folder that is not there is ErrGone, never an empty place, and it is never made
// silently: a missing folder usually is a stick that is not plugged in. An empty folder
// cannot be told from the empty mount point of a stick, so a folder of a removable drive
// gets a marker: see [Adopt].
//
// Only regular files directly in the folder belong to the place. Symbolic links, folders
// and devices are neither listed nor read, but their names are taken.
package folder

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"github.com/cloudseed/cloudseed/store"
)

// A Store is a folder. Files in it can be read by their owner only (mode 0600).
type Store struct {
	dir    string
	marker string // of a removable drive, or ""
	ways   []way  // to publish a file, best first
	sweep  sync.Once
}

var _ store.Store = (*Store)(nil)

// Open returns the place in an existing folder. A folder that is not there is ErrGone.
func Open(dir string) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, store.Errorf("open", "", store.ErrRefused, "%w", err)
	}
	root, err := openRoot("open", "", abs)
	if err != nil {
		return nil, err
	}
	root.Close()
	return &Store{dir: abs, ways: ways}, nil
}

// Create makes the folder (mode 0700) and the folders above it where they are missing,
// and opens it. Call it only when a person asked for this folder.
func Create(dir string) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, store.Errorf("open", "", store.ErrRefused, "%w", err)
	}
	if err := makeDir(abs); err != nil {
		return nil, wrap("open", "", err)
	}
	return Open(abs)
}

// openRoot opens the folder for one call.
func openRoot(op, name, dir string) (*os.Root, error) {
	root, err := os.OpenRoot(dir)
	if err == nil {
		return root, nil
	}
	if info, statErr := os.Stat(dir); statErr == nil && !info.IsDir() {
		return nil, store.Errorf(op, name, store.ErrGone, "%w", err)
	}
	return nil, wrap(op, name, err)
}

// makeDir is os.MkdirAll, durable.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	root, err := os.OpenRoot(parent)
	if err != nil {
		return err
	}
	defer root.Close()
	return syncDir(root)
}

// String names the folder for people.
func (s *Store) String() string { return "folder " + s.dir }

// do opens the folder, calls act and closes it. Calls to a network drive or a failing
// disk can hang where no context reaches them; do then returns without waiting for act.
func do[T any](ctx context.Context, s *Store, op, name string, act func(root *os.Root) (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	var none T
	if err := store.Ended(ctx, op, name); err != nil {
		return none, err
	}
	done := make(chan answer, 1)
	go func() {
		root, err := openRoot(op, name, s.dir)
		if err != nil {
			done <- answer{none, err}
			return
		}
		defer root.Close()
		if err := s.rightDrive(op, name, root); err != nil {
			done <- answer{none, err}
			return
		}
		value, err := act(root)
		done <- answer{value, wrap(op, name, err)}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		return none, store.Ended(ctx, op, name)
	}
}

// stillThere fails unless root is what the folder's path leads to. A folder that was
// removed while it was open looks empty.
func (s *Store) stillThere(op, name string, root *os.Root) error {
	open, err := root.Stat(".")
	if err != nil {
		return err
	}
	now, err := os.Stat(s.dir)
	if err != nil {
		return err
	}
	if !os.SameFile(open, now) {
		return store.Errorf(op, name, store.ErrGone, "%s was replaced meanwhile", s.dir)
	}
	return s.rightDrive(op, name, root)
}
