package cloudseed

import (
	"bytes"
	"context"
	"crypto/ed25519"

	"filippo.io/age"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/secret"
)

// An Unlock is one of two ways to the wallet, for verbs that must seal it again: the PIN,
// which spends a try at the realms, or the wallet itself, where the program has it.
type Unlock struct {
	PIN    secret.Text
	Wallet *Wallet // complete, with its passphrase, birthday and descriptors; used when not nil
}

// An unlocked wallet, for as long as it is sealed again.
type unlocked struct {
	wallet   *Wallet
	own      bool                 // the wallet was opened here, and is cleared here
	vaultKey secret.Text          // empty without the PIN
	to       *age.HybridRecipient // behind the PIN; nil if this device has not seen it
	stanza   *envelope.Stanza
}

func (u *unlocked) clear() {
	u.vaultKey.Clear()
	if u.own {
		u.wallet.Phrase.Clear()
		u.wallet.Passphrase.Clear()
	}
}

func (d *Device) unlock(ctx context.Context, cfg *Config, with Unlock) (*unlocked, error) {
	s, err := envelope.ParseStanza(d.Stanza)
	if err != nil {
		return nil, err
	}
	if with.Wallet != nil {
		return d.unlockWithWallet(s, with.Wallet)
	}
	return d.unlockWithPIN(ctx, cfg, s, with.PIN)
}

func (d *Device) unlockWithWallet(s *envelope.Stanza, w *Wallet) (*unlocked, error) {
	entropy := w.Phrase.Entropy()
	defer entropy.Clear()
	root := envelope.RootKey(entropy, s.Salt)
	defer clear(root)
	fingerprint, err := w.Fingerprint()
	if err != nil {
		return nil, err
	}
	if fingerprint != d.Fingerprint || !bytes.Equal(root.Public().(ed25519.PublicKey), s.Root) {
		return nil, ErrOtherWallet
	}
	u := &unlocked{wallet: w, stanza: s}
	if d.VaultRecipient != "" {
		u.to, err = age.ParseHybridRecipient(d.VaultRecipient)
	}
	return u, err
}

// unlockWithPIN reads the newest wallet part from a place before it spends a try.
func (d *Device) unlockWithPIN(ctx context.Context, cfg *Config, s *envelope.Stanza, pin secret.Text) (*unlocked, error) {
	sealed, err := d.sealedBytes(ctx, cfg, envelope.WalletPart)
	if err != nil {
		return nil, err
	}
	u := &unlocked{stanza: s, own: true}
	client := cfg.guessClient(s)
	d.noting(cfg, client)
	if u.vaultKey, err = recoverKey(ctx, cfg, client, s, pin); err != nil {
		return nil, err
	}
	err = cfg.during(StepVerify, "", func() error {
		o, err := openWalletPart(Located{sealed: sealed}, u.vaultKey)
		if err != nil {
			return err
		}
		r := &Restored{}
		u.wallet = &r.Wallet
		return r.readWallet(o)
	})
	if err == nil {
		u.to, err = envelope.Recipient(u.vaultKey)
	}
	if err != nil {
		u.vaultKey.Clear()
		return nil, err
	}
	d.Proved = now()
	return u, nil
}
