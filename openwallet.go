package cloudseed

import (
	"context"
	"fmt"

	"github.com/cloudseed/cloudseed/secret"
)

// OpenWallet opens the wallet of a backup that this device made, for somebody who wants to
// write its words down. The newest wallet part is read from a place before a try is spent. The
// caller clears the wallet's phrase and passphrase.
//
// It fails as Restore does: a wrong PIN is a *WrongPINError and spends a try.
func OpenWallet(ctx context.Context, cfg Config, d *Device, pin secret.Text) (*Wallet, error) {
	cfg.inTurn()
	if err := d.made(); err != nil {
		return nil, fmt.Errorf("open wallet: %w", err)
	}
	u, err := d.unlock(ctx, &cfg, Unlock{PIN: pin})
	if err != nil {
		return nil, err
	}
	u.vaultKey.Clear()
	if err := cfg.save(d); err != nil { // that the PIN was proved
		u.clear()
		return nil, err
	}
	return u.wallet, nil
}
