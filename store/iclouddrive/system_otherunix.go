//go:build unix && !linux && !darwin

package iclouddrive

import (
	"errors"
	"io/fs"
)

func renameExclusive(string, string) error { return errors.ErrUnsupported }

func dataless(fs.FileInfo) bool { return false }
