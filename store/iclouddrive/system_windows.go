package iclouddrive

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// move gives the complete file temp its name, or fails with fs.ErrExist if it is taken. It
// returns when the new name is on the medium.
func move(temp, target string) error {
	from, err := windows.UTF16PtrFromString(temp)
	if err != nil {
		return err
	}
	to, err := windows.UTF16PtrFromString(target)
	if err != nil {
		return err
	}
	if err := windows.MoveFileEx(from, to, windows.MOVEFILE_WRITE_THROUGH); err != nil {
		return &os.LinkError{Op: "rename", Old: temp, New: target, Err: err}
	}
	return nil
}

func otherVolume(err error) bool { return errors.Is(err, windows.ERROR_NOT_SAME_DEVICE) }

// syncDir does nothing: Windows does not flush directories; the move is write-through.
func syncDir(string) error { return nil }

// What the Cloud Files API of Windows marks files with whose data is not on this computer.
const notHere = windows.FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS | windows.FILE_ATTRIBUTE_RECALL_ON_OPEN | windows.FILE_ATTRIBUTE_OFFLINE

// dataless leaves out folders: reading one fetches what is in it, or fails.
func dataless(info fs.FileInfo) bool {
	data, ok := info.Sys().(*syscall.Win32FileAttributeData)
	return ok && !info.IsDir() && data.FileAttributes&notHere != 0
}
