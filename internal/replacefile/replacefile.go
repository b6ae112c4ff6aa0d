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
	temp, err := Temp(dir, data)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return SyncDir(dir)
}

// Temp puts data into a new file of dir, 0600, durably, for the caller to link or rename.
func Temp(dir string, data []byte) (path string, err error) {
	f, err := os.CreateTemp(dir, ".new-*") // 0600
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
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
