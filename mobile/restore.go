package mobile

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

// A Search is what was found in all places, the newest first.
type Search struct{ s *cloudseed.Search }

// Count is the number of backups.
func (s *Search) Count() int { return len(s.s.Backups) }

// Get returns a backup, from 0 to Count-1; null for another index.
func (s *Search) Get(i int) *Backup {
	if i < 0 || i >= s.Count() {
		return nil
	}
	return &Backup{s.s.Backups[i]}
}

// NotSeen names the places that could not be looked at, one a line: there may be more backups.
func (s *Search) NotSeen() string {
	var names []string
	for _, f := range s.s.Failed {
		names = append(names, f.Place)
	}
	return strings.Join(names, "\n")
}

// A Backup is what can be seen of one without opening it. Nothing of it is proved yet.
type Backup struct{ b *cloudseed.Backup }

// Name is the wallet's, as its files are called.
func (b *Backup) Name() string { return b.b.Name }

// Vault is the vault's id: 64 hex digits.
func (b *Backup) Vault() string { return b.b.Vault.String() }

// Modified is when the newest file was written, by the place's clock: seconds since 1970.
func (b *Backup) Modified() int64 { return unix(b.b.Modified()) }

// UnknownPINServers are the addresses, one a line, that c was not made with. Show them to the
// person before they type a PIN: anybody may have put that file there.
func (b *Backup) UnknownPINServers(c *Client) string {
	var known juicebox.Configuration
	if c != nil {
		known = c.cfg.Realms
	}
	var addresses []string
	for _, r := range b.b.UnknownRealms(known) {
		addresses = append(addresses, r.Address)
	}
	return strings.Join(addresses, "\n")
}

// Find looks for backups in every place. Kind "no-backup": every place was looked at
// completely. Kind "could-not-look": there may be one.
func (c *Client) Find() (*Search, error) {
	var s *cloudseed.Search
	err := c.run(func(ctx context.Context, cfg cloudseed.Config) (err error) {
		s, err = cloudseed.Find(ctx, cfg)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Search{s}, nil
}

// Restore opens a backup with the PIN, which spends a try if it is wrong, and remembers it as
// this device's. Kind "unsaved": it opened, but the Journal did not take it; mend that and restore
// again, the right PIN costs no try.
func (c *Client) Restore(b *Backup, pin []byte) (*Restored, error) {
	typed := secret.Copy(pin)
	defer typed.Clear()
	var r *cloudseed.Restored
	err := c.remembering(func(ctx context.Context, cfg cloudseed.Config) (err error) {
		if b == nil {
			return cloudseed.ErrNoBackup
		}
		if r, err = cloudseed.Restore(ctx, cfg, b.b, typed); err != nil {
			return err
		}
		return remember(cfg.Journal, r)
	})
	if err != nil {
		return nil, err
	}
	return &Restored{r: r, wallet: &Wallet{r.Wallet}}, nil
}

// LeaveReceipt puts a signed receipt of what was restored into every place, so that the device
// that made the backup learns of it. Call it before Restored.Clear.
func (c *Client) LeaveReceipt(r *Restored) error {
	return c.run(func(ctx context.Context, cfg cloudseed.Config) error {
		if r == nil {
			return cloudseed.ErrNoBackup
		}
		return cloudseed.LeaveReceipt(ctx, cfg, r.r)
	})
}

func remember(j cloudseed.Journal, r *cloudseed.Restored) error {
	if err := j.Save(r.Device); err != nil {
		r.Wallet.Phrase.Clear()
		r.Wallet.Passphrase.Clear()
		return fmt.Errorf("%w: %w", cloudseed.ErrUnsaved, err)
	}
	return nil
}

// Restored is an opened backup. Clear it when the words are no longer needed.
type Restored struct {
	r      *cloudseed.Restored
	wallet *Wallet
}

// Wallet is what came back.
func (r *Restored) Wallet() *Wallet { return r.wallet }

// Device is what this device now remembers of it.
func (r *Restored) Device() *Device { return &Device{r.r.Device} }

// From is the place that it came from, and MadeOn the device that sealed it.
func (r *Restored) From() string { return r.r.From }

// MadeOn is the device that sealed it.
func (r *Restored) MadeOn() string { return r.r.MadeOn }

// Files are the attached files.
func (r *Restored) Files() *Files { return &Files{r.r.Files} }

// Clear forgets the words.
func (r *Restored) Clear() { r.wallet.Clear() }

// unix is 0 for no time.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
