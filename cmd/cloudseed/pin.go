package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

func newPIN(s *session) *cobra.Command {
	var stolen bool
	cmd := &cobra.Command{
		Use:   "pin",
		Short: "Choose another PIN, or other PIN servers",
		Long: `Pin seals the wallet again under a new PIN, and with --realms at other PIN servers. It
asks for the PIN from before, or reads the words with --phrase-file if that is
forgotten. The PIN from before ends when every place has the new backup.

If somebody else may know the PIN or have a device of yours, say --stolen: it then ends
as soon as one place has the new backup. Copies that were downloaded before cannot be
called back, so after a theft also move the money to a new wallet.`,
		Example: `  cloudseed pin
  cloudseed pin --realms other-servers.json
  cloudseed pin --phrase-file words.txt --new-pin-file pin.txt --stolen`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			why := cloudseed.Routine
			if stolen {
				why = cloudseed.Stolen
			}
			return s.changePIN(cmd.Context(), why)
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.flags.name, "name", "", "`NAME` of the wallet, if there are several")
	f.StringVar(&s.flags.newPINFile, "new-pin-file", "", "`FILE` with the new PIN; - is standard input")
	f.StringVar(&s.flags.phraseFile, "phrase-file", "", "`FILE` with the recovery phrase, instead of the PIN from before; - is standard input")
	f.StringVar(&s.flags.passphraseFile, "passphrase-file", "", "`FILE` with the BIP-39 passphrase, if the wallet has one")
	f.StringVar(&s.flags.language, "language", "", "`LANGUAGE` of the phrase, such as english or japanese")
	f.BoolVar(&s.kit.drop, "drop-kit", false, "end the emergency kit as well, because its paper is lost or was seen")
	f.BoolVar(&stolen, "stolen", false, "somebody else may know the PIN, or have a device of yours")
	f.StringVar(&s.flags.passwordFile, "password-file", "", "`FILE` with the password of the place; - is standard input")
	s.pinFlag(f)
	s.realmsFlag(f)
	return cmd
}

func (s *session) changePIN(ctx context.Context, why cloudseed.Reason) error {
	if err := s.open(); err != nil {
		return err
	}
	d, err := s.onlyDevice()
	if err != nil {
		return err
	}
	cfg, _, err := s.deviceConfig(ctx, d)
	if err != nil {
		return err
	}
	if s.flags.realms == "" {
		cfg.Realms.Realms = nil // those that the backup has
	}
	cfg.DropKit = s.kit.drop
	with, err := s.unlock(ctx, d)
	if err != nil {
		return err
	}
	defer clearUnlock(with)
	s.flags.pinFile = s.flags.newPINFile
	pin, err := s.newPIN(ctx)
	if err != nil {
		return err
	}
	defer pin.Clear()
	if err := cloudseed.ChangePIN(ctx, cfg, d, with, pin, why); err != nil {
		return err
	}
	if s.flags.realms != "" {
		if err := s.rememberRealms(cfg.Realms); err != nil {
			return err
		}
	}
	s.printer.result("pin", pinResult{newStatusRow(d), why})
	return nil
}

// unlock is what opens the wallet on a device that has its backup: the words of a file, or
// the PIN.
func (s *session) unlock(ctx context.Context, d *cloudseed.Device) (with cloudseed.Unlock, err error) {
	if s.flags.phraseFile == "" {
		with.PIN, err = s.pin(ctx, "The PIN from before")
		return with, err
	}
	w := &cloudseed.Wallet{Name: d.Name}
	if w.Phrase, _, err = s.phrase(ctx); err != nil {
		return with, err
	}
	if s.flags.passphraseFile != "" {
		if w.Passphrase, err = s.secretFile(s.flags.passphraseFile); err != nil {
			return with, err
		}
	}
	s.printer.note("a birthday and descriptors that were sealed with the words are left out: only the PIN opens those")
	with.Wallet = w
	return with, nil
}

func clearUnlock(with cloudseed.Unlock) {
	with.PIN.Clear()
	if with.Wallet != nil {
		with.Wallet.Phrase.Clear()
		with.Wallet.Passphrase.Clear()
	}
}

// onlyDevice is the backup of this computer that a command is about.
func (s *session) onlyDevice() (*cloudseed.Device, error) {
	devices, err := s.devices()
	switch {
	case err != nil:
		return nil, err
	case len(devices) == 0:
		return nil, nothingHere(s.flags.name)
	case len(devices) > 1:
		return nil, severalWallets(devices)
	}
	return devices[0], nil
}

type pinResult struct {
	statusRow
	Why cloudseed.Reason `json:"why,omitempty"`
}

func (r pinResult) text(w io.Writer) {
	fmt.Fprintf(w, "the new PIN opens the backup of %s; the one before opens nothing any more\n", r.Name)
	if r.Why == cloudseed.Stolen {
		fmt.Fprintf(w, "  %s\n", words.Text("move-funds"))
	}
}
