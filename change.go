package cloudseed

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

// ErrNotChanged says that an interrupted change was taken back: the PIN and the realms are
// those from before it.
var ErrNotChanged = errors.New("the change was taken back")

// ErrKitUnknown says that the emergency kit was made on another device, so that this one
// cannot seal to it.
var ErrKitUnknown = errors.New("this device does not know the emergency kit")

// A Reason says why a PIN is changed, and so when its predecessor must end.
type Reason string

const (
	// Routine: the PIN before keeps working until every place has the new backup.
	Routine Reason = ""
	// Stolen: somebody else may know the PIN or hold a device. What opens with the PIN before
	// ends as soon as one place has the new backup.
	Stolen Reason = "stolen"
)

// ChangePIN gives the vault a new PIN, and new realms where cfg.Realms names others than
// before. It registers a fresh key at every realm, proves the new PIN by a whole recovery,
// seals the wallet again and puts it into every place, read back. Only then is the record of
// the PIN before deleted, and after that its wallet part in each place.
//
// After guesses that nobody accounts for, and after a theft, it refuses the PIN before with
// ErrSamePIN.
//
// It needs the wallet: with the PIN before it is opened, which fails as Restore does and
// spends a try; with other words than the vault's it fails with ErrOtherWallet. An emergency
// kit goes on opening the backup, unless cfg.DropKit; one that this device does not know must
// be proved or dropped first (ErrKitUnknown), or it would end without a word.
//
// When it returns nil, every place opens with the new PIN and with no other. With an
// *IncompleteError, ErrOldPIN or ErrUnsaved the new PIN works wherever it was verified, the one before
// still works elsewhere, and Resume goes on. With any other error nothing has changed.
func ChangePIN(ctx context.Context, cfg Config, d *Device, with Unlock, pin secret.Text, why Reason) error {
	cfg.inTurn()
	if err := d.writable(); err != nil {
		return fmt.Errorf("change the PIN: %w", err)
	}
	return renew(ctx, &cfg, d, with, pin, why)
}

// renew makes the registration that follows every one that was seen.
func renew(ctx context.Context, cfg *Config, d *Device, with Unlock, pin secret.Text, why Reason) error {
	cfg.keepRealms(d)
	if err := checkChange(cfg, d, pin); err != nil {
		return err
	}
	if err := d.refuseSame(with, pin, why); err != nil {
		return err
	}
	if d.Next != nil {
		if err := d.dropNext(cfg); err != nil {
			return err
		}
	}
	u, err := d.unlock(ctx, cfg, with)
	if err != nil {
		return err
	}
	defer u.clear()
	return change(ctx, cfg, d, u, pin, why)
}

func change(ctx context.Context, cfg *Config, d *Device, u *unlocked, pin secret.Text, why Reason) error {
	if err := replace(ctx, cfg, d, u, pin, why); err != nil {
		return err
	}
	return finish(ctx, cfg, d)
}

// replace goes as far as a change can be taken back: the new registration is made, proved,
// sealed and journaled, and nothing has reached a place.
func replace(ctx context.Context, cfg *Config, d *Device, u *unlocked, pin secret.Text, why Reason) error {
	c, err := successor(cfg, d, u.wallet)
	if err != nil {
		return err
	}
	defer c.clear()
	d.Next = &Record{Registration: c.stanza.Registration, Stanza: c.stanza.Body(), owner: c.ownerSeed}
	if err := cfg.save(d); err != nil {
		d.Next = nil
		return err
	}
	if err := c.register(ctx, cfg, pin); err != nil {
		return takeBack(cfg, d, err)
	}
	if err := cfg.during(StepSeal, "", func() error { return c.sealChange(ctx, cfg, u) }); err != nil {
		return takeBack(cfg, d, err)
	}
	c.device.Old = append(slices.Clone(d.Old), d.record(why))
	c.device.Other, c.device.Conflict, c.device.Openings = nil, nil, nil // all of it is below now
	c.device.Stage = StageSealed
	if err := cfg.save(c.device); err != nil {
		return takeBack(cfg, d, err)
	}
	*d = *c.device
	return nil
}

