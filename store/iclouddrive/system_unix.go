//go:build unix

package iclouddrive

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// move gives the complete file temp its name, or fails with fs.ErrExist if it is taken.
func move(temp, target string) error {
	err := renameExclusive(temp, target)
	for _, unknown := range []error{errors.ErrUnsupported, unix.EINVAL} { // to this file system
		if errors.Is(err, unknown) {
			return os.Link(temp, target) // the caller removes temp
		}
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: temp, New: target, Err: err}
	}
	return nil
}

func otherVolume(err error) bool { return errors.Is(err, unix.EXDEV) }

// syncDir makes the names in dir durable, where the file system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
