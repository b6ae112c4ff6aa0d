package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
)

func newRemind(s *session) *cobra.Command {
	var now bool
	cmd := &cobra.Command{
		Use:   "remind",
		Short: say("Type the PIN now and then, so that it is not forgotten"),
		Long: say(`Remind asks for the PIN when that is due: a day after the backup, then after 3 days, 1 and
2 weeks, a month and every 3 months, as long as it is right. When it is not due it asks
nothing, so it can run with every login.

The PIN servers tell whether the PIN is right: a wrong one costs a try, and after two the
reminder ends until tomorrow. When half of the tries or fewer are left, or somebody else
has tried the PIN, nothing is asked.`),
		Example: "  cloudseed remind\n  cloudseed remind --now",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.remind(cmd.Context(), now) },
	}
	f := cmd.Flags()
	f.StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet; all that are due when not given"))
	f.BoolVar(&now, "now", false, say("ask even if it is not due"))
	f.StringVar(&s.flags.passwordFile, "password-file", "", say("`FILE` with the password of the place; - is standard input"))
	s.pinFlag(f)
	s.realmsFlag(f)
	return cmd
}

func (s *session) remind(ctx context.Context, now bool) error {
	if err := s.open(); err != nil {
		return err
	}
	devices, err := s.someDevices()
	if err != nil {
		return err
	}
	if now && len(devices) > 1 {
		return severalWallets(devices)
	}
	r, failed := remindResult{}, []error(nil)
	for _, d := range devices {
		row := remindRow{Name: d.Name}
		if now || !time.Now().Before(d.Due()) {
			if err := s.remindOne(ctx, d); err != nil {
				failed = append(failed, err)
				continue
			}
			row.Asked = true
		}
		row.Due = d.Due()
		r.Wallets = append(r.Wallets, row)
	}
	s.printer.result("remind", r)
	return errors.Join(failed...)
}

func (s *session) remindOne(ctx context.Context, d *cloudseed.Device) error {
	cfg, _, err := s.deviceConfig(ctx, d)
	if err != nil {
		return err
	}
	if s.tty != nil && s.flags.pinFile == "" {
		s.tty.Tell("%s %s", tongue().Practice("due"), tongue().Practice("why"))
	}
	return s.unlocking(ctx, d, func(with cloudseed.Unlock) error { return s.twice(d, cloudseed.Remind(ctx, cfg, d, with.PIN)) })
}

// twice ends the questions on a terminal after the second wrong PIN.
func (s *session) twice(d *cloudseed.Device, err error) error {
	if !errors.As(err, new(*cloudseed.WrongPINError)) || !d.PracticeOver() || s.tty == nil || s.flags.pinFile != "" {
		return err
	}
	s.tty.Tell("%s", tongue().For(err).What)
	return cloudseed.ErrReminderOver
}

type remindResult struct {
	Wallets []remindRow `json:"wallets"`
}

type remindRow struct {
	Name  string    `json:"name"`
	Asked bool      `json:"asked"` // and the PIN was right
	Due   time.Time `json:"due"`   // the next time
}

func (r remindResult) text(w io.Writer) {
	for _, row := range r.Wallets {
		name := "not due"
		if row.Asked {
			name = "right"
		}
		fmt.Fprintf(w, "%s: %s\n", row.Name, tongue().Line(tongue().Due(name, row.Due)))
	}
}
