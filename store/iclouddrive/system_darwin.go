package iclouddrive

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

func renameExclusive(temp, target string) error {
	return unix.RenamexNp(temp, target, unix.RENAME_EXCL)
}

// sfDataless is SF_DATALESS of <sys/stat.h>: the data of the file, or what is in the folder,
// is not on this computer, and comes when it is read. macOS 14 and newer.
const sfDataless = 0x40000000

func dataless(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Flags&sfDataless != 0
}
