package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/journal"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// A wallet is what is in one directory: words, payments, and what the device remembers of the
// backup. It spends no bitcoin.
type wallet struct {
	dir     string
	cfg     cloudseed.Config
	journal journal.Dir
}

// label is a line of the payments file, in the form of BIP-329.
type label struct {
	Type  string `json:"type"`
	Ref   string `json:"ref"`
	Label string `json:"label"`
}

func open(dir string, cfg cloudseed.Config) *wallet {
	j := journal.Dir(filepath.Join(dir, "device"))
	cfg.Journal = j
	return &wallet{dir, cfg, j}
}

func (w *wallet) words() string    { return filepath.Join(w.dir, "words") }
func (w *wallet) payments() string { return filepath.Join(w.dir, "payments.jsonl") }

var errThere = errors.New("there is a wallet in this directory already")

// create makes a key and backs it up. The key is kept first: whatever becomes of the backup,
// the person has their money.
func (w *wallet) create(ctx context.Context, name string, pin secret.Text) (*cloudseed.Device, error) {
	if _, err := os.Lstat(w.words()); err == nil {
		return nil, errThere
	}
	if err := cloudseed.CheckPIN(pin); err != nil {
		return nil, err
	}
	p, err := phrase.New(12, phrase.English)
	if err != nil {
		return nil, err
	}
	defer p.Clear()
	if err := w.keep(p); err != nil {
		return nil, err
	}
	return cloudseed.Create(ctx, w.cfg, &cloudseed.Wallet{Name: name, Phrase: p, Birthday: time.Now()}, pin)
}

// keep stands for the phone's keystore.
func (w *wallet) keep(p phrase.Phrase) error {
	words := p.Words()
	defer words.Clear()
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(w.words(), words.Reveal(), 0o600)
}

// pay notes a payment and backs it up, without PIN and words. The payment is made whatever
// becomes of the backup: the next start goes on with it.
func (w *wallet) pay(ctx context.Context, sats int, note string) (paid label, backup error) {
	id := make([]byte, 32)
	rand.Read(id)
	paid = label{"tx", hex.EncodeToString(id), fmt.Sprintf("%s (%d sats)", note, sats)}
	line, err := json.Marshal(paid)
	if err != nil {
		return paid, err
	}
	f, err := os.OpenFile(w.payments(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return paid, err
	}
	_, err = f.Write(append(line, '\n'))
	if err := errors.Join(err, f.Close()); err != nil {
		return paid, err
	}
	return paid, w.update(ctx)
}

func (w *wallet) update(ctx context.Context) error {
	d, err := w.device()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(w.payments())
	if err != nil {
		return err
	}
	return cloudseed.Update(ctx, w.cfg, d, cloudseed.File{Name: "payments.jsonl", Data: data})
}

// start is called whenever the wallet begins: what was interrupted goes on.
func (w *wallet) start(ctx context.Context) error {
	devices, err := w.journal.Devices()
	if err != nil {
		return err
	}
	for _, d := range devices {
		if err := cloudseed.Resume(ctx, w.cfg, d); err != nil {
			return err
		}
	}
	return nil
}

// device is what this device remembers of the one backup that the wallet has.
func (w *wallet) device() (*cloudseed.Device, error) {
	devices, err := w.journal.Devices()
	if err != nil {
		return nil, err
	}
	if len(devices) == 0 {
		return nil, cloudseed.ErrNoBackup
	}
	return devices[0], nil
}

// restore brings the wallet back onto a new device, its newest backup first.
func (w *wallet) restore(ctx context.Context, pin secret.Text) (*cloudseed.Restored, error) {
	if _, err := os.Lstat(w.words()); err == nil {
		return nil, errThere
	}
	found, err := cloudseed.Find(ctx, w.cfg)
	if err != nil {
		return nil, err
	}
	r, err := cloudseed.Restore(ctx, w.cfg, found.Backups[0], pin)
	if err != nil {
		return nil, err
	}
	defer r.Wallet.Phrase.Clear()
	if err := w.keep(r.Wallet.Phrase); err != nil {
		return nil, err
	}
	for _, f := range r.Files {
		if f.Name != "payments.jsonl" { // a name from outside is no path
			continue
		}
		if err := os.WriteFile(w.payments(), f.Data, 0o600); err != nil {
			return nil, err
		}
	}
	if err := w.journal.Save(r.Device); err != nil {
		return nil, err
	}
	return r, cloudseed.LeaveReceipt(ctx, w.cfg, r)
}
