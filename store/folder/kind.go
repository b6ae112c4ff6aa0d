package folder

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/cloudseed/cloudseed/store"
)

// Short names, for the tables of kinds.
var (
	errFull    = store.ErrFull
	errRefused = store.ErrRefused
	errGone    = store.ErrGone
	errOffline = store.ErrOffline
	errBusy    = store.ErrBusy
)

// Wrap gives an error of the system its kind, for places that are folders too.
func Wrap(op, name string, err error) error { return wrap(op, name, err) }

// wrap gives an error of the system its kind.
func wrap(op, name string, err error) error {
	var known *store.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &store.Error{Op: op, Name: name, Kind: kind(err), Err: err}
}

// kind says what err means for the place. That a file is missing is decided where it is
// looked for; here something was missing that the place itself needs. Something unknown
// is ErrOffline, which is tried again.
func kind(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		if k, ok := kinds[errno]; ok {
			return k
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errGone
	case errors.Is(err, fs.ErrPermission):
		return errRefused
	}
	return errOffline
}
