// Package replacefile replaces a file whole and durably, for what a device remembers.
package replacefile

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// Write replaces path by data, and makes its directory if that is missing, 0600 and 0700. When
// it returns nil, data survives a crash; when it fails, what was there before is still whole.
func Write(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := fill(f, data); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncDir(dir)
}

// fill writes data durably and closes f.
func fill(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// SyncDir makes a rename or a removal in dir durable. Windows has no such call, and makes
// them durable with the file system's own journal.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
