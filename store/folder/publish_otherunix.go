//go:build unix && !linux && !darwin

package folder

import (
	"errors"
	"os"
)

func renameExclusive(*os.File, string, string) error { return errors.ErrUnsupported }
