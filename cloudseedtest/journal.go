package cloudseedtest

import (
	"errors"
	"sync"

	"github.com/cloudseed/cloudseed"
)

// A Journal keeps the devices of one program as bytes, as a disk would. The zero Journal is
// empty and ready.
type Journal struct {
	mu    sync.Mutex
	saved map[cloudseed.VaultID][]byte
	fault error
}

var _ cloudseed.Journal = (*Journal)(nil)

// Fail makes Save fail from now on with err: a full disk. nil mends it.
func (j *Journal) Fail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.fault = err
}

// Save implements [cloudseed.Journal].
func (j *Journal) Save(d *cloudseed.Device) error {
	encoded, err := d.Encode()
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.fault != nil {
		return j.fault
	}
	if j.saved == nil {
		j.saved = map[cloudseed.VaultID][]byte{}
	}
	j.saved[d.Vault] = encoded
	return nil
}

// Forget implements [cloudseed.Journal].
func (j *Journal) Forget(id cloudseed.VaultID) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.saved, id)
	return nil
}

// Device is what the program knows after a restart. It fails when nothing, or more than one
// vault, is remembered.
func (j *Journal) Device() (*cloudseed.Device, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.saved) != 1 {
		return nil, errors.New("not exactly one vault is remembered")
	}
	for _, encoded := range j.saved {
		return cloudseed.DecodeDevice(encoded)
	}
	panic("unreachable")
}
