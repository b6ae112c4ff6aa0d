package main

import (
	"context"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

// keepMine decides a conflict of attached files for this computer: its files are sealed above
// those of the other device.
func (s *session) keepMine(ctx context.Context, d *cloudseed.Device) error {
	files, err := attached(s.flags.files)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return missing(say("the files to keep"), say("--file FILE for each of them"))
	}
	cfg, _, err := s.deviceConfig(ctx, d)
	if err != nil {
		return err
	}
	return s.ended(d, cloudseed.SealAbove(ctx, cfg, d, files...))
}

// takeTheirs decides it for the other device: its files are sealed above both.
func (s *session) takeTheirs(ctx context.Context, r *cloudseed.Restored, d *cloudseed.Device) error {
	if d.Conflict == nil {
		return newProblem("no-conflict", words.ExitUsage, say("No other device has written attached files at the same time."), say("Look again with: cloudseed check."))
	}
	cfg, _, err := s.deviceConfig(ctx, d)
	if err != nil {
		return err
	}
	r.Files, err = cloudseed.TakeTheirs(ctx, cfg, d, cloudseed.Unlock{Wallet: &r.Wallet})
	return err
}
