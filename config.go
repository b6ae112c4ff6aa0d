package cloudseed

import (
	"net/http"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/store"
)

// DefaultGuesses is how many wrong PINs each realm allows before it destroys its share.
const DefaultGuesses = 10

// Config says where backups go and which realms guard the PIN. Create needs Places and
// Realms; Find and Restore need Places.
type Config struct {
	// Places are where the sealed files are kept; any one is enough to restore.
	Places []Place

	// Realms guard the PIN of a new backup: all of them are registered, and RecoverThreshold
	// of them are needed to open it. For Restore they are the realms this device knows: a
	// backup that names others is refused with an UnknownRealmsError unless AcceptRealms is
	// set. A known realm's address here replaces the one in the backup (a moved realm).
	Realms juicebox.Configuration

	// AcceptRealms lets Restore ask realms that are not in Realms, after the person was
	// shown their names.
	AcceptRealms bool

	// Guesses is the number of wrong PINs that each realm allows; DefaultGuesses when 0.
	Guesses int

	// Known are the devices that this computer remembers. Restore notes its guesses in the one
	// whose backup it opens, so that they are not taken for a stranger's later.
	Known []*Device

	// HTTP reaches the realms; a client with sensible limits when nil. Its transport may
	// serve the scheme "embedded" for realms inside this process.
	HTTP *http.Client

	// Journal keeps the Device, so that an interrupted Create can be finished or undone.
	// When nil, nothing survives the process but what the verbs return.
	Journal Journal

	// Step is told of progress, from one goroutine at a time; nil for none.
	Step func(Step)

	// DeviceName tells people which device made a backup, such as "Samantha's laptop".
	DeviceName string

	// Kit is an emergency kit that Create and ChangePIN seal to as well; ChangePIN goes on with
	// the one that there is when zero, Create then makes none. It is ready only after ProveKit.
	Kit Kit

	// DropKit lets ChangePIN end the emergency kit, because its paper is lost: the new files
	// are not sealed to it, and those before are removed. Copies of them stay open to it.
	DropKit bool

	weakHashing bool // tests only: accept FastInsecure
}

// A Place is somewhere of the person's own, under the name they gave it.
type Place struct {
	Name  string // "usb stick"; unique in a Config
	URL   string // "folder:/media/usb", for people and for opening it again; no password in it
	Store store.Store
}

// A Journal remembers a Device. When Save returns nil the Device survives a crash.
type Journal interface {
	Save(*Device) error
	// Forget removes what was saved for a Create that was undone.
	Forget(VaultID) error
}

func (c *Config) guesses() int {
	if c.Guesses == 0 {
		return DefaultGuesses
	}
	return c.Guesses
}

func (c *Config) save(d *Device) error {
	if c.Journal == nil {
		return nil
	}
	return c.Journal.Save(d)
}

// note saves how far something has come that only goes forward. What was done stays done.
func (c *Config) note(d *Device) error {
	if err := c.save(d); err != nil {
		return join(ErrUnsaved, err)
	}
	return nil
}

func (c *Config) forget(id VaultID) error {
	if c.Journal == nil {
		return nil
	}
	return c.Journal.Forget(id)
}

func now() time.Time { return time.Now().UTC().Truncate(time.Second) }
