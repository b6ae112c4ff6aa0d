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
	StageDeleting Stage = "deleting" // the person wants it gone: nothing is written any more
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
	VaultRecipient string // public half of the key behind the PIN; "" if this device has not seen it
	Kit            KitState

	// Accepted is the newest files part of an earlier registration that the wallet part takes
	// over; zero when there is none.
	Accepted envelope.Reference

	// What was seen of other devices; see superseded and undecided.
	Other    *Sighting `json:",omitempty"` // the highest registration beside or above this one
	Conflict *Sighting `json:",omitempty"` // a generation beside or above this device's, of the same registration
	Surveyed time.Time // last look for them into the places that answered
	Openings []Opening `json:",omitempty"` // receipts of other devices, the newest first
	Receipt  string    `json:",omitempty"` // file name of this device's own

	Reminder Reminder  // of the PIN
	Guard    Guard     // the amount that the backup is good for
	Written  time.Time `json:",omitzero"` // when the person last showed that the words are on paper; zero for never

	Next *Record  // a change of PIN or realms of which nothing has reached a place; nil for none
	Old  []Record // replaced registrations of which something is left

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

	Opened time.Time // when these bytes were opened with what the PIN gave back; zero for never
	Kit    bool      // sealed to an emergency kit as well

	Sums    []string `json:",omitempty"` // SHA-256 of the attached files' contents, hex, in the order of Names
	Earlier []Sealed `json:",omitempty"` // generations of the files part that this device had in a place before, the newest first
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

	Forks     []string  `json:",omitempty"` // names that two writers have created there, as it last said (store.Forker)
	Drill     Practice  // the last one from this place
	Failing   time.Time // when the first of the failures since the last success was; zero if the last was good
	NotBefore time.Time // a Courier does not ask the place again before
}

// Beside tells whether something else has the plain name in this place, another wallet's
// backup or what cannot be read, so that d's files stand beside it under a name of their own.
func (p *PlaceState) Beside(d *Device) bool {
	return p.Base == envelope.SiblingName(envelope.BaseName(d.Name), d.Vault)
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
	Rests   time.Time // it takes no guess before then, after wrong ones; zero or past: it does
	Guesses Guesses
}

const deviceFormat = "cloudseed device 1"

// wireDevice adds to a Device what its String and JSON forms must not show.
type wireDevice struct {
	*Device
	Owner     []byte
	NextOwner []byte   `json:",omitempty"`
	OldOwners [][]byte `json:",omitempty"` // in the order of Old
}

// Encode writes d, with its owner keys, for a Journal. Keep it where sign-ins are kept.
func (d *Device) Encode() ([]byte, error) {
	d.Format = deviceFormat
	w := wireDevice{Device: d, Owner: d.owner.Reveal()}
	if d.Next != nil {
		w.NextOwner = d.Next.owner.Reveal()
	}
	for i := range d.Old {
		w.OldOwners = append(w.OldOwners, d.Old[i].owner.Reveal())
	}
	return json.MarshalIndent(w, "", "  ")
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
	if err := w.check(); err != nil {
		return nil, fmt.Errorf("what this device remembered: %w", err)
	}
	w.Device.owner = secret.New(w.Owner)
	if w.Next != nil {
		w.Next.owner = secret.New(w.NextOwner)
	}
	for i := range w.Old {
		w.Old[i].owner = secret.New(w.OldOwners[i])
	}
	return w.Device, nil
}

// check tells whether every registration is one of this vault and has its key.
func (w *wireDevice) check() error {
	stanzas, owners := [][]byte{w.Stanza}, [][]byte{w.Owner}
	if w.Next != nil {
		stanzas, owners = append(stanzas, w.Next.Stanza), append(owners, w.NextOwner)
	}
	for _, r := range w.Old {
		stanzas = append(stanzas, r.Stanza)
	}
	if owners = append(owners, w.OldOwners...); len(owners) != len(stanzas) {
		return ErrDamaged
	}
	for i, stanza := range stanzas {
		s, err := envelope.ParseStanza(stanza)
		if err != nil {
			return err
		}
		if s.Vault() != w.Vault || len(owners[i]) != envelope.SeedSize {
			return ErrDamaged
		}
	}
	return nil
}

// writable tells whether this device may write the vault: it was made, not deleted since, and
// no other device has taken it over.
func (d *Device) writable() error {
	if err := d.made(); err != nil {
		return err
	}
	return d.superseded()
}

// made tells whether there is a backup at all.
func (d *Device) made() error {
	switch d.Stage {
	case StagePrepared:
		return ErrNoBackup
	case StageDeleting:
		return ErrDeleting
	}
	return nil
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
