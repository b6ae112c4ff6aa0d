package cloudseed

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/secret"
)

// The kinds of failure beside those of Restore and Update.
var (
	ErrOtherWallet = errors.New("the words belong to another wallet")
	ErrNeedsPIN    = errors.New("this device can do that only with the PIN")
)

// AddKit seals the wallet again, to a new emergency kit beside the PIN's key, as the next
// generation under the same registration, and attached files likewise; it opens what it
// sealed with the kit, and puts it into every place, read back. Generations that were there
// before stay: they open with the PIN, not with the kit. If there was a kit, the new one
// takes its place from now on, but files that were sealed to the old one go on opening with it.
//
// With a Wallet it asks no realm, and fails with ErrOtherWallet if that is not the vault's
// or with ErrNeedsPIN if this device does not remember the public half of the PIN's key.
// With a PIN it fails as Restore does. It fails with an *IncompleteError when some place
// does not have it yet; Resume goes on. Only ProveKit makes the kit ready.
func AddKit(ctx context.Context, cfg Config, d *Device, kit Kit, with Unlock) error {
	cfg.inTurn()
	if err := errors.Join(d.made(), d.undecided()); err != nil {
		return fmt.Errorf("add kit: %w", err)
	}
	u, err := d.unlock(ctx, &cfg, with)
	if err != nil {
		return err
	}
	defer u.clear()
	if u.to == nil {
		return ErrNeedsPIN
	}
	if err := d.sealAndSave(&cfg, func(next *Device) error { return next.sealToKit(ctx, &cfg, u, kit) }); err != nil {
		return err
	}
	return upload(ctx, &cfg, d)
}

// sealToKit makes the next generation of both parts.
func (d *Device) sealToKit(ctx context.Context, cfg *Config, u *unlocked, kit Kit) error {
	recipient, err := envelope.Recipient(kit.seed)
	if err != nil {
		return err
	}
	d.VaultRecipient = u.to.String()
	d.Kit = KitState{Recipient: recipient.String(), Sealed: now()}
	if err := d.sealWalletAgain(cfg, u, kit); err != nil || d.Files.Generation == 0 {
		return err
	}
	return d.sealFilesAgain(ctx, cfg, u)
}

func (d *Device) sealWalletAgain(cfg *Config, u *unlocked, kit Kit) error {
	to, err := d.recipients(u.to)
	if err != nil {
		return err
	}
	owner := ed25519.NewKeyFromSeed(d.owner.Reveal())
	defer clear(owner)
	h := envelope.Header{Generation: d.above(envelope.WalletPart), Previous: d.Wallet.SHA256, Created: now(),
		Device: cfg.DeviceName, Files: d.Accepted, Places: d.placeURLs()}
	wallet := sealedWallet(u.wallet, d)
	defer wallet.Phrase.Clear()
	sealed, err := envelope.SealWallet(u.stanza, owner, h, wallet, to...)
	if err != nil {
		return err
	}
	if err := opensWallet(sealed, kit.seed); err != nil {
		return err
	}
	opened := time.Time{}
	if u.vaultKey.Len() > 0 {
		if err := opensWallet(sealed, u.vaultKey); err != nil {
			return err
		}
		opened = d.Proved
	}
	d.Wallet = PartState{Generation: h.Generation, SHA256: envelope.Sum(sealed), Size: len(sealed), Sealed: h.Created,
		Pending: sealed, Opened: opened, Kit: true}
	return nil
}

// opensWallet tells whether a key opens a sealed wallet part, to the last check.
func opensWallet(sealed []byte, key secret.Text) error {
	o, err := openWalletPart(Located{sealed: sealed}, key)
	if err == nil {
		o.Wallet.Phrase.Clear()
		o.Wallet.Passphrase.Clear()
	}
	return err
}

// sealFilesAgain seals the newest attached files to the kit too, if a place gives them back.
// If none does they stay as they are, and Device.KitOpensFiles says so.
func (d *Device) sealFilesAgain(ctx context.Context, cfg *Config, u *unlocked) error {
	sealed, err := d.sealedBytes(ctx, cfg, envelope.FilesPart)
	if err != nil {
		return nil
	}
	entropy := u.wallet.Phrase.Entropy()
	defer entropy.Clear()
	key := envelope.FilesKey(entropy, u.stanza.Salt)
	defer key.Clear()
	o, err := envelope.Open(sealed, key)
	if err != nil {
		return err
	}
	return d.sealFiles(cfg.DeviceName, o.Files)
}

func (d *Device) placeURLs() []string {
	var urls []string
	for _, p := range d.Places {
		urls = append(urls, p.URL)
	}
	return urls
}
