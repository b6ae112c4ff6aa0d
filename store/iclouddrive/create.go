package iclouddrive

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/folder"
)

// Files in the staging folder. Those that are older than a day belong to nobody any more.
const (
	stagedPrefix = ".cloudseed-"
	leftoverAge  = 24 * time.Hour
)

// Create writes data outside of iCloud Drive, flushes it, and moves it in under name, which
// fails if that name is taken. When it returns nil the file is in Apple's queue: see
// [Store.Queued]. Of several writers on this computer exactly one succeeds; two devices
// that are offline can both, and iCloud then keeps one file under another name.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	if err := store.CheckCreate(name, data); err != nil {
		return err
	}
	if err := store.Ended(ctx, "create", name); err != nil {
		return err
	}
	data = bytes.Clone(data)
	done := make(chan error, 1)
	go func() { // a disk can hang where no context reaches
		done <- folder.Wrap("create", name, s.create(ctx, name, data))
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return store.Ended(ctx, "create", name)
	}
}

func (s *Store) create(ctx context.Context, name string, data []byte) error {
	s.sweep.Do(s.removeLeftovers)
	if _, err := os.Stat(s.dir); err != nil {
		return err
	}
	target := filepath.Join(s.dir, name)
	for _, taken := range []string{target, filepath.Join(s.dir, placeholder(name))} {
		if _, err := os.Lstat(taken); err == nil {
			return store.Errorf("create", name, store.ErrExists, "in %s", s.dir)
		}
	}
	if err := os.MkdirAll(s.staging, 0o700); err != nil { // caches are cleared now and then
		return err
	}
	temp := filepath.Join(s.staging, stagedPrefix+rand.Text()+".tmp")
	defer os.Remove(temp) // in vain when it was moved
	if err := write(temp, data); err != nil {
		return err
	}
	if err := store.Ended(ctx, "create", name); err != nil {
		return err
	}
	err := move(temp, target)
	switch {
	case errors.Is(err, fs.ErrExist):
		return &store.Error{Op: "create", Name: name, Kind: store.ErrExists, Err: err}
	case otherVolume(err):
		return store.Errorf("create", name, store.ErrRefused, "%s is on another volume than iCloud Drive: %w", s.staging, err)
	case err != nil:
		return err
	}
	return syncDir(s.dir)
}

// write makes a new file of data and flushes it; on macOS File.Sync is F_FULLFSYNC.
func write(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// removeLeftovers removes staged files that were left behind long ago. What cannot be
// removed only takes room.
func (s *Store) removeLeftovers() {
	entries, _ := os.ReadDir(s.staging)
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), stagedPrefix) && time.Since(info.ModTime()) > leftoverAge {
			os.Remove(filepath.Join(s.staging, e.Name()))
		}
	}
}
