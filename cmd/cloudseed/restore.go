package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

func newRestore(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "restore",
		Short: say("Open a backup with the PIN, or with the emergency kit"),
		Long: say(`Restore looks into the places, asks which backup if there are several, and opens it with
the PIN. It prints the wallet's name, fingerprint and first address to compare. The
words come out only with --show-phrase on a terminal, or into files with --out DIR.`),
		Example: `  cloudseed restore
  cloudseed restore --place folder:/media/usb --show-phrase
  cloudseed restore --place folder:/media/usb --realms servers.json --pin-file pin.txt --out restored
  cloudseed restore --place folder:/media/usb --kit`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.restore(cmd.Context()) },
	}
	f := cmd.Flags()
	f.StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet, if there are several"))
	f.StringVar(&s.flags.vault, "vault", "", say("`ID` of the backup or its beginning, if there are several"))
	f.BoolVar(&s.flags.acceptRealms, "accept-realms", false, say("ask the PIN servers that the backup names, though they are not known here"))
	f.BoolVar(&s.flags.showPhrase, "show-phrase", false, say("show the words on the terminal"))
	f.StringVar(&s.flags.out, "out", "", say("new `DIR` for the words and the attached files (mode 0600)"))
	f.BoolVar(&s.kit.typed, "kit", false, say("open it with the emergency kit, typed at the terminal, in the place of the PIN"))
	f.StringVar(&s.kit.file, "kit-file", "", say("open it with the emergency kit in `FILE`, in the place of the PIN; - is standard input"))
	f.BoolVar(&s.flags.takeTheirs, "take-theirs", false, say("where two devices wrote attached files at the same time, take those of the other one"))
	s.takeFlags(f)
	s.pinFlag(f)
	s.placeFlags(f)
	s.signInFlags(f)
	s.realmsFlag(f)
	return cmd
}

func (s *session) restore(ctx context.Context) error {
	if s.flags.showPhrase && s.tty == nil {
		return noTerminal()
	}
	if err := checkOut(s.flags.out); err != nil {
		return err
	}
	if err := s.open(); err != nil {
		return err
	}
	places, err := s.places(ctx, false)
	if err != nil {
		return err
	}
	cfg := s.config(plain(places))
	backup, err := s.find(ctx, cfg)
	if err != nil {
		return err
	}
	if cfg.Realms, cfg.HTTP, err = s.knownRealms(); err != nil {
		return err
	}
	if cfg.Known, err = s.profile.Devices(); err != nil {
		return err
	}
	restored, err := s.openBackup(ctx, cfg, backup)
	if err != nil {
		return err
	}
	defer restored.Wallet.Phrase.Clear()
	return s.restored(ctx, restored, places)
}

// find looks into all places and chooses one backup.
func (s *session) find(ctx context.Context, cfg cloudseed.Config) (*cloudseed.Backup, error) {
	found, err := cloudseed.Find(ctx, cfg)
	if err != nil {
		return nil, err
	}
	for _, f := range found.Failed {
		s.printer.note("could not look into %s: there may be more backups there", f.Place)
	}
	s.forks = forkRows(found.Forks)
	for _, f := range s.forks {
		s.printer.note("%s", f.line())
	}
	matching := s.matching(s.registered(found.Backups))
	switch {
	case len(matching) == 0:
		p := newProblem("no-such-backup", words.ExitNotFound, say("No backup there is the one asked for."), say("Say another --name or --vault; cloudseed list shows what is there."))
		p.message.Details = backupLines(found.Backups)
		return nil, p
	case len(matching) == 1:
		return matching[0], nil
	case s.tty == nil:
		p := newProblem("several", words.ExitUsage, say("There are several backups."), say("Say --name NAME or --vault ID."))
		p.message.Details = backupLines(matching)
		return nil, p
	}
	i, err := s.choose(ctx, say("There are several backups:"), backupLines(matching))
	if err != nil {
		return nil, err
	}
	return matching[i], nil
}

