package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/paper"
)

// kitFlags are those of kit, and of restore with a kit.
type kitFlags struct {
	file                      string
	typed, prove, show, print bool
	drop                      bool // of pin
}

func newKit(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kit",
		Short: say("Make the emergency kit, which opens the backup without PIN"),
		Long: say(`Kit seals the backup to a new emergency kit as well, and puts the kit on paper: with
--out into two files (a page and a PDF) to print, with --print to the printer, with --show
on the terminal, to write it down. It needs the PIN, or the recovery phrase.

The kit counts only when it has been typed back from the paper: right away on a terminal,
or later with --prove. No copy of it is kept on this computer.`),
		Example: `  cloudseed kit --print
  cloudseed kit --out ~/kit
  cloudseed kit --show
  cloudseed kit --prove`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.kit.prove {
				return s.proveKit(cmd.Context())
			}
			return s.makeKit(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet, if there are several"))
	f.StringVar(&s.flags.out, "out", "", say("`DIR` for the page and the PDF (mode 0600); not one that a cloud copies"))
	f.BoolVar(&s.kit.print, "print", false, say("print it, through lp"))
	f.BoolVar(&s.kit.show, "show", false, say("show it on the terminal"))
	f.BoolVar(&s.kit.prove, "prove", false, say("type the kit back from the paper, to prove it"))
	f.StringVar(&s.kit.file, "kit-file", "", say("with --prove: `FILE` with the kit; - is standard input"))
	f.StringVar(&s.flags.phraseFile, "phrase-file", "", say("`FILE` with the recovery phrase, in the place of the PIN; - is standard input"))
	f.StringVar(&s.flags.passphraseFile, "passphrase-file", "", say("`FILE` with the wallet's BIP-39 passphrase; - is standard input"))
	s.pinFlag(f)
	f.StringVar(&s.flags.passwordFile, "password-file", "", say("`FILE` with the password of the place; - is standard input"))
	s.realmsFlag(f)
	return cmd
}

func (s *session) makeKit(ctx context.Context) error {
	if err := s.checkKitGoal(); err != nil {
		return err
	}
	d, cfg, err := s.oneDevice(ctx)
	if err != nil {
		return err
	}
	if s.flags.out != "" {
		if err := besideBackup(s.flags.out, d); err != nil {
			return err
		}
	}
	if d.KitStatus() != cloudseed.KitNone {
		s.printer.note("%s", tongue().Line(tongue().Kit("again")))
	}
	kit := cloudseed.NewKit()
	defer kit.Clear()
	added := s.addKit(ctx, cfg, d, kit)
	if d.Kit.Recipient == "" || added != nil && !errors.As(added, new(*cloudseed.IncompleteError)) {
		return added
	}
	r := newKitResult(d)
	if r.Files, err = s.givePaper(ctx, d, kit); err != nil {
		return err
	}
	if added != nil { // sealed, and some place does not have it yet
		return added
	}
	if err := s.proveNow(ctx, cfg, d, r.Files); err != nil {
		return err
	}
	r.Status, r.Sentence = d.KitStatus(), tongue().ForKit(d.KitStatus())
	s.printer.result("kit", r)
	return nil
}

func (s *session) addKit(ctx context.Context, cfg cloudseed.Config, d *cloudseed.Device, kit cloudseed.Kit) error {
	return s.unlocking(ctx, d, func(with cloudseed.Unlock) error { return cloudseed.AddKit(ctx, cfg, d, kit, with) })
}

type kitResult struct {
	Name     string              `json:"name"`
	Vault    string              `json:"vault"`
	Status   cloudseed.KitStatus `json:"status"`
	Sentence string              `json:"sentence"`
	Opens    bool                `json:"opens_files"`
	Files    []string            `json:"files,omitempty"`
}

func newKitResult(d *cloudseed.Device) kitResult {
	return kitResult{Name: d.Name, Vault: d.Vault.String(), Status: d.KitStatus(), Sentence: tongue().ForKit(d.KitStatus()), Opens: d.KitOpensFiles()}
}

func (r kitResult) text(w io.Writer) {
	printf(w, "emergency kit of %s: %s\n", r.Name, r.Status)
	for _, f := range r.Files {
		printf(w, "  written to     %s\n", f)
	}
	fmt.Fprintf(w, "  %s\n", r.Sentence)
	if !r.Opens {
		fmt.Fprintf(w, "  %s\n", tongue().Kit("files"))
	}
	if r.Status == cloudseed.KitUnproved {
		printf(w, "  To prove it: cloudseed kit --prove\n")
	}
}

// sheetFacts are what kit and card print of a backup.
func sheetFacts(d *cloudseed.Device) paper.Facts {
	f := paper.Facts{Wallet: d.Name, Fingerprint: d.Fingerprint, Vault: d.Vault.Short(), Generation: d.Wallet.Generation, Printed: now(), Language: tongue()}
	for _, p := range d.Places {
		f.Places = append(f.Places, sheetPlace(p.URL))
		if f.File == "" {
			f.File = p.Wallet.File
		}
	}
	return f
}
