package cloudseed

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// Restored is an opened backup. Clear its Wallet.Phrase when it is no longer needed.
type Restored struct {
	Wallet     Wallet
	Files      []File
	Device     *Device   // for this device to remember, through its Journal
	Created    time.Time // when the opened wallet part was sealed, by that device's clock
	MadeOn     string    // which device sealed it
	From       string    // the place it came from
	Generation int       // of the wallet part
	FilesFrom  string    // the place that the attached files came from; "" if there are none
	Skipped    []Skipped // files that were not what they claimed to be, or left out
	Behind     []Lag     // places that show something older than another place
}

// ErrOldFiles says that attached files were made by a device which had been replaced. They
// are shown and not mixed in.
var ErrOldFiles = errors.New("made under a replaced PIN after that was replaced")

// Restore opens a backup that Find returned. A typed PIN is one round against the realms of
// one stanza and spends one guess there: it is never tried on another backup.
//
// It fails with a *WrongPINError, ErrNoTries, ErrNoRecord, ErrRealms, ErrBusy, ErrElsewhere or
// *UnknownRealmsError before anything is opened, and with ErrDamaged when the PIN was right
// and no file is authentic.
func Restore(ctx context.Context, cfg Config, b *Backup, pin secret.Text) (*Restored, error) {
	cfg.inTurn()
	if err := checkRealmsKnown(&cfg, b); err != nil {
		return nil, err
	}
	client := cfg.guessClient(b.stanza)
	for _, d := range cfg.Known {
		if bytes.Equal(d.Stanza, b.stanza.Body()) {
			d.noting(&cfg, client)
		}
	}
	vaultKey, err := recoverKey(ctx, &cfg, client, b.stanza, pin)
	if err != nil {
		return nil, err
	}
	defer vaultKey.Clear()
	vault, err := envelope.Recipient(vaultKey)
	if err != nil {
		return nil, err
	}
	return b.restore(&cfg, vaultKey, Device{Proved: now(), VaultRecipient: vault.String()})
}

// RestoreWithKit opens a backup with its emergency kit. No realm is asked and no PIN is
// needed or shown to be right: the Device that comes of it says nothing about either.
//
// It fails with ErrWrongKit if no file of the backup is sealed to the kit. Files that are
// not, and are newer than the one that was opened, are among Skipped.
func RestoreWithKit(ctx context.Context, cfg Config, b *Backup, kit Kit) (*Restored, error) {
	cfg.inTurn()
	recipient, err := envelope.Recipient(kit.seed)
	if err != nil {
		return nil, err
	}
	return b.restore(&cfg, kit.seed, Device{Kit: KitState{Recipient: recipient.String(), Proved: now()}})
}

// restore opens a backup with the vault key or the kit; known is what the device then
// remembers of that key.
func (b *Backup) restore(cfg *Config, key secret.Text, known Device) (*Restored, error) {
	r := &Restored{}
	var opened *envelope.Opened
	var wallet, files PartState
	err := cfg.during(StepVerify, "", func() (err error) {
		opened, wallet, err = r.openWallet(b, key)
		return err
	})
	if err != nil {
		return nil, err
	}
	cfg.during(StepFiles, "", func() error {
		files = r.openFiles(b, opened)
		return nil
	})
	wallet.Opened = known.Proved
	return r, r.remember(cfg, b, opened, wallet, files, known)
}

func checkRealmsKnown(cfg *Config, b *Backup) error {
	unknown := b.UnknownRealms(cfg.Realms)
	for _, r := range unknown {
		if embedded(r) {
			return ErrElsewhere
		}
	}
	if len(unknown) > 0 && !cfg.AcceptRealms {
		return &UnknownRealmsError{unknown}
	}
	return nil
}

func recoverKey(ctx context.Context, cfg *Config, client *juicebox.Client, s *envelope.Stanza, pin secret.Text) (key secret.Text, err error) {
	pin = normalPIN(pin)
	defer pin.Clear()
	info := s.Hash()
	err = cfg.during(StepOpen, "", func() error {
		client.Patience = patience
		got, err := client.Recover(ctx, pin, info[:])
		key = got.Secret
		return realmError(err)
	})
	return key, err
}

// openWallet opens every wallet part of the stanza and takes the highest generation that is
// authentic; of two, the one with the lower hash, so that every reader takes the same.
func (r *Restored) openWallet(b *Backup, key secret.Text) (*envelope.Opened, PartState, error) {
	var best *envelope.Opened
	var from Located
	for _, l := range b.Wallet {
		o, err := openWalletPart(l, key)
		switch {
		case err != nil:
			r.Skipped = append(r.Skipped, Skipped{l, err})
		case best == nil || precedes(o, l, best, from):
			best, from = o, l
		}
	}
	if best == nil {
		if r.anotherKey() {
			return nil, PartState{}, join(ErrWrongKit, r.Skipped[0].Err)
		}
		return nil, PartState{}, join(ErrDamaged, r.Skipped[0].Err)
	}
	r.Created, r.MadeOn = best.Manifest.Created, best.Manifest.Device
	r.From, r.Generation = from.Place, best.Manifest.Generation
	return best, partState(best, from), r.readWallet(best)
}

// partState is what a device remembers of the file that was opened. Its generation is the
// one that is signed, not the one in its name.
func partState(o *envelope.Opened, from Located) PartState {
	return PartState{Generation: o.Manifest.Generation, SHA256: envelope.Sum(from.sealed), Size: from.Size,
		Sealed: o.Manifest.Created, Names: fileNames(o.Files),
		Kit: envelope.Recipients(from.sealed) > 1}
}

