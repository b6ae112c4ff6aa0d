package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
)

func newCheck(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: say("Look again, now, at every place and every PIN server"),
		Long: say(`Check reads the newest sealed files back from every place, compares them byte for byte,
and asks the PIN servers for their records. It needs no PIN and spends no try.`),
		Example: "  cloudseed check\n  cloudseed check --name Samantha --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.check(cmd.Context()) },
	}
	f := cmd.Flags()
	f.StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet; all when not given"))
	f.StringVar(&s.flags.passwordFile, "password-file", "", say("`FILE` with the password of the place; - is standard input"))
	s.realmsFlag(f)
	return cmd
}

// check looks at every backup even if one of them fails, and then fails with the first.
func (s *session) check(ctx context.Context) error {
	if err := s.open(); err != nil {
		return err
	}
	devices, err := s.someDevices()
	if err != nil {
		return err
	}
	r, failed := statusResult{}, []error(nil)
	for _, d := range devices {
		cfg, _, err := s.deviceConfig(ctx, d)
		if err == nil {
			err = cloudseed.Check(ctx, cfg, d)
		}
		if err != nil {
			failed = append(failed, err)
		}
		r.Backups = append(r.Backups, newStatusRow(d))
	}
	s.printer.result("check", r)
	return errors.Join(failed...)
}
