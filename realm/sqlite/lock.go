package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cloudseed/cloudseed/internal/filelock"
	"github.com/cloudseed/cloudseed/realm/internal/durable"
)

// lockDir takes the lock of dir, which lasts until the file is closed or the process
// ends, however it ends.
func lockDir(dir string) (*os.File, error) {
	file, err := filelock.Try(filepath.Join(dir, lockName))
	if errors.Is(err, filelock.ErrHeld) {
		return nil, fmt.Errorf("locking %s: %w", dir, ErrInUse)
	}
	if err != nil {
		return nil, err
	}
	if err := durable.Inherit(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