// keepRealms fills in what cfg leaves open with what the vault has.
func (c *Config) keepRealms(d *Device) {
	s, err := envelope.ParseStanza(d.Stanza)
	if err != nil || len(c.Realms.Realms) > 0 {
		return
	}
	c.Realms = juicebox.Configuration{Realms: realmsOf(s), RegisterThreshold: len(s.Realms),
		RecoverThreshold: s.Recover, PINHashingMode: juicebox.PINHashingMode(s.Hashing)}
	if c.Guesses == 0 {
		c.Guesses = s.Guesses
	}
}

func checkChange(cfg *Config, d *Device, pin secret.Text) error {
	if d.KitStatus() == KitUnknown && !cfg.DropKit && cfg.Kit.seed.Len() == 0 {
		return ErrKitUnknown
	}
	if err := CheckPIN(pin); err != nil {
		return err
	}
	if err := cfg.Realms.Validate(); err != nil {
		return join(ErrUnsafe, err)
	}
	return nil
}

// refuseSame keeps a PIN that somebody else may know from being chosen again. Without the PIN
// before, that cannot be told here: nothing on a device remembers a PIN.
func (d *Device) refuseSame(with Unlock, pin secret.Text, why Reason) error {
	if why != Stolen && d.Stranger() == nil || with.PIN.Len() == 0 {
		return nil
	}
	before, after := normalPIN(with.PIN), normalPIN(pin)
	defer before.Clear()
	defer after.Clear()
	if before.Equal(after) {
		return ErrSamePIN
	}
	return nil
}

// successor prepares the registration that follows d's. Its device is a copy of d, which
// takes d's place once the new wallet part is sealed and saved.
func successor(cfg *Config, d *Device, w *Wallet) (*creation, error) {
	before, err := envelope.ParseStanza(d.Stanza)
	if err != nil {
		return nil, err
	}
	number := d.Registration + 1
	if d.Other != nil && d.Other.Registration >= number {
		number = d.Other.Registration + 1
	}
	c, err := newRegistration(cfg, w.Phrase.Entropy(), before.Salt, number)
	if err != nil {
		return nil, err
	}
	device := *d
	device.Places = slices.Clone(d.Places)
	device.Next, device.Reminder = nil, Reminder{}
	device.adoptNew(c)
	if d.Files.Generation > 0 {
		device.Accepted = envelope.Reference{Generation: d.Files.Generation, SHA256: d.Files.SHA256}
	}
	c.device = &device
	return c, nil
}

// sealChange seals the wallet part, and attached files without a kit that is dropped.
func (c *creation) sealChange(ctx context.Context, cfg *Config, u *unlocked) error {
	if err := c.seal(cfg, u.wallet, nil); err != nil {
		return err
	}
	if cfg.DropKit && c.device.Files.Kit {
		return c.device.sealFilesAgain(ctx, cfg, u)
	}
	return nil
}

// takeBack ends a change of which nothing has reached a place. What cannot be deleted now
// stays in d.Next for Resume.
func takeBack(cfg *Config, d *Device, cause error) error {
	if err := d.dropNext(cfg); err != nil {
		return join(cause, err)
	}
	return cause
}

// dropNext deletes the record of a change that did not come to an end, even if the person has
// cancelled. The journal must say first that the change is off: it may hold the device that
// would have gone forward with that record.
func (d *Device) dropNext(cfg *Config) error {
	if err := cfg.save(d); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), undoTime)
	defer cancel()
	failed, err := d.Next.delete(ctx, cfg)
	if err != nil {
		return err
	}
	if len(failed) > 0 {
		return realmError(&failed[0])
	}
	d.Next = nil
	return cfg.save(d)
}
