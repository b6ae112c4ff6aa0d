package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/secret"
)

func newPIN(s *session) *cobra.Command {
	var stolen bool
	cmd := &cobra.Command{
		Use:   "pin",
		Short: say("Choose another PIN, or other PIN servers"),
		Long: say(`Pin seals the wallet again under a new PIN, and with --realms at other PIN servers. It
asks for the PIN from before, or reads the words with --phrase-file if that is
forgotten. The PIN from before ends when every place has the new backup.

If somebody else may know the PIN or have a device of yours, say --stolen: it then ends
as soon as one place has the new backup. Copies that were downloaded before cannot be
called back, so after a theft also move the money to a new wallet.`),
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
	f.StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet, if there are several"))
	f.StringVar(&s.flags.newPINFile, "new-pin-file", "", say("`FILE` with the new PIN; - is standard input"))
	f.StringVar(&s.flags.phraseFile, "phrase-file", "", say("`FILE` with the recovery phrase, instead of the PIN from before; - is standard input"))
	f.StringVar(&s.flags.passphraseFile, "passphrase-file", "", say("`FILE` with the BIP-39 passphrase, if the wallet has one"))
	f.StringVar(&s.flags.language, "language", "", say("`LANGUAGE` of the phrase, such as english or japanese"))
	f.BoolVar(&s.kit.drop, "drop-kit", false, say("end the emergency kit as well, because its paper is lost or was seen"))
	f.BoolVar(&stolen, "stolen", false, say("somebody else may know the PIN, or have a device of yours"))
	f.StringVar(&s.flags.passwordFile, "password-file", "", say("`FILE` with the password of the place; - is standard input"))
	s.pinFlag(f)
	s.realmsFlag(f)
	return cmd
}

func (s *session) changePIN(ctx context.Context, why cloudseed.Reason) error {
	d, cfg, err := s.oneDevice(ctx)
	if err != nil {
		return err
	}
	if s.flags.realms == "" {
		cfg.Realms.Realms = nil // those that the backup has
	}
	cfg.DropKit = s.kit.drop
	var pin secret.Text // asked for once, however often the one from before is mistyped
	defer func() { pin.Clear() }()
	err = s.unlocking(ctx, d, func(with cloudseed.Unlock) (err error) {
		if pin.Len() == 0 {
			if pin, err = s.replacementPIN(ctx); err != nil {
				return err
			}
		}
		return cloudseed.ChangePIN(ctx, cfg, d, with, pin, why)
	})
	if err != nil {
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

// replacementPIN is the new PIN, from --new-pin-file or typed twice.
func (s *session) replacementPIN(ctx context.Context) (secret.Text, error) {
	if s.flags.newPINFile == "" && s.tty == nil {
		return secret.Text{}, missing(say("the new PIN"), say("--new-pin-file FILE"))
	}
	before := s.flags.pinFile
	defer func() { s.flags.pinFile = before }()
	s.flags.pinFile = s.flags.newPINFile
	return s.newPIN(ctx)
}

type pinResult struct {
	statusRow
	Why cloudseed.Reason `json:"why,omitempty"`
}

func (r pinResult) text(w io.Writer) {
	printf(w, "the new PIN opens the backup of %s; the one before opens nothing any more\n", r.Name)
	if r.Why == cloudseed.Stolen {
		fmt.Fprintf(w, "  %s\n", tongue().Text("move-funds"))
	}
}