func (s *session) matching(backups []*cloudseed.Backup) []*cloudseed.Backup {
	id := strings.ToLower(strings.ReplaceAll(s.flags.vault, " ", ""))
	var matching []*cloudseed.Backup
	for _, b := range backups {
		if (s.flags.name == "" || b.Name == s.flags.name) && strings.HasPrefix(b.Vault.String(), id) {
			matching = append(matching, b)
		}
	}
	return matching
}

// newest leaves out the registrations of a vault that a newer one has replaced.
func newest(backups []*cloudseed.Backup) []*cloudseed.Backup {
	seen := make(map[cloudseed.VaultID]bool)
	var first []*cloudseed.Backup
	for _, b := range backups {
		if !seen[b.Vault] {
			first = append(first, b)
		}
		seen[b.Vault] = true
	}
	return first
}

func backupLines(backups []*cloudseed.Backup) []string {
	var lines []string
	for _, b := range backups {
		line := say("%s  --vault %s", b.Name, b.Vault.String()[:8])
		if at := b.Modified(); !at.IsZero() {
			line += at.Local().Format("  2 Jan 2006 15:04")
		}
		lines = append(lines, line)
	}
	return lines
}

// acceptRealms names PIN servers that this computer does not know, before the PIN is
// typed: anyone could have put that file there. Nobody can vouch for another computer's
// embedded ones.
func (s *session) acceptRealms(ctx context.Context, cfg *cloudseed.Config, b *cloudseed.Backup) error {
	unknown := b.UnknownRealms(cfg.Realms)
	if len(unknown) == 0 {
		return nil
	}
	if (juicebox.Configuration{Realms: unknown}).TryingOut() {
		return cloudseed.ErrElsewhere
	}
	if cfg.AcceptRealms {
		return nil
	}
	if s.tty == nil {
		return &cloudseed.UnknownRealmsError{Realms: unknown}
	}
	s.tell("This backup names PIN servers that this computer does not know:")
	for _, r := range unknown {
		s.tty.Tell("  %s", r.Address)
	}
	yes, err := s.confirm(ctx, say("Are these the ones you chose? They will see a try at your PIN."))
	if err == nil && !yes {
		err = &cloudseed.UnknownRealmsError{Realms: unknown}
	}
	cfg.AcceptRealms = yes
	return err
}

// guess opens the backup. On a terminal a wrong PIN may be typed again, while tries last.
func (s *session) guess(ctx context.Context, cfg cloudseed.Config, b *cloudseed.Backup) (*cloudseed.Restored, error) {
	if s.tty != nil && s.flags.pinFile == "" {
		s.tell("%s: at most %s with a wrong PIN, then it cannot be opened any more.", b.Name, tongue().Tries(b.Guesses))
	}
	for {
		pin, err := s.pin(ctx, say("PIN"))
		if err != nil {
			return nil, err
		}
		restored, err := s.try(ctx, cfg, b, pin)
		var wrong *cloudseed.WrongPINError
		if !errors.As(err, &wrong) || wrong.Left == 0 || s.tty == nil || s.flags.pinFile != "" {
			return restored, s.mentionOthers(b, err)
		}
		s.tty.Tell("%s", tongue().For(err).What)
		next, err := s.another(ctx, b)
		if err != nil {
			return nil, err
		}
		if next != b {
			b = next
			if err := s.acceptRealms(ctx, &cfg, b); err != nil {
				return nil, err
			}
		}
	}
}

func (s *session) try(ctx context.Context, cfg cloudseed.Config, b *cloudseed.Backup, pin secret.Text) (*cloudseed.Restored, error) {
	defer pin.Clear()
	if pin.Len() == 0 {
		return nil, missing(say("the PIN"), say("--pin-file FILE with something in it"))
	}
	restored, err := cloudseed.Restore(ctx, cfg, b, pin)
	if err == nil { // to take over with it, if that is wanted
		s.take.pin = secret.Copy(pin.Reveal())
		s.closers = append(s.closers, func() error { s.take.pin.Clear(); return nil })
	}
	return restored, err
}
