// Package iclouddrive keeps backups in iCloud Drive as macOS and Windows show it: a folder
// of this computer that Apple's own program brings to iCloud and to the person's other
// devices. It needs no sign-in and no vendor's account; the person sees the files.
//
// Such a folder is a copy. A nil from Create means that the file is complete, durable on
// this computer and in Apple's queue, never that it was uploaded: no program without
// Apple's frameworks can tell when that happens. [Store.Queued] says so. Only another
// device that has the file proves it.
//
// What the folder shows may be in iCloud only. Such a file is there: older systems keep
// ".NAME.icloud" in its place, newer ones a file without data that is fetched when it is
// read. One that cannot be fetched now is ErrOffline, never ErrNotFound, and so is a folder
// whose own contents have not come yet.
//
// A new file is written outside of the synchronised folder and moved in whole, so that no
// part of one is ever uploaded, and it is never changed after that.
package iclouddrive

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/folder"
)

// Config says where iCloud Drive is. The zero Config is where the system has it.
type Config struct {
	// Drive is the folder of iCloud Drive; the files are in its folder Cloudseed. Empty
	// is the system's: ~/Library/Mobile Documents/com~apple~CloudDocs on macOS,
	// %USERPROFILE%\iCloudDrive on Windows. Other systems have none: ErrRefused.
	Drive string

	// Staging is where new files are written first: a folder outside of iCloud Drive on
	// the same volume, made when it is missing. Empty is one among the caches of the user.
	Staging string

	// Create makes the folder Cloudseed when it is missing. Without it a missing one is
	// ErrGone. It never makes the folder of iCloud Drive itself.
	Create bool
}

// folderName is the folder in iCloud Drive that holds the files.
const folderName = "Cloudseed"

// A Store is the folder Cloudseed of the iCloud Drive on this computer.
type Store struct {
	files    *folder.Store
	dir      string
	staging  string
	dataless func(fs.FileInfo) bool // whether only the name is here
	sweep    sync.Once
}

var _ store.Queues = (*Store)(nil)

// Open returns the place. Where iCloud Drive is not set up it fails with ErrGone.
func Open(ctx context.Context, c Config) (*Store, error) {
	if err := store.Ended(ctx, "open", ""); err != nil {
		return nil, err
	}
	if c.Drive == "" || c.Staging == "" {
		drive, staging, err := locate(runtime.GOOS, os.Getenv)
		if err != nil && c.Drive == "" {
			return nil, err
		}
		if c.Drive == "" {
			c.Drive = drive
		}
		if c.Staging == "" {
			c.Staging = staging
		}
	}
	if c.Staging == "" {
		return nil, store.Errorf("open", "", store.ErrRefused, "there is nowhere to write new files first")
	}
	return open(c)
}

func open(c Config) (*Store, error) {
	if info, err := os.Stat(c.Drive); err != nil || !info.IsDir() {
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil, store.Errorf("open", "", store.ErrGone, "iCloud Drive is not set up: no folder %s", c.Drive)
		}
		return nil, folder.Wrap("open", "", err)
	}
	if err := os.MkdirAll(c.Staging, 0o700); err != nil {
		return nil, folder.Wrap("open", "", err)
	}
	dir := filepath.Join(c.Drive, folderName)
	get := folder.Open
	if c.Create {
		get = folder.Create
	}
	files, err := get(dir)
	if err != nil {
		return nil, err
	}
	return &Store{files: files, dir: dir, staging: c.Staging, dataless: dataless}, nil
}

// Queued is true: what Create stored is on its way to iCloud, or still waits.
func (s *Store) Queued() bool { return true }

// String names the place for people.
func (s *Store) String() string { return "iCloud Drive on this computer, " + s.dir }
