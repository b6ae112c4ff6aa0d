//go:build unix

package durable

import (
	"os"
	"path/filepath"
	"syscall"
)

// Inherit gives a file the owner of its directory, where root made it: root may maintain what a service
// of its own user must be able to open afterwards.
func Inherit(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	return os.Lchown(path, int(owner.Uid), int(owner.Gid))
}
