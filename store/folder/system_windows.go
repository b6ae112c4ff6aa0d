package folder

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// canSyncDir is false: Windows does not flush directories; the rename is write-through.
const canSyncDir = false

var ways = []way{rename, claimed}

// rename is a rename that does not replace, on NTFS and FAT alike.
func rename(_ *os.Root, dir, temp, name string) error {
	from, err := windows.UTF16PtrFromString(filepath.Join(dir, temp))
	if err != nil {
		return err
	}
	to, err := windows.UTF16PtrFromString(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	if err := windows.MoveFileEx(from, to, windows.MOVEFILE_WRITE_THROUGH); err != nil {
		return &os.LinkError{Op: "rename", Old: temp, New: name, Err: err}
	}
	return nil
}

// kinds says what the answers of the system mean for a place.
var kinds = map[error]error{
	windows.ERROR_DISK_FULL: errFull, windows.ERROR_HANDLE_DISK_FULL: errFull,
	windows.ERROR_DISK_QUOTA_EXCEEDED: errFull, windows.ERROR_NOT_ENOUGH_QUOTA: errFull,
	windows.ERROR_WRITE_PROTECT: errRefused, windows.ERROR_ACCESS_DENIED: errRefused,
	windows.ERROR_INVALID_NAME: errRefused, windows.ERROR_DIRECTORY: errGone,
	windows.ERROR_FILE_NOT_FOUND: errGone, windows.ERROR_PATH_NOT_FOUND: errGone, windows.ERROR_INVALID_DRIVE: errGone,
	windows.ERROR_NOT_READY: errGone, windows.ERROR_CRC: errGone, windows.ERROR_IO_DEVICE: errGone,
	windows.ERROR_DEV_NOT_EXIST: errGone, windows.ERROR_DEVICE_REMOVED: errGone, windows.ERROR_NO_SUCH_DEVICE: errGone,
	windows.ERROR_BAD_NETPATH: errOffline, windows.ERROR_BAD_NET_NAME: errOffline, windows.ERROR_NETNAME_DELETED: errOffline,
	windows.ERROR_UNEXP_NET_ERR: errOffline, windows.ERROR_SEM_TIMEOUT: errOffline, windows.ERROR_NETWORK_UNREACHABLE: errOffline,
	windows.ERROR_SHARING_VIOLATION: errBusy, windows.ERROR_LOCK_VIOLATION: errBusy, windows.ERROR_BUSY: errBusy,
	windows.ERROR_TOO_MANY_OPEN_FILES: errBusy,
}
