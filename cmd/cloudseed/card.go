package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/paper"
)

func newCard(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "card",
		Short: say("Make the recovery card, which says where the backup is"),
		Long: say(`Card writes a page and a PDF that say where the backup is, which wallet it holds and how
to get it back. There is no secret on it: it may be kept anywhere, and copied.`),
		Example: "  cloudseed card\n  cloudseed card --out ~/Documents",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.card(cmd.Context()) },
	}
	cmd.Flags().StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet, if there are several"))
	cmd.Flags().StringVar(&s.flags.out, "out", "", say("`DIR` for the page and the PDF; the current one when not given"))
	return cmd
}

func (s *session) card(context.Context) error {
	if err := s.read(); err != nil {
		return err
	}
	d, err := s.onlyDevice()
	if err != nil {
		return err
	}
	if d.Stage == cloudseed.StagePrepared {
		return cloudseed.ErrNoBackup
	}
	dir := s.flags.out
	if dir == "" {
		dir = "."
	}
	files, err := writeSheet(dir, "recovery-card-"+d.Vault.Short(), paper.Card(sheetFacts(d)))
	if err != nil {
		return err
	}
	s.printer.result("card", cardResult{d.Name, d.Vault.String(), d.Fingerprint, d.Wallet.Generation, files})
	return nil
}

type cardResult struct {
	Name        string   `json:"name"`
	Vault       string   `json:"vault"`
	Fingerprint string   `json:"fingerprint"`
	Generation  int      `json:"generation"`
	Files       []string `json:"files"`
}

func (r cardResult) text(w io.Writer) {
	printf(w, "recovery card of %s: no secret is on it\n", r.Name)
	for _, f := range r.Files {
		printf(w, "  written to     %s\n", f)
	}
}
