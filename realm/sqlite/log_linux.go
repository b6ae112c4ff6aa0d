package sqlite

import (
	"os"

	"golang.org/x/sys/unix"
)

// beginWriting lets the system write to the disk what it has of a file, without waiting for that. It is
// a hint: what fails is tried again, and told, by the sync that follows.
func beginWriting(file *os.File) {
	if conn, err := file.SyscallConn(); err == nil {
		conn.Control(func(fd uintptr) { unix.SyncFileRange(int(fd), 0, 0, unix.SYNC_FILE_RANGE_WRITE) })
	}
}
