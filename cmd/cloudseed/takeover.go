package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/pflag"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/secret"
)

// takeFlags say which of several devices goes on with a backup.
type takeFlags struct {
	over         bool   // this one, with a new registration
	registration uint64 // open that one, not the newest
	pin          secret.Text
}

func (s *session) takeFlags(f *pflag.FlagSet) {
	f.BoolVar(&s.take.over, "take-over", false, say("this computer goes on with the backup, and the device before stops"))
	f.Uint64Var(&s.take.registration, "registration", 0, say("open the backup of that `NUMBER`, not the newest; list shows them"))
}

// leaveWord is what follows a restore on this computer: how often the PIN was tried is said,
// and word of the restore is left in the places.
func (s *session) leaveWord(ctx context.Context, cfg cloudseed.Config, r *cloudseed.Restored, k kept) {
	s.sayTried(ctx, cfg, k.device)
	if k.device != r.Device {
		return
	}
	if err := cloudseed.LeaveReceipt(ctx, cfg, r); err != nil {
		s.printer.note("no word could be left that it was opened here: %s", tongue().Line(messageOf(err).What))
	}
}

// goOn takes the backup over, if the person wants it; otherwise places that lag get the newest.
func (s *session) goOn(ctx context.Context, cfg cloudseed.Config, r *cloudseed.Restored, k kept) error {
	over := s.take.over
	if s.asksOver(k) {
		s.tell("If the device before is lost or replaced, this computer can go on with the backup. The other one then stops.")
		var err error
		if over, err = s.confirm(ctx, say("Go on with the backup here?")); err != nil {
			return err
		}
	}
	if over {
		return s.takeOver(ctx, cfg, r, k.device)
	}
	s.catchUp(ctx, cfg, k)
	return nil
}

// asksOver tells whether to offer a take-over: where the PIN was typed on a computer that is
// new to the backup.
func (s *session) asksOver(k kept) bool {
	return !s.take.over && s.tty != nil && !k.known && s.take.pin.Len() > 0 && s.flags.pinFile == "" && !k.device.TryingOut()
}

func (s *session) catchUp(ctx context.Context, cfg cloudseed.Config, k kept) {
	if k.known || k.device.Stage != cloudseed.StageSealed && len(k.device.Old) == 0 {
		return
	}
	if err := cloudseed.Resume(ctx, cfg, k.device); err != nil {
		s.printer.note("%s; cloudseed backup goes on later", tongue().Line(messageOf(err).What))
	}
}

// takeOver makes a new registration with the PIN that opened the backup.
func (s *session) takeOver(ctx context.Context, cfg cloudseed.Config, r *cloudseed.Restored, d *cloudseed.Device) error {
	if s.flags.realms == "" {
		cfg.Realms.Realms = nil // those that the backup has
	}
	pin := s.take.pin
	if pin.Len() == 0 { // it was opened with the kit
		var err error
		if pin, err = s.newPIN(ctx); err != nil {
			return err
		}
	}
	defer pin.Clear()
	if err := cloudseed.TakeOver(ctx, cfg, d, cloudseed.Unlock{Wallet: &r.Wallet}, pin, cloudseed.Routine); err != nil {
		return err
	}
	s.printer.result("take over", takeOverResult{newStatusRow(d)})
	return nil
}

type takeOverResult struct{ statusRow }

func (r takeOverResult) text(w io.Writer) {
	printf(w, "this computer goes on with the backup of %s; a device from before stops at its next look\n", r.Name)
}

// another offers other registrations of the vault after a wrong PIN: it may be that of one of
// them. The PIN is typed again for it, never tried on it.
func (s *session) another(ctx context.Context, b *cloudseed.Backup) (*cloudseed.Backup, error) {
	all := append([]*cloudseed.Backup{b}, b.Related()...)
	if len(all) == 1 {
		return b, nil
	}
	lines := []string{say("Try again")}
	for _, other := range all[1:] {
		lines = append(lines, say("Open %s, with the PIN that it was made with", registrationLine(other)))
	}
	i, err := s.choose(ctx, say("This backup was also made with another PIN:"), lines)
	if err != nil {
		return nil, err
	}
	return all[i], nil
}

func registrationLine(b *cloudseed.Backup) string {
	line := say("number %d", b.Registration)
	if at := b.Modified(); !at.IsZero() {
		return say("number %d, written %s", b.Registration, tongue().Short(at))
	}
	return line
}

// mentionOthers says after a wrong PIN which other registrations there are, where nobody can
// be asked.
func (s *session) mentionOthers(b *cloudseed.Backup, err error) error {
	var wrong *cloudseed.WrongPINError
	if !errors.As(err, &wrong) || len(b.Related()) == 0 {
		return err
	}
	p := &problem{message: tongue().For(err), cause: err}
	for _, other := range b.Related() {
		p.message.Details = append(p.message.Details,
			say("also there, with a PIN of its own: %s (--registration %d)", registrationLine(other), other.Registration))
	}
	return p
}

// registered picks the registrations that --registration names, or of each vault the newest.
func (s *session) registered(all []*cloudseed.Backup) []*cloudseed.Backup {
	if s.take.registration == 0 {
		return newest(all)
	}
	var named []*cloudseed.Backup
	for _, b := range all {
		if b.Registration == s.take.registration {
			named = append(named, b)
		}
	}
	return named
}
