package iclouddrive

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

func renameExclusive(temp, target string) error {
	return unix.Renameat2(unix.AT_FDCWD, temp, unix.AT_FDCWD, target, unix.RENAME_NOREPLACE)
}

func dataless(fs.FileInfo) bool { return false }
