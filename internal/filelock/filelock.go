// Package filelock lets the processes of one computer take turns, by locking a file.
//
// A lock belongs to the open file: it ends with Close and with the process, however that
// ends, so that none is ever left over. Two opens of one process exclude each other too.
// It is advice: who does not ask is not kept out. The file stays, empty.
package filelock

import (
	"context"
	"errors"
	"os"
	"time"
)

// ErrHeld means that another process has the lock, or another part of this one.
var ErrHeld = errors.New("locked by another process")

// pause is how long Wait waits before it asks again: the systems have no wait that ends.
const pause = 20 * time.Millisecond

// Try takes the lock of path, which is made, 0600, if it is not there. Close gives it back.
// If somebody has it the error is ErrHeld.
func Try(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Wait is Try that waits for its turn, until ctx ends. There is no order among those who
// wait.
func Wait(ctx context.Context, path string) (*os.File, error) {
	for {
		f, err := Try(path)
		if !errors.Is(err, ErrHeld) {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}
