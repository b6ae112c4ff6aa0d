package profile

import (
	"errors"
	"os"

	"github.com/cloudseed/cloudseed/internal/filelock"
)

// acquire takes the lock, which ends with the process or with Close.
func acquire(path string) (*os.File, error) {
	f, err := filelock.Try(path)
	switch {
	case errors.Is(err, filelock.ErrHeld):
		return nil, &Error{Path: path, Kind: ErrLocked}
	case err != nil:
		return nil, &Error{Path: path, Kind: ErrWrite, Err: err}
	}
	return f, nil
}
