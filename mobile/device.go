package mobile

import (
	"encoding/json"
	"time"

	"github.com/cloudseed/cloudseed"
)

// A Device is what this device remembers of one backup. Nothing in it opens the backup.
type Device struct{ d *cloudseed.Device }

// DecodeDevice reads what [Journal] was given. Kind "newer-format": by a later version.
func DecodeDevice(encoded []byte) (*Device, error) {
	d, err := cloudseed.DecodeDevice(encoded)
	if err != nil {
		return nil, problem(err)
	}
	return &Device{d}, nil
}

// Vault is the vault's id: 64 hex digits.
func (d *Device) Vault() string { return d.d.Vault.String() }

// Name is the wallet's.
func (d *Device) Name() string { return d.d.Name }

// Fingerprint is the wallet's: 8 hex digits, no secret.
func (d *Device) Fingerprint() string { return d.d.Fingerprint }

// State is the one honest summary of what was seen: "protected", or why not, in the words of
// cloudseed.State, such as "unfinished", "out of date", "stranger".
func (d *Device) State() string { return string(d.d.State(time.Now())) }

// LastProved is when the oldest of the newest evidence was seen: seconds since 1970, 0 for never.
func (d *Device) LastProved() int64 { return unix(d.d.LastProved()) }

// Due is when the person should be asked for the PIN again: seconds since 1970.
func (d *Device) Due() int64 { return unix(d.d.Due()) }

// Report is all that was seen of the backup, place by place and server by server, with the
// times, as JSON: what cloudseed.Report says. It asks nobody.
func (d *Device) Report() (string, error) {
	text, err := json.Marshal(d.d.Report(time.Now()))
	return string(text), problem(err)
}

// A Journal keeps what this device remembers, such as in the Keychain. An error of Save means
// that it may not survive a crash; the verb then stops, or ends with kind "unsaved".
type Journal interface {
	// Save replaces what was saved for the vault, whole and durably.
	Save(vault string, device []byte) error
	// Forget removes it. Forgetting what is not there succeeds.
	Forget(vault string) error
}

type hostJournal struct{ host Journal }

func (j hostJournal) Save(d *cloudseed.Device) error {
	encoded, err := d.Encode()
	if err != nil {
		return err
	}
	return j.host.Save(d.Vault.String(), encoded)
}

func (j hostJournal) Forget(id cloudseed.VaultID) error { return j.host.Forget(id.String()) }

// A Listener is told of progress, from one thread at a time, but not the main one.
type Listener interface {
	// Step: name is what is being done ("upload"), state "started", "done" or "failed", where
	// the place or PIN server if it is about one, kind why it failed or "".
	Step(name, state, where, kind string)
}

func tell(l Listener, s cloudseed.Step) {
	kind := ""
	if s.Err != nil {
		kind = Explain(s.Err).Kind()
	}
	l.Step(string(s.Name), string(s.State), s.Where, kind)
}
