package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
)

// rowBlocks is how many blocks stand in a row of the paper, and are typed at a time.
const rowBlocks = 4

// proveKit proves a kit that was made before.
func (s *session) proveKit(ctx context.Context) error {
	d, cfg, err := s.oneDevice(ctx)
	if err != nil {
		return err
	}
	if d.KitStatus() == cloudseed.KitNone {
		return newProblem("no-kit", words.ExitNotFound, tongue().Kit("status none"), say("Make one with: cloudseed kit --print."))
	}
	kit, err := s.givenKit(ctx)
	if err != nil {
		return err
	}
	defer kit.Clear()
	if err := cloudseed.ProveKit(ctx, cfg, d, kit); err != nil {
		return err
	}
	s.printer.result("kit", newKitResult(d))
	return nil
}

// proveNow asks on a terminal for the kit that was just put on paper. An empty answer leaves
// it for later.
func (s *session) proveNow(ctx context.Context, cfg cloudseed.Config, d *cloudseed.Device, files []string) error {
	if s.tty == nil {
		return nil
	}
	s.tell("%s Just Enter leaves it for later.", tongue().Kit("prove"))
	for {
		kit, err := s.typedKit(ctx)
		if errors.Is(err, errLater) {
			return nil
		}
		if err != nil {
			return err
		}
		err = cloudseed.ProveKit(ctx, cfg, d, kit)
		kit.Clear()
		if err == nil {
			return s.offerRemoval(ctx, files)
		}
		if !errors.Is(err, cloudseed.ErrWrongKit) {
			return err
		}
		s.tty.Tell("%s", tongue().For(err).What)
	}
}

// offerRemoval takes away the files that were only there to be printed.
func (s *session) offerRemoval(ctx context.Context, files []string) error {
	if len(files) == 0 {
		return nil
	}
	yes, err := s.confirm(ctx, say("It is right. Remove the files that were printed from?"))
	if err != nil || !yes {
		return err
	}
	for _, f := range files {
		if err := os.Remove(f); err != nil {
			return cannotWrite(f, err)
		}
	}
	return nil
}

// givenKit is a kit from its file, or typed until it is whole.
func (s *session) givenKit(ctx context.Context) (cloudseed.Kit, error) {
	switch {
	case s.kit.file != "":
		text, err := s.secretFile(s.kit.file)
		if err != nil {
			return cloudseed.Kit{}, err
		}
		defer text.Clear()
		return cloudseed.ParseKit(text.Reveal())
	case s.tty == nil:
		return cloudseed.Kit{}, missing(say("the emergency kit"), say("--kit-file FILE"))
	}
	kit, err := s.typedKit(ctx)
	if errors.Is(err, errLater) {
		err = missing(say("the emergency kit"), say("--kit-file FILE"))
	}
	return kit, err
}

// errLater says that nothing was typed.
var errLater = errors.New("nothing was typed")

// typedKit asks for one row of blocks after the other until they belong together. They are
// not shown: the terminal would keep them.
func (s *session) typedKit(ctx context.Context) (cloudseed.Kit, error) {
	for {
		typed, err := s.kitRows(ctx)
		if err != nil {
			return cloudseed.Kit{}, err
		}
		kit, err := cloudseed.ParseKit(typed.Reveal())
		typed.Clear()
		if err == nil {
			return kit, nil
		}
		s.tell("%s Type all rows again.", tongue().For(err).What)
	}
}

// kitRows asks for the rows, each until it has its length. Whoever pastes all of it at once
// is not asked again.
func (s *session) kitRows(ctx context.Context) (secret.Text, error) {
	var all []byte
	for row := 0; row*rowBlocks < cloudseed.KitBlocks; row++ {
		first, last := row*rowBlocks+1, min((row+1)*rowBlocks, cloudseed.KitBlocks)
		want := 4 * (last - first + 1)
		if last == cloudseed.KitBlocks {
			want -= 2
		}
		for {
			line, err := s.tty.AskSecret(ctx, say("Blocks %d to %d (not shown)", first, last))
			if err != nil {
				return line, err
			}
			got := len(strings.ReplaceAll(strings.ReplaceAll(string(line.Reveal()), " ", ""), "-", ""))
			switch {
			case row == 0 && got == 0:
				return line, errLater
			case row == 0 && got > want:
				return line, nil
			case got == want:
				all = append(append(all, line.Reveal()...), ' ')
			}
			line.Clear()
			if got == want {
				break
			}
			s.tell("These are %d letters and digits; the row has %d.", got, want)
		}
	}
	return secret.New(all), nil
}

// openBackup opens what restore has found: with the kit, which asks no PIN server, or with
// the PIN.
func (s *session) openBackup(ctx context.Context, cfg cloudseed.Config, b *cloudseed.Backup) (*cloudseed.Restored, error) {
	if !s.kit.typed && s.kit.file == "" {
		if err := s.acceptRealms(ctx, &cfg, b); err != nil {
			return nil, err
		}
		return s.guess(ctx, cfg, b)
	}
	kit, err := s.givenKit(ctx)
	if err != nil {
		return nil, err
	}
	defer kit.Clear()
	return cloudseed.RestoreWithKit(ctx, cfg, b, kit)
}
