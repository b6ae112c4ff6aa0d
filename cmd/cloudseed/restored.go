package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/secret"
)

// restored keeps, shows and writes what was opened. The words go to the terminal device
// or into files, never to standard output.
func (s *session) restored(ctx context.Context, r *cloudseed.Restored, places []opened) error {
	k, err := s.keep(r, places)
	if err != nil {
		return err
	}
	if s.flags.takeTheirs {
		if err := s.takeTheirs(ctx, r, k.device); err != nil {
			return err
		}
	}
	result := newRestoreResult(r)
	result.Forks = s.forks
	if s.flags.out != "" {
		if err := writeOut(s.flags.out, r); err != nil {
			return err
		}
		result.Out = absolute(s.flags.out)
	}
	if s.flags.showPhrase {
		s.showPhrase(r.Wallet.Phrase)
		if r.Wallet.Passphrase.Len() > 0 {
			s.tty.Tell("%s %s", say("It has a passphrase too:"), r.Wallet.Passphrase.Reveal())
		}
	}
	cfg, _, err := s.deviceConfig(ctx, k.device)
	if err != nil {
		return err
	}
	s.leaveWord(ctx, cfg, r, k)
	if !s.take.over && !s.asksOver(k) { // nobody waits for an answer: the result comes last
		s.catchUp(ctx, cfg, k)
		s.printer.result("restore", result)
		return nil
	}
	s.printer.result("restore", result)
	return s.goOn(ctx, cfg, r, k)
}

// kept is the backup as this computer remembers it after a restore.
type kept struct {
	device *cloudseed.Device
	known  bool // it had written this registration itself
}

// keep remembers the backup on this computer. What it knew of the vault before stays where
// that is worth more, and is joined with the newer one otherwise.
func (s *session) keep(r *cloudseed.Restored, places []opened) (kept, error) {
	devices, err := s.profile.Devices()
	if err != nil {
		return kept{}, err
	}
	for _, d := range devices {
		if d.Vault == r.Device.Vault && !r.Follow(d, s.take.over) {
			return kept{d, true}, nil
		}
	}
	if err := s.profile.Save(r.Device); err != nil {
		return kept{}, err
	}
	if err := s.remember(places); err != nil {
		return kept{}, err
	}
	known, err := s.namedRealms()
	if err != nil {
		return kept{}, err
	}
	return kept{device: r.Device}, s.rememberRealms(known)
}

type restoreResult struct {
	Name         string    `json:"name"`
	Vault        string    `json:"vault"`
	Fingerprint  string    `json:"fingerprint"`
	FirstAddress string    `json:"first_address"`
	Words        int       `json:"words"` // how many
	Passphrase   bool      `json:"passphrase"`
	From         string    `json:"from"`
	Generation   int       `json:"generation"`
	Created      time.Time `json:"created"`
	MadeOn       string    `json:"made_on"`
	Files        []string  `json:"files,omitempty"`
	Out          string    `json:"out,omitempty"`
	TryingOut    bool      `json:"trying_out"`
	Registration uint64    `json:"registration"`
	Behind       []string  `json:"behind,omitempty"` // places that show something older
	Skipped      []skipRow `json:"skipped,omitempty"`
	Forks        []forkRow `json:"forks,omitempty"` // seen while looking; said then
}

func newRestoreResult(r *cloudseed.Restored) restoreResult {
	result := restoreResult{
		Name: r.Wallet.Name, Vault: r.Device.Vault.String(), Fingerprint: r.Device.Fingerprint,
		FirstAddress: r.Device.FirstAddress, Words: r.Wallet.Phrase.Count(), Passphrase: r.Wallet.Passphrase.Len() > 0,
		From: r.From, Generation: r.Generation, Created: r.Created, MadeOn: r.MadeOn,
		Registration: r.Device.Registration, TryingOut: r.Device.TryingOut(), Skipped: skipRows(r.Skipped),
	}
	for _, f := range r.Files {
		result.Files = append(result.Files, f.Name)
	}
	for _, l := range r.Behind {
		result.Behind = append(result.Behind, tongue().Behind(l))
	}
	return result
}

func (r restoreResult) text(w io.Writer) {
	printf(w, "restored %s\n", r.Name)
	printf(w, "  fingerprint    %s\n", r.Fingerprint)
	printf(w, "  first address  %s\n", r.FirstAddress)
	printf(w, "  %d words, from %s, generation %d, made on %s at %s\n", r.Words, r.From, r.Generation, r.MadeOn, tongue().Short(r.Created))
	if len(r.Files) > 0 {
		printf(w, "  attached       %s\n", strings.Join(r.Files, ", "))
	}
	if r.Out != "" {
		printf(w, "  written to     %s\n", r.Out)
	}
	for _, f := range r.Skipped {
		printf(w, "  not used       %s in %s: %s\n", f.File, f.Place, tongue().Line(f.Why))
	}
	for _, line := range r.Behind {
		fmt.Fprintf(w, "  %s\n", line)
	}
	if r.TryingOut {
		fmt.Fprintf(w, "  %s\n", tongue().TryingOut())
	}
}

// checkOut refuses a directory that has something in it, before any try is spent.
func checkOut(dir string) error {
	if dir == "" {
		return nil
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return noFile(dir, err)
	case len(entries) > 0:
		return badFlag(say("The directory %s is not empty.", dir), say("Say --out with a new directory: nothing is ever written over."))
	}
	return nil
}

// writeOut writes the words and the attached files, each 0600 and only where nothing is.
func writeOut(dir string, r *cloudseed.Restored) error {
	phrase := r.Wallet.Phrase.Words()
	defer phrase.Clear()
	if err := writeLine(filepath.Join(dir, "recovery-phrase.txt"), phrase); err != nil {
		return err
	}
	if r.Wallet.Passphrase.Len() > 0 {
		if err := writeLine(filepath.Join(dir, "passphrase.txt"), r.Wallet.Passphrase); err != nil {
			return err
		}
	}
	if len(r.Wallet.Descriptors) > 0 {
		if err := writeNew(filepath.Join(dir, "descriptors.txt"), []byte(strings.Join(r.Wallet.Descriptors, "\n")+"\n")); err != nil {
			return err
		}
	}
	for _, f := range r.Files {
		if err := writeNew(filepath.Join(dir, "files", filepath.Base(f.Name)), f.Data); err != nil {
			return err
		}
	}
	return nil
}

// writeLine writes a secret as backup reads it: with one line break at its end.
func writeLine(path string, t secret.Text) error {
	line := append(append(make([]byte, 0, t.Len()+1), t.Reveal()...), '\n')
	defer clear(line)
	return writeNew(path, line)
}

func writeNew(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return cannotWrite(path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return cannotWrite(path, err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
