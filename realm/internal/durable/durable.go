// Package durable makes changes of a directory outlive a crash of the machine.
package durable

import (
	"errors"
	"os"
	"runtime"
)

// SyncDir returns when the names in dir (made, renamed, removed) are on the disk.
// Windows has no such call and needs none.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
