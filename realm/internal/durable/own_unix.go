//go:build unix

package durable

import (
	"os"
	"syscall"
)

// Inherit gives path the owner of like, a file that it replaces or its directory, where that is another's:
// root may maintain what a service of its own user must be able to open afterwards.
func Inherit(path, like string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(like)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	return os.Lchown(path, int(owner.Uid), int(owner.Gid))
}
