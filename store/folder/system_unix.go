//go:build unix

package folder

import (
	"os"

	"golang.org/x/sys/unix"
)

const canSyncDir = true

var ways = []way{link, rename, claimed}

// rename is a rename that does not replace.
func rename(root *os.Root, _, temp, name string) error {
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	if err := renameExclusive(d, temp, name); err != nil {
		return &os.LinkError{Op: "rename", Old: temp, New: name, Err: err}
	}
	return nil
}

// kinds says what the answers of the system mean for a place.
var kinds = map[error]error{
	unix.ENOSPC: errFull, unix.EDQUOT: errFull,
	unix.EROFS: errRefused, unix.EACCES: errRefused, unix.EPERM: errRefused, unix.EFBIG: errRefused,
	unix.ENAMETOOLONG: errRefused, unix.EINVAL: errRefused, unix.ELOOP: errRefused, unix.EISDIR: errRefused,
	unix.ENOENT: errGone, unix.ENOTDIR: errGone, unix.ENODEV: errGone, unix.ENXIO: errGone, unix.EIO: errGone,
	unix.ESTALE: errOffline, unix.ETIMEDOUT: errOffline, unix.ENOTCONN: errOffline, unix.ECONNABORTED: errOffline,
	unix.EHOSTDOWN: errOffline, unix.EHOSTUNREACH: errOffline, unix.ENETDOWN: errOffline, unix.ENETUNREACH: errOffline,
	unix.EBUSY: errBusy, unix.EAGAIN: errBusy, unix.EMFILE: errBusy, unix.ENFILE: errBusy, unix.ENOMEM: errBusy,
}
