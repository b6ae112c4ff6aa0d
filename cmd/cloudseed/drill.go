package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
)

func newDrill(s *session) *cobra.Command {
	var place string
	cmd := &cobra.Command{
		Use:   "drill",
		Short: say("Practise losing this computer"),
		Long: say(`Drill does what a new computer would do: it takes the backup from one place, asks the PIN
servers with the PIN that you type, and opens it in memory. What this computer remembers
is used only to refuse a file that it did not make, and to compare the wallet that comes
back. The words are not shown.

A wrong PIN costs a try. When half of the tries or fewer are left, or somebody else has
tried the PIN, nothing is asked.`),
		Example: "  cloudseed drill\n  cloudseed drill --place usb",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.drill(cmd.Context(), place) },
	}
	f := cmd.Flags()
	f.StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet, if there are several"))
	f.StringVar(&place, "place", "", say("`NAME` of the place; the one that was practised longest ago when not given"))
	f.StringVar(&s.flags.passwordFile, "password-file", "", say("`FILE` with the password of the place; - is standard input"))
	s.pinFlag(f)
	s.realmsFlag(f)
	return cmd
}

func (s *session) drill(ctx context.Context, place string) error {
	d, cfg, err := s.oneDevice(ctx)
	if err != nil {
		return err
	}
	if s.tty != nil && s.flags.pinFile == "" {
		s.tty.Tell("%s", tongue().Practice("drill why"))
	}
	var p cloudseed.Practice
	err = s.unlocking(ctx, d, func(with cloudseed.Unlock) (err error) {
		p, err = cloudseed.Drill(ctx, cfg, d, place, with.PIN)
		return s.twice(d, err)
	})
	if err != nil {
		return err
	}
	s.printer.result("drill", drillResult{Name: d.Name, Fingerprint: d.Fingerprint, Practice: p})
	return nil
}

type drillResult struct {
	Name        string             `json:"name"`
	Fingerprint string             `json:"fingerprint"`
	Practice    cloudseed.Practice `json:"practice"`
}

func (r drillResult) text(w io.Writer) {
	printf(w, "practised %s (fingerprint %s)\n", r.Name, r.Fingerprint)
	for _, line := range tongue().Practised(r.Practice) {
		fmt.Fprintf(w, "  %s\n", line)
	}
	if len(r.Practice.Names) > 0 {
		printf(w, "  attached files that came back: %s\n", tongue().Join(r.Practice.Names))
	}
}
