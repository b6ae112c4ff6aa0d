// Package keychain keeps secrets of this device: in the keychain of the operating system
// where there is one (macOS Keychain, Windows Credential Manager, Secret Service on Linux),
// otherwise in files.
//
// Which of the two is decided at the first Save and written to the directory, so that a
// keychain that cannot be reached later (over SSH, before anybody has logged in) is an
// error and not a device where nobody ever signed in.
//
// # What it protects against
//
// The keychain is locked while the person is logged out, and on macOS it asks before
// another program reads. A program that runs as the person can read it on Linux and
// Windows, and on any system can do what this program does.
//
// Each file is encrypted with age to a key in the same directory. That protects a copy of
// the file without the key, and keeps tokens out of sight of whatever searches disks for
// them. It does not protect against anyone who can read the directory, or who has a copy of
// all of it: against them there are the permissions (0600 in 0700; on Windows those of the
// person's profile) and the encryption of the disk. The app says which of the two it is,
// see [Keychain.System].
package keychain

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/cloudseed/cloudseed/internal/filelock"
)

// MaxSize is the most that is kept under one name, in bytes.
const MaxSize = 64 << 10

var (
	// ErrUnavailable means that the operating system's keychain holds the secrets, and
	// does not answer, or refuses.
	ErrUnavailable = errors.New("the keychain of this computer cannot be reached")

	// ErrDamaged means that what is kept is not what was saved.
	ErrDamaged = errors.New("what was kept is damaged")

	// ErrTooLarge means that a secret has more than MaxSize bytes.
	ErrTooLarge = errors.New("too large to keep")
)

// Config says where secrets are kept.
type Config struct {
	// Dir is the program's own directory. It is made 0700 when it is missing.
	Dir string

	// File keeps secrets in files even where there is a keychain, unless Dir is in use
	// with one already.
	File bool
}

// A Keychain keeps secrets by name. Its methods may be called from many goroutines, and
// several processes may use one directory.
type Keychain struct {
	dir  string
	file bool

	mu     sync.Mutex
	chosen *choice // nil until something was saved
}

// A choice is keychain.json.
type choice struct {
	Format int    `json:"format"`
	Kept   string `json:"kept"` // inSystem or inFiles
	ID     string `json:"id"`   // tells this directory's secrets apart in the system's keychain
}

const (
	format   = 1
	inSystem = "system"
	inFiles  = "files"
)

// Open returns the secrets kept for a directory. It writes nothing.
func Open(c Config) (*Keychain, error) {
	if c.Dir == "" {
		return nil, errors.New("keychain: no directory")
	}
	k := &Keychain{dir: c.Dir, file: c.File}
	_, err := k.choice()
	return k, err
}

// System tells whether secrets are, or would be, in the keychain of the operating system.
func (k *Keychain) System() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if chosen, err := k.choice(); err == nil && chosen != nil {
		return chosen.Kept == inSystem
	}
	return !k.file && systemAnswers()
}

// Load returns what was saved last under name. If nothing was, the error is an
// fs.ErrNotExist.
func (k *Keychain) Load(name string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	chosen, err := k.choice()
	if err != nil {
		return nil, err
	}
	if chosen == nil {
		return nil, notExist(name)
	}
	if chosen.Kept == inSystem {
		return loadSystem(chosen.ID, name)
	}
	return k.loadFile(name)
}

// Save replaces what is kept under name, durably. When it fails, what was there before is
// still whole.
func (k *Keychain) Save(name string, data []byte) error {
	if len(data) > MaxSize {
		return fmt.Errorf("keychain: %q: %w", name, ErrTooLarge)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	chosen, err := k.choose()
	if err != nil {
		return err
	}
	if chosen.Kept == inSystem {
		return saveSystem(chosen.ID, name, data)
	}
	return k.saveFile(name, data)
}

// Delete forgets name. Deleting what is not there is not an error.
func (k *Keychain) Delete(name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	chosen, err := k.choice()
	if err != nil || chosen == nil {
		return err
	}
	if chosen.Kept == inSystem {
		return deleteSystem(chosen.ID, name)
	}
	return k.deleteFile(name)
}

// Lock waits until this process alone may replace what is kept under name, or until ctx
// ends: some sign-ins are good for one use, and two processes must not use one twice. A few
// names share a lock, so whoever holds one asks for no other.
func (k *Keychain) Lock(ctx context.Context, name string) (unlock func(), err error) {
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(name))
	lock, err := filelock.Wait(ctx, k.path(fmt.Sprintf("lock-%x", sum[0]>>4)))
	if err != nil {
		return nil, err
	}
	return func() { lock.Close() }, nil
}

// choice reads keychain.json; nil if nothing was saved yet. k.mu is held, or k is new.
func (k *Keychain) choice() (*choice, error) {
	if k.chosen != nil {
		return k.chosen, nil
	}
	data, err := os.ReadFile(k.path("keychain.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c := &choice{}
	if json.Unmarshal(data, c) != nil || c.Format != format || c.ID == "" || c.Kept != inSystem && c.Kept != inFiles {
		return nil, fmt.Errorf("keychain: %s: %w, or made by a later version", k.path("keychain.json"), ErrDamaged)
	}
	k.chosen = c
	return c, nil
}

// choose is choice, made now if it never was. If two processes choose at once, the first
// one's stays.
func (k *Keychain) choose() (*choice, error) {
	if chosen, err := k.choice(); chosen != nil || err != nil {
		return chosen, err
	}
	id := make([]byte, 8)
	rand.Read(id)
	c := choice{Format: format, Kept: inFiles, ID: hex.EncodeToString(id)}
	if !k.file && systemAnswers() {
		c.Kept = inSystem
	}
	data, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	if err := create(k.path("keychain.json"), append(data, '\n')); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return k.choice()
}

func (k *Keychain) path(name string) string { return filepath.Join(k.dir, name) }

func notExist(name string) error { return fmt.Errorf("keychain: %q: %w", name, fs.ErrNotExist) }
