//go:build unix

package term

import "os"

// device opens the controlling terminal; nil if there is none.
func device() *Terminal {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil
	}
	return &Terminal{in: tty, out: tty}
}
