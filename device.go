package cloudseed

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

// A Stage is how far a backup's creation has come.
type Stage string

const (
	StagePrepared Stage = "prepared" // keys and stanza made; records may exist at realms
	StageSealed   Stage = "sealed"   // bytes made; they may have reached places: from here only forward
	StageDone     Stage = "done"     // verified in every place
)

// A Device is what one device remembers of one vault. Read it freely; only the verbs
// change it.
type Device struct {
	Format       string // of this record
	Vault        VaultID
	Name         string // the wallet's
	Fingerprint  string
	FirstAddress string
	Registration uint64
	Stage        Stage
	Created      time.Time
	Proved       time.Time // last time the PIN opened this registration on this device
	Guesses      int       // wrong PINs that each realm allows
	Needed       int       // realms needed to open it

	Wallet PartState
	Files  PartState // Generation 0: no attached files
	Places []PlaceState
	Realms []RealmState

	Stanza         []byte // the signed stanza, as in the files' headers
	FilesRecipient string // public half of the files key

	// Accepted is the newest files part of an earlier registration that the wallet part takes
	// over; zero when there is none.
	Accepted envelope.Reference

	owner secret.Text // seed of the owner key
}

// A PartState is the newest sealed generation of one part.
type PartState struct {
	Generation int
	SHA256     string // of the sealed file, hex
	Size       int    // bytes of the sealed file
	Sealed     time.Time
	Names      []string // of attached files
	Pending    []byte   // the sealed bytes, until every place has them
}

// A PlaceState is the evidence for one place.
type PlaceState struct {
	Name    string
	URL     string
	Base    string // what its file names begin with; "" before the place was looked at
	Wallet  Evidence
	Files   Evidence
	Looked  time.Time // last time it answered completely
	Problem string    // kind of package store at the last look; "" if that was good
}

// Evidence is what was seen of a part's file in a place, each with its time; the zero time
// means never.
type Evidence struct {
	File       string // its name in the place
	Generation int
	Accepted   time.Time // the place said that it has it
	ReadBack   time.Time // read from the place, equal byte for byte
	Opened     time.Time // opened with the PIN
	Queued     bool      // the place is this computer's copy of a cloud (store.Queues): whether the cloud has it is not known
}

// A RealmState is the evidence for one realm.
type RealmState struct {
	juicebox.Realm
	Version string    // of the record, hex, once seen
	Seen    time.Time // last time it had this record
	Problem string    // at the last look; "" if that was good
}

const deviceFormat = "cloudseed device 1"

// wireDevice adds to a Device what its String and JSON forms must not show.
type wireDevice struct {
	*Device
	Owner []byte
}

// Encode writes d, with its owner key, for a Journal. Keep it where sign-ins are kept.
func (d *Device) Encode() ([]byte, error) {
	d.Format = deviceFormat
	return json.MarshalIndent(wireDevice{d, d.owner.Reveal()}, "", "  ")
}

// DecodeDevice reads what Encode wrote. It fails with ErrNewerFormat for what a later
// version wrote.
func DecodeDevice(encoded []byte) (*Device, error) {
	w := wireDevice{Device: &Device{}}
	if err := json.Unmarshal(encoded, &w); err != nil {
		return nil, fmt.Errorf("what this device remembered: %w", ErrDamaged)
	}
	if w.Format != deviceFormat {
		return nil, fmt.Errorf("what this device remembered: %w", ErrNewerFormat)
	}
	s, err := envelope.ParseStanza(w.Stanza)
	if err != nil {
		return nil, fmt.Errorf("what this device remembered: %w", err)
	}
	if s.Vault() != w.Vault || len(w.Owner) != envelope.SeedSize {
		return nil, fmt.Errorf("what this device remembered: %w", ErrDamaged)
	}
	w.Device.owner = secret.New(w.Owner)
	return w.Device, nil
}

// place returns the state of the place of that name, or nil.
func (d *Device) place(name string) *PlaceState {
	for i := range d.Places {
		if d.Places[i].Name == name {
			return &d.Places[i]
		}
	}
	return nil
}

// part returns the state of a part, and of it in a place.
func (d *Device) part(part envelope.Part, p *PlaceState) (*PartState, *Evidence) {
	if part == envelope.WalletPart {
		return &d.Wallet, &p.Wallet
	}
	return &d.Files, &p.Files
}

// holds tells whether the place was seen to hold the newest generation of a part.
func (d *Device) holds(part envelope.Part, p *PlaceState) bool {
	state, seen := d.part(part, p)
	return state.Generation == 0 || seen.Generation == state.Generation && !seen.ReadBack.IsZero()
}

// verified tells whether every part is in the place, read back.
func (d *Device) verified(p *PlaceState) bool {
	return d.holds(envelope.WalletPart, p) && d.holds(envelope.FilesPart, p)
}