// anotherKey tells whether every file is whole as far as can be seen and sealed to another
// key. After a PIN that the realms took for right that cannot be.
func (r *Restored) anotherKey() bool {
	return !slices.ContainsFunc(r.Skipped, func(s Skipped) bool { return !errors.Is(s.Err, envelope.ErrWrongKey) })
}

func openWalletPart(l Located, key secret.Text) (*envelope.Opened, error) {
	o, err := envelope.Open(l.sealed, key)
	if err != nil {
		return nil, err
	}
	if o.Manifest.Part != envelope.WalletPart {
		return nil, fmt.Errorf("a %s part under a wallet's name: %w", o.Manifest.Part, ErrDamaged)
	}
	p, err := parseWords(o.Wallet)
	if err != nil {
		return nil, err
	}
	defer p.Clear()
	entropy := p.Entropy()
	defer entropy.Clear()
	return o, o.CheckRoot(entropy)
}

func precedes(a *envelope.Opened, al Located, b *envelope.Opened, bl Located) bool {
	if c := cmp.Compare(a.Manifest.Generation, b.Manifest.Generation); c != 0 {
		return c > 0
	}
	return envelope.Sum(al.sealed) < envelope.Sum(bl.sealed)
}

func parseWords(w *envelope.Wallet) (phrase.Phrase, error) {
	p, err := phrase.ParseIn(w.Phrase.Reveal(), phrase.Language(w.Language))
	if err != nil {
		return p, join(ErrDamaged, err)
	}
	return p, nil
}

// readWallet takes the wallet over. That the words give the fingerprint which was sealed
// with them shows that no passphrase was lost on the way.
func (r *Restored) readWallet(o *envelope.Opened) error {
	p, err := parseWords(o.Wallet)
	if err != nil {
		return err
	}
	w := o.Wallet
	r.Wallet = Wallet{Name: w.Name, Phrase: p, Passphrase: w.Passphrase, Descriptors: w.Descriptors}
	if w.Birthday != "" {
		r.Wallet.Birthday, err = time.Parse(time.DateOnly, w.Birthday)
	}
	fingerprint, ferr := r.Wallet.Fingerprint()
	if err != nil || ferr != nil || fingerprint != w.Fingerprint {
		return fmt.Errorf("the words do not give the fingerprint that was sealed with them: %w", ErrDamaged)
	}
	return nil
}

// openFiles finds the attached files: the newest of this registration, or those of an older
// one as far as the wallet part accepts them.
func (r *Restored) openFiles(b *Backup, wallet *envelope.Opened) PartState {
	entropy := r.Wallet.Phrase.Entropy()
	defer entropy.Clear()
	key := envelope.FilesKey(entropy, b.stanza.Salt)
	defer key.Clear()
	var best *envelope.Opened
	var from Located
	for _, l := range b.Files {
		o, err := openFilesPart(l, key, b, wallet.Manifest.Files.Generation)
		switch {
		case err != nil:
			r.Skipped = append(r.Skipped, Skipped{l, err})
		case best == nil || o.Stanza.Registration > best.Stanza.Registration ||
			o.Stanza.Registration == best.Stanza.Registration && precedes(o, l, best, from):
			best, from = o, l
		}
	}
	if best == nil {
		return PartState{}
	}
	r.Files, r.FilesFrom = best.Files, from.Place
	return partState(best, from)
}

func openFilesPart(l Located, key secret.Text, b *Backup, accepted int) (*envelope.Opened, error) {
	if l.stanza.Registration > b.Registration {
		return nil, ErrOldFiles // of a registration that this PIN does not belong to
	}
	o, err := envelope.Open(l.sealed, key)
	if err != nil {
		return nil, err
	}
	if o.Manifest.Part != envelope.FilesPart {
		return nil, fmt.Errorf("a %s part under the name of attached files: %w", o.Manifest.Part, ErrDamaged)
	}
	if l.stanza.Hash() != b.stanza.Hash() && o.Manifest.Generation > accepted {
		return nil, ErrOldFiles
	}
	return o, nil
}

// remember makes what this device should keep, with the evidence that it has seen.
func (r *Restored) remember(cfg *Config, b *Backup, o *envelope.Opened, wallet, attached PartState, known Device) error {
	address, err := r.Wallet.FirstAddress()
	if err != nil {
		return err
	}
	entropy := r.Wallet.Phrase.Entropy()
	defer entropy.Clear()
	files, err := filesRecipient(entropy, b.stanza)
	if err != nil {
		return err
	}
	d := &Device{Vault: b.Vault, Name: r.Wallet.Name, Fingerprint: o.Wallet.Fingerprint, FirstAddress: address,
		Stage: StageDone, Created: r.Created, Proved: known.Proved, FilesRecipient: files, VaultRecipient: known.VaultRecipient, Kit: known.Kit,
		Accepted: o.Manifest.Files, Wallet: wallet, Files: attached}
	d.adopt(b.stanza, o.Wallet.Owner)
	r.compare(cfg, b, d, o.Manifest.Places)
	for i := range d.Realms {
		d.Realms[i].Seen = d.Proved
	}
	r.Device = d
	return nil
}

// evidence is what was just read from a place and opened.
func (d *Device) evidence(p Place, at time.Time, all []Located) PlaceState {
	state := PlaceState{Name: p.Name, URL: p.URL, Looked: at}
	for _, l := range all {
		if l.Place != p.Name {
			continue
		}
		for _, part := range []envelope.Part{envelope.WalletPart, envelope.FilesPart} {
			newest, seen := d.part(part, &state)
			if newest.Generation > 0 && envelope.Sum(l.sealed) == newest.SHA256 {
				*seen = Evidence{File: l.File, Generation: newest.Generation, Accepted: at, ReadBack: at, Opened: d.Proved, Queued: store.Queued(p.Store)}
				state.Base, _, _, _ = envelope.ParseFileName(l.File)
			}
		}
	}
	return state
}
