package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/paper"
	"github.com/cloudseed/cloudseed/internal/places"
	"github.com/cloudseed/cloudseed/internal/synced"
	"github.com/cloudseed/cloudseed/internal/words"
)

func now() time.Time { return time.Now() }

// sheetPlace names a place on paper: its kind and its account, masked.
func sheetPlace(url string) string {
	_, rest, _ := strings.Cut(places.Masked(url), ":")
	return tongue().PlaceKind(url) + ", " + rest
}

// checkKitGoal says before anything is sealed where the kit may go.
func (s *session) checkKitGoal() error {
	switch {
	case s.flags.out == "" && !s.kit.print && !s.kit.show:
		return missing(say("where the kit goes"), say("--print, --out DIR or --show"))
	case s.kit.show && s.tty == nil:
		return badFlag(say("--show shows the kit on a terminal only."), say("Use --print or --out DIR instead."))
	case s.kit.print:
		if _, err := exec.LookPath("lp"); err != nil {
			return badFlag(say("There is no lp on this computer, the program that prints."), say("Use --out DIR and print from there, or make the kit in the app: cloudseed open."))
		}
	}
	if s.flags.out == "" {
		return nil
	}
	if f, found := (synced.Computer{}).Find(s.flags.out); found {
		return badFlag(say("The folder %s is copied to %s, and the kit must not be where the backup is.", f.Path, f.Cloud),
			say("Say --out with a folder that no cloud copies, such as one on a USB stick, or use --print."))
	}
	return nil
}

// besideBackup refuses a folder that is itself a place of the backup, or in one.
func besideBackup(dir string, d *cloudseed.Device) error {
	for _, p := range d.Places {
		path, isFolder := strings.CutPrefix(places.Masked(p.URL), "folder:")
		rel, err := filepath.Rel(path, absolute(dir))
		if isFolder && err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return badFlag(say("The backup itself is in %s, and the kit must not be beside it.", path), say("Say --out with another folder, or use --print."))
		}
	}
	return nil
}

// givePaper puts the kit on paper in the ways that were asked for.
func (s *session) givePaper(ctx context.Context, d *cloudseed.Device, kit cloudseed.Kit) (files []string, err error) {
	text, blocks := kit.Text(), kit.Blocks()
	defer text.Clear()
	sheet := paper.Kit(sheetFacts(d), text, blocks)
	if s.kit.show {
		s.showKit(sheet)
	}
	if s.flags.out != "" {
		if files, err = writeSheet(s.flags.out, "emergency-kit-"+d.Vault.Short(), sheet); err != nil {
			return files, err
		}
	}
	if s.kit.print {
		err = printSheet(ctx, sheet)
	}
	return files, err
}

// showKit shows the kit on the terminal device, and nowhere else.
func (s *session) showKit(sheet *paper.Sheet) {
	s.tty.Tell("%s", tongue().Kit("what"))
	s.tty.Tell("%s\n\n  %s", say("Write this down:"), sheet.Prefix)
	for i := 0; i < len(sheet.Blocks); i += rowBlocks {
		s.tty.Tell("  %s", strings.Join(sheet.Blocks[i:min(i+rowBlocks, len(sheet.Blocks))], "  "))
	}
	for _, f := range sheet.Facts {
		s.tty.Tell("  %-14s %s", f.Name, f.Value)
	}
	s.tell("Without Cloudseed, with age 1.3 or newer:  age -d -i kit.txt BACKUP.age | tar x")
}

// writeSheet writes a sheet as a page and as a PDF, each 0600 and only where nothing is.
func writeSheet(dir, name string, sheet *paper.Sheet) (files []string, err error) {
	page, err := sheet.HTML()
	if err != nil {
		return nil, err
	}
	defer clear(page)
	pdf, err := sheet.PDF()
	if err != nil {
		return nil, err
	}
	defer clear(pdf)
	for _, f := range []struct {
		ending string
		data   []byte
	}{{".html", page}, {".pdf", pdf}} {
		path := filepath.Join(dir, name+f.ending)
		if err := writeNew(path, f.data); err != nil {
			return files, err
		}
		files = append(files, absolute(path))
	}
	return files, nil
}

// printSheet gives the PDF to the printer through a pipe: no file of ours is left. The
// printing system may keep its own copy until the page is out.
func printSheet(ctx context.Context, sheet *paper.Sheet) error {
	pdf, err := sheet.PDF()
	if err != nil {
		return err
	}
	defer clear(pdf)
	lp := exec.CommandContext(ctx, "lp", "-t", say(sheet.Title), "-")
	lp.Stdin = bytes.NewReader(pdf)
	if out, err := lp.CombinedOutput(); err != nil {
		p := newProblem("printer", words.ExitFailure, say("The printer did not take the page."), say("See that lp prints, or use --out DIR or --show. The kit was made; make another one."))
		p.message.Safe = say("The backup is safe. The kit that was not printed opens nothing for anybody.")
		p.cause = fmt.Errorf("%w: %s", err, out)
		return p
	}
	return nil
}
