// Package profile is what one computer remembers, in one directory: a [cloudseed.Device]
// for each vault, the places, and the PIN servers that were named. The places' passwords are
// given to a [Keeper], such as the system's keychain.
//
//	profile.json         format, places and which of them have a password, PIN servers
//	devices/VAULT.json   one cloudseed.Device each
//	pin-servers/         the embedded PIN servers, for trying out
//	watch.json           which files are watched for each vault
//	lock                 held by the one process that may write
//	watching, wanted     held by the one process that watches, and by one that it should give way to
//
// Directories are made 0700 and files 0600. Every file is replaced whole and durably.
// What cannot be read, or was made by a later version, is an error and is left as it is:
// nothing here writes over what it does not understand.
//
// There is no phrase, no PIN and no key that opens a backup in it. Two directories are
// two devices.
package profile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// format is the version of profile.json, and of passwords.json, which earlier versions wrote.
const format = 1

// The kinds of failure, each in an [*Error].
var (
	ErrLocked     = errors.New("another process is using it")
	ErrNewer      = errors.New("made by a later version")
	ErrUnreadable = errors.New("cannot be read")
	ErrReadOnly   = errors.New("opened for reading only")
	ErrWrite      = errors.New("could not be written")
	ErrPlaceName  = errors.New("a place's name has 1 to 60 characters and no colon")
	ErrPlaceTaken = errors.New("another place has this name")
	ErrNoSuch     = errors.New("no place has this name")
	ErrPassword   = errors.New("its password cannot be kept or read")
)

// An Error says what could not be done with a file of the profile.
type Error struct {
	Path string // the file or directory
	Name string // the place, if it is about one
	Kind error  // one of the kinds above
	Err  error  // the cause, for the log; may be nil
}

func (e *Error) Error() string {
	about := e.Path
	if e.Name != "" {
		about = fmt.Sprintf("%q", e.Name)
	}
	if e.Err == nil {
		return fmt.Sprintf("profile: %s: %v", about, e.Kind)
	}
	return fmt.Sprintf("profile: %s: %v: %v", about, e.Kind, e.Err)
}

// Unwrap lets errors.Is find both the kind and the cause.
func (e *Error) Unwrap() []error { return []error{e.Kind, e.Err} }

// A Profile is one open directory. Its methods may be called from many goroutines.
type Profile struct {
	Keeper Keeper // keeps the places' passwords; to be set before the first of them

	dir  string
	lock *os.File // nil when opened for reading only
}

// DefaultDir is where the profile is when nobody says otherwise: "cloudseed" in the
// person's configuration directory.
func DefaultDir() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "cloudseed"), nil
}

// Open opens dir for reading and writing, creating it if needed. While it is open no
// other process can open it so: that fails with ErrLocked.
func Open(dir string) (*Profile, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, &Error{Path: dir, Kind: ErrWrite, Err: err}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &Error{Path: dir, Kind: ErrWrite, Err: err}
	}
	lock, err := acquire(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	p := &Profile{dir: dir, lock: lock}
	if _, err := p.settings(); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Read opens dir for reading only, beside a process that may be writing. A directory
// that does not exist is an empty profile, and is not created.
func Read(dir string) (*Profile, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, &Error{Path: dir, Kind: ErrUnreadable, Err: err}
	}
	p := &Profile{dir: dir}
	_, err = p.settings()
	return p, err
}

// Close lets other processes write.
func (p *Profile) Close() error {
	if p.lock == nil {
		return nil
	}
	return p.lock.Close()
}

// Dir is the directory.
func (p *Profile) Dir() string { return p.dir }

// PINServersDir is where the embedded PIN servers keep their state. It need not exist.
func (p *Profile) PINServersDir() string { return filepath.Join(p.dir, "pin-servers") }

func (p *Profile) path(elem ...string) string {
	return filepath.Join(append([]string{p.dir}, elem...)...)
}
