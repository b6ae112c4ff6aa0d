package folder

import (
	"os"

	"golang.org/x/sys/unix"
)

// renameExclusive needs a file system that knows RENAME_NOREPLACE: FAT does.
func renameExclusive(dir *os.File, temp, name string) error {
	fd := int(dir.Fd())
	return unix.Renameat2(fd, temp, fd, name, unix.RENAME_NOREPLACE)
}
