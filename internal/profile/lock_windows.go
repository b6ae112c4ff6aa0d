package profile

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// acquire takes the lock, which ends with the process or with Close.
func acquire(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, &Error{Path: path, Kind: ErrWrite, Err: err}
	}
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	if err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped)); err != nil {
		f.Close()
		if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
			return nil, &Error{Path: path, Kind: ErrLocked}
		}
		return nil, &Error{Path: path, Kind: ErrWrite, Err: err}
	}
	return f, nil
}
