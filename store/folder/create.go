package folder

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// Names of our own begin with a dot, so that store.CheckName refuses them and no listing
// shows them; programs that synchronise folders commonly leave out *.tmp.
const (
	ownPrefix   = ".cloudseed-"
	tempSuffix  = ".tmp"
	claimSuffix = ".claim"
)

// leftoverAge is how old a temporary file must be to belong to nobody any more.
const leftoverAge = 24 * time.Hour

// Create stores data under name. When it returns nil, file and name have been flushed to
// the medium (fsync; on Windows a write-through rename).
//
// Of several writers of one name exactly one succeeds, also across processes, wherever
// the file system has hard links or a rename that does not replace: on Linux and macOS
// nearly all, with FAT, on Windows all. Elsewhere this holds among programs that use this
// package; another program that writes that very name in the same instant may be replaced.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	if err := store.CheckCreate(name, data); err != nil {
		return err
	}
	data = bytes.Clone(data) // act may outlive the call
	_, err := do(ctx, s, "create", name, func(root *os.Root) (struct{}, error) {
		s.sweep.Do(func() { removeLeftovers(root) })
		return struct{}{}, s.create(ctx, root, name, data)
	})
	return err
}

func (s *Store) create(ctx context.Context, root *os.Root, name string, data []byte) error {
	for _, taken := range []string{name, placeholder(name)} {
		if _, err := root.Lstat(taken); err == nil {
			return store.Errorf("create", name, store.ErrExists, "in %s", s.dir)
		}
	}
	temp := ownPrefix + randomHex() + tempSuffix
	defer root.Remove(temp) // in vain when it was renamed
	if err := write(root, temp, data); err != nil {
		return err
	}
	if err := store.Ended(ctx, "create", name); err != nil {
		return err
	}
	if err := s.publish(root, temp, name); err != nil {
		return err
	}
	root.Remove(temp) // before the flush, so that a crash does not bring it back
	return syncDir(root)
}

// write makes a new file of data and flushes it.
func write(root *os.Root, name string, data []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil { // some network drives report a full disk only here
		err = closed
	}
	return err
}

// removeLeftovers removes temporary and claim files that were left behind long ago. What
// cannot be removed only takes room.
func removeLeftovers(root *os.Root) {
	entries, _ := fs.ReadDir(root.FS(), ".")
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ownPrefix) {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > leftoverAge {
			root.Remove(e.Name())
		}
	}
}

// syncDir makes the names in root durable, where the system can.
func syncDir(root *os.Root) error {
	if !canSyncDir {
		return nil
	}
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !unsupported(err) {
		return err
	}
	return nil
}

func randomHex() string {
	b := make([]byte, 8)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// exists turns "file exists" into a kind.
func exists(name string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return &store.Error{Op: "create", Name: name, Kind: store.ErrExists, Err: err}
	}
	return err
}
