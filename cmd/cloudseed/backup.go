package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

func newBackup(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backup",
		Short: say("Back up a wallet; later, seal its attached files again"),
		Long: say(`The first time, backup seals a wallet's recovery phrase, registers its key at the PIN
servers and puts the sealed file into every place, read back. Later it seals the
attached files again, without PIN or phrase. If it was interrupted, it goes on where it
stopped.`),
		Example: `  cloudseed backup
  cloudseed backup --name Samantha --phrase-file words.txt --pin-file pin.txt --place folder:/media/usb
  cloudseed backup --new --words 12 --name Everyday --place folder:/media/usb
  cloudseed backup --file ~/channel.backup`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.backup(cmd.Context()) },
	}
	f := cmd.Flags()
	f.StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet"))
	f.StringVar(&s.flags.phraseFile, "phrase-file", "", say("`FILE` with the recovery phrase; - is standard input"))
	f.StringVar(&s.flags.passphraseFile, "passphrase-file", "", say("`FILE` with the BIP-39 passphrase, if the wallet has one"))
	f.BoolVar(&s.flags.newPhrase, "new", false, say("make a new recovery phrase"))
	f.IntVar(&s.flags.words, "words", 12, say("`NUMBER` of words of a new phrase: 12, 15, 18, 21 or 24"))
	f.StringVar(&s.flags.language, "language", "", say("`LANGUAGE` of the phrase, such as english or japanese"))
	f.StringArrayVar(&s.flags.files, "file", nil, say("`FILE` to attach; repeatable"))
	f.BoolVar(&s.flags.showPhrase, "show-phrase", false, say("show a new phrase on the terminal"))
	f.BoolVar(&s.flags.keepMine, "keep-mine", false, say("where two devices wrote attached files at the same time, keep those given with --file"))
	s.pinFlag(f)
	s.placeFlags(f)
	s.signInFlags(f)
	s.realmsFlag(f)
	return cmd
}

// backup goes on with what this computer has begun, or makes a wallet's first backup.
func (s *session) backup(ctx context.Context) error {
	if s.flags.showPhrase && s.tty == nil {
		return noTerminal()
	}
	if err := s.open(); err != nil {
		return err
	}
	d, err := s.begun()
	if err != nil {
		return err
	}
	if d != nil && d.Stage != cloudseed.StageDone && !s.flags.keepMine {
		err := s.resume(ctx, d)
		if !errors.Is(err, cloudseed.ErrUndone) {
			return err
		}
		s.printer.note("an interrupted backup was taken back; making it anew")
		d = nil
	}
	if d == nil {
		return s.create(ctx)
	}
	if s.flags.keepMine {
		return s.keepMine(ctx, d)
	}
	return s.update(ctx, d)
}

// begun is the backup that this call is about; nil if it is a new one. A phrase that is
// given is for a new one, unless its name is that of an unfinished one.
func (s *session) begun() (*cloudseed.Device, error) {
	devices, err := s.profile.Devices()
	if err != nil {
		return nil, err
	}
	fresh := s.flags.newPhrase || s.flags.phraseFile != ""
	var matching []*cloudseed.Device
	for _, d := range devices {
		if s.flags.name == d.Name || s.flags.name == "" && !(fresh && d.Stage == cloudseed.StageDone) {
			matching = append(matching, d)
		}
	}
	switch {
	case len(matching) > 1:
		return nil, severalWallets(matching)
	case len(matching) == 0:
		return nil, nil
	case fresh && matching[0].Stage == cloudseed.StageDone:
		return nil, newProblem("name-taken", words.ExitUsage, say("There is a backup of a wallet of that name already."),
			say("Choose another --name, or leave the phrase out to seal its attached files again."))
	}
	return matching[0], nil
}

func severalWallets(devices []*cloudseed.Device) error {
	p := newProblem("several", words.ExitUsage, say("There are backups of several wallets."), say("Say --name NAME."))
	for _, d := range devices {
		p.message.Details = append(p.message.Details, d.Name+"  "+d.Fingerprint)
	}
	return p
}

// resume sends the same bytes to the places that lack them.
func (s *session) resume(ctx context.Context, d *cloudseed.Device) error {
	cfg, _, err := s.deviceConfig(ctx, d)
	if err != nil {
		return err
	}
	s.printer.note("going on with the backup of %s", d.Name)
	return s.ended(d, cloudseed.Resume(ctx, cfg, d))
}

// update seals the attached files again.
func (s *session) update(ctx context.Context, d *cloudseed.Device) error {
	files, err := attached(s.flags.files)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		p := newProblem("nothing-to-do", words.ExitUsage, say("The wallet is backed up already, and no file to attach was given."),
			say("Say --file FILE for each file to attach, or look again with: cloudseed check."))
		if len(d.Files.Names) > 0 {
			p.message.Details = []string{say("attached so far: %s", tongue().Join(d.Files.Names))}
		}
		return p
	}
	cfg, _, err := s.deviceConfig(ctx, d)
	if err != nil {
		return err
	}
	return s.ended(d, cloudseed.Update(ctx, cfg, d, files...))
}

// ended prints the result of a backup that is complete, or says what it still lacks.
func (s *session) ended(d *cloudseed.Device, err error) error {
	if err != nil {
		return err
	}
	s.printer.result("backup", backupResult{newStatusRow(d)})
	return nil
}
