package profile

import (
	"errors"
	"io/fs"
	"os"
	"sort"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/replacefile"
)

// Profile is the Journal of the verbs: a Device that was saved survives a crash.
var _ cloudseed.Journal = (*Profile)(nil)

// Save remembers d, in place of what was remembered of its vault. A file that cannot be
// read, or is of a later version, is not replaced.
func (p *Profile) Save(d *cloudseed.Device) error {
	path := p.devicePath(d.Vault)
	if _, err := p.readDevice(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data, err := d.Encode()
	if err != nil {
		return &Error{Path: path, Kind: ErrWrite, Err: err}
	}
	return p.write(path, data)
}

// Forget removes what is remembered of a vault. Forgetting what is not there is no error.
func (p *Profile) Forget(id cloudseed.VaultID) error {
	path := p.devicePath(id)
	if p.lock == nil {
		return &Error{Path: path, Kind: ErrReadOnly}
	}
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = replacefile.SyncDir(p.path("devices"))
	}
	if err != nil {
		return &Error{Path: path, Kind: ErrWrite, Err: err}
	}
	return nil
}

// Devices returns what is remembered of every vault, the newest first. One file that
// cannot be read fails the whole call: a vault must not seem not to exist.
func (p *Profile) Devices() ([]*cloudseed.Device, error) {
	entries, err := os.ReadDir(p.path("devices"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Path: p.path("devices"), Kind: ErrUnreadable, Err: err}
	}
	var devices []*cloudseed.Device
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".json") {
			continue // left by an interrupted write
		}
		d, err := p.readDevice(p.path("devices", entry.Name()))
		if err != nil {
			return nil, err
		}
		devices = append(devices, d)
	}
	sort.SliceStable(devices, func(i, j int) bool { return devices[i].Created.After(devices[j].Created) })
	return devices, nil
}

func (p *Profile) devicePath(id cloudseed.VaultID) string {
	return p.path("devices", id.String()+".json")
}

func (p *Profile) readDevice(path string) (*cloudseed.Device, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{Path: path, Kind: ErrUnreadable, Err: err}
	}
	d, err := cloudseed.DecodeDevice(data)
	if errors.Is(err, cloudseed.ErrNewerFormat) {
		return nil, &Error{Path: path, Kind: ErrNewer}
	}
	if err != nil {
		return nil, &Error{Path: path, Kind: ErrUnreadable, Err: err}
	}
	return d, nil
}
