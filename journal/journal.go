// Package journal is the simplest [cloudseed.Journal]: one file a vault, in one directory.
//
// The files hold no phrase, no PIN and nothing that opens a backup, but the owner keys of
// the records at the PIN servers: keep the directory as private as a sign-in. Two directories
// are two devices. Only one process at a time may write: a wallet that may run twice takes a
// lock of its own.
package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/replacefile"
)

// A Dir is the path of the directory, which is made when something is first saved: 0700, its
// files 0600, each VAULT.json with the 64 hex digits of the vault's id.
type Dir string

var _ cloudseed.Journal = Dir("")

// Save implements [cloudseed.Journal]: the file is replaced whole, and flushed.
func (dir Dir) Save(d *cloudseed.Device) error {
	encoded, err := d.Encode()
	if err != nil {
		return err
	}
	return replacefile.Write(dir.path(d.Vault), encoded)
}

// Forget implements [cloudseed.Journal]. Forgetting what is not there succeeds.
func (dir Dir) Forget(id cloudseed.VaultID) error {
	err := os.Remove(dir.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return replacefile.SyncDir(string(dir))
}

// Devices returns what is remembered, sorted by vault; none where the directory is not there.
// It fails when any file cannot be read, with the errors of [cloudseed.DecodeDevice]: a wallet
// must not go on as if it had no backup.
func (dir Dir) Devices() ([]*cloudseed.Device, error) {
	names, err := filepath.Glob(filepath.Join(string(dir), "*.json"))
	if err != nil {
		return nil, err
	}
	var devices []*cloudseed.Device
	for _, name := range names {
		encoded, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		d, err := cloudseed.DecodeDevice(encoded)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		devices = append(devices, d)
	}
	return devices, nil
}

func (dir Dir) path(id cloudseed.VaultID) string {
	return filepath.Join(string(dir), id.String()+".json")
}
