package cloudseed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
)

// A KitState is what a device remembers of the emergency kit: nothing that opens anything.
type KitState struct {
	Recipient string    // its public half; "" when this device does not know it
	Sealed    time.Time // when the wallet was first sealed to it here
	Proved    time.Time // when it was last typed in from the paper and opened the backup
}

// A KitStatus is how far an emergency kit can be relied on.
type KitStatus string

const (
	KitNone     KitStatus = "none"
	KitUnproved KitStatus = "not proved" // sealed to; nobody has shown yet that it is on paper
	KitUnknown  KitStatus = "not known"  // there is one, made elsewhere; this device cannot seal to it until it is typed in
	KitReady    KitStatus = "ready"      // typed in from the paper, and it opened the backup
)

// KitStatus tells whether there is a kit, and whether it was proved.
func (d *Device) KitStatus() KitStatus {
	switch {
	case !d.Wallet.Kit:
		return KitNone
	case d.Kit.Recipient == "":
		return KitUnknown
	case d.Kit.Proved.IsZero():
		return KitUnproved
	}
	return KitReady
}

// KitOpensFiles tells whether the kit alone opens the newest attached files; where it does
// not, the recovery phrase does, which is in the wallet part.
func (d *Device) KitOpensFiles() bool { return d.Files.Generation == 0 || d.Files.Kit }

// ProveKit makes a kit ready: it was typed in from the paper, and opens the newest wallet
// part as a place gives it back now. On a device that did not know the kit, attached files
// are sealed to it from now on.
//
// It fails with ErrWrongKit for another kit, and as the places do if none gives the file back.
func ProveKit(ctx context.Context, cfg Config, d *Device, kit Kit) error {
	cfg.inTurn()
	if d.Stage == StagePrepared {
		return fmt.Errorf("prove kit: %w", ErrNoBackup)
	}
	recipient, err := envelope.Recipient(kit.seed)
	if err != nil {
		return err
	}
	if d.Kit.Recipient != "" && d.Kit.Recipient != recipient.String() {
		return ErrWrongKit
	}
	err = cfg.during(StepVerify, "", func() error {
		sealed, err := d.bytesInPlace(ctx, &cfg, envelope.WalletPart)
		if err != nil {
			return err
		}
		return kitError(opensWallet(sealed, kit.seed))
	})
	if err != nil {
		return err
	}
	d.Kit.Recipient, d.Kit.Proved = recipient.String(), now()
	return cfg.save(d)
}

// kitError gives what a file says to a kit that is not its own the name of this package.
func kitError(err error) error {
	if errors.Is(err, envelope.ErrWrongKey) {
		return join(ErrWrongKit, err)
	}
	return err
}
