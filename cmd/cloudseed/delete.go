package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

func newDelete(s *session) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete",
		Short: say("Delete a backup everywhere"),
		Long: say(`Delete ends the records at the PIN servers, so that no copy of the backup opens with
the PIN any more, and then removes its files from every place, and looks again. What
could not be reached is named; run it again to go on. The wallet itself is not touched.`),
		Example: "  cloudseed delete --name Samantha",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.delete(cmd.Context(), yes) },
	}
	f := cmd.Flags()
	f.StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet, if there are several"))
	f.BoolVar(&yes, "yes", false, say("do not ask"))
	f.StringVar(&s.flags.passwordFile, "password-file", "", say("`FILE` with the password of the place; - is standard input"))
	s.realmsFlag(f)
	return cmd
}

func (s *session) delete(ctx context.Context, yes bool) error {
	d, cfg, err := s.oneDevice(ctx)
	if err != nil {
		return err
	}
	if err := s.confirmDelete(ctx, d, yes); err != nil {
		return err
	}
	done, err := cloudseed.Delete(ctx, cfg, d)
	if err == nil || errors.Is(err, cloudseed.ErrNotDeleted) {
		s.printer.result("delete", newDeleteResult(d.Name, done))
	}
	return err
}

// confirmDelete asks for the wallet's name: a habit of typing yes must not be enough.
func (s *session) confirmDelete(ctx context.Context, d *cloudseed.Device, yes bool) error {
	if yes {
		return nil
	}
	if s.tty == nil {
		return missing(say("that it is meant"), say("--yes"))
	}
	s.tell("This deletes the backup of %s (fingerprint %s) everywhere. Without the words or an emergency kit the wallet is lost with its device.", d.Name, d.Fingerprint)
	typed, err := s.tty.Ask(ctx, say("Type the wallet's name to delete its backup"), "")
	if err == nil && strings.TrimSpace(typed) != d.Name {
		err = newProblem("not-confirmed", words.ExitFailure, say("That is not the wallet's name."), say("To delete it, run it again and type %s.", d.Name))
	}
	return err
}

type deleteResult struct {
	Name   string          `json:"name"`
	Dead   bool            `json:"dead"` // no copy opens with the PIN any more
	Places []deletedPlace  `json:"places"`
	Realms []deletedServer `json:"pin_servers"`
}

type deletedPlace struct {
	Name    string   `json:"name"`
	Removed []string `json:"removed"`
	Problem string   `json:"problem,omitempty"`
}

type deletedServer struct {
	Address string `json:"address"`
	Problem string `json:"problem,omitempty"`
}

func newDeleteResult(name string, done *cloudseed.Deletion) deleteResult {
	r := deleteResult{Name: name, Dead: done.Dead}
	for _, p := range done.Places {
		row := deletedPlace{Name: p.Place, Removed: slices.Concat([]string{}, p.Removed)}
		if p.Err != nil {
			row.Problem = messageOf(&cloudseed.PlaceError{Place: p.Place, Err: p.Err}).What
		}
		r.Places = append(r.Places, row)
	}
	for _, realm := range done.Realms {
		row := deletedServer{Address: realm.Realm.Address}
		if realm.Err != nil {
			row.Problem = messageOf(realm.Err).What
		}
		r.Realms = append(r.Realms, row)
	}
	return r
}

func (r deleteResult) text(w io.Writer) {
	if r.Dead {
		printf(w, "no copy of the backup of %s opens with its PIN any more\n", r.Name)
	} else {
		printf(w, "the backup of %s may still open with its PIN\n", r.Name)
	}
	for _, p := range r.Places {
		line := say("%s removed, none is listed any more", tongue().Files(len(p.Removed)))
		if p.Problem != "" {
			line = tongue().Line(p.Problem)
		}
		fmt.Fprintf(w, "  %s: %s\n", p.Name, line)
	}
	for _, p := range r.Realms {
		line := say("its record is gone")
		if p.Problem != "" {
			line = tongue().Line(p.Problem)
		}
		printf(w, "  PIN server %s: %s\n", tongue().Server(p.Address), line)
	}
}
