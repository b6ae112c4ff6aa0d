package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
)

func newList(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   say("List the backups and their generations in the places"),
		Long:    say("List looks into the places, now, and opens nothing. It needs no PIN."),
		Example: "  cloudseed list\n  cloudseed list --place folder:/media/usb --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.list(cmd.Context()) },
	}
	s.placeFlags(cmd.Flags())
	return cmd
}

// list prints what was found, and fails if some place could not be looked at: then the
// list may not be all.
func (s *session) list(ctx context.Context) error {
	if err := s.read(); err != nil {
		return err
	}
	places, err := s.places(ctx, false)
	if err != nil {
		return err
	}
	found, err := cloudseed.Find(ctx, s.config(plain(places)))
	if err != nil {
		return err
	}
	s.printer.result("list", newListResult(found))
	if len(found.Failed) > 0 {
		return &cloudseed.CouldNotLookError{Failed: found.Failed}
	}
	return nil
}

type listResult struct {
	Backups []listRow `json:"backups"`
	Skipped []skipRow `json:"skipped,omitempty"`
	Forks   []forkRow `json:"forks,omitempty"`
}

type listRow struct {
	Name         string    `json:"name"`
	Vault        string    `json:"vault"`
	Registration uint64    `json:"registration"`
	TryingOut    bool      `json:"trying_out"`
	Files        []fileRow `json:"files"`
}

type fileRow struct {
	Place      string    `json:"place"`
	File       string    `json:"file"`
	Part       string    `json:"part"`
	Generation int       `json:"generation"`
	Size       int       `json:"size"`
	Modified   time.Time `json:"modified"`
	OlderPIN   bool      `json:"older_pin,omitempty"` // sealed for a PIN that was replaced since
}

type skipRow struct {
	Place string `json:"place"`
	File  string `json:"file"`
	Why   string `json:"why"`
}

// A forkRow is a name that two writers have created in one place.
type forkRow struct {
	Place string `json:"place"`
	File  string `json:"file"`
}

func forkRows(forks []cloudseed.Located) (rows []forkRow) {
	for _, f := range forks {
		rows = append(rows, forkRow{f.Place, f.File})
	}
	return rows
}

// line is one sentence, as the command prints it; it begins with the name of the place.
func (f forkRow) line() string {
	return strings.TrimSuffix(tongue().Fork(cloudseed.Located{Place: f.Place, File: f.File}), ".")
}

func newListResult(s *cloudseed.Search) listResult {
	r := listResult{Backups: []listRow{}}
	for _, b := range s.Backups {
		row := listRow{Name: b.Name, Vault: b.Vault.String(), Registration: b.Registration, TryingOut: b.TryingOut()}
		for _, l := range append(append([]cloudseed.Located{}, b.Wallet...), b.Files...) {
			row.Files = append(row.Files, fileRow{l.Place, l.File, string(l.Part), l.Generation, l.Size, l.Modified, b.Older(l)})
		}
		r.Backups = append(r.Backups, row)
	}
	r.Skipped, r.Forks = skipRows(s.Skipped), forkRows(s.Forks)
	return r
}

// skipRows say which files were not used, and why. A copy that is broken is worth
// knowing of, even where another one opens.
func skipRows(skipped []cloudseed.Skipped) []skipRow {
	var rows []skipRow
	for _, f := range skipped {
		if errors.Is(f.Err, cloudseed.ErrNotBackup) {
			continue
		}
		rows = append(rows, skipRow{f.Place, f.File, messageOf(f.Err).What})
	}
	return rows
}

func (r listResult) text(w io.Writer) {
	defer func() {
		for _, f := range r.Forks {
			fmt.Fprintln(w, f.line())
		}
	}()
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	for _, b := range r.Backups {
		note := ""
		if b.TryingOut {
			note = "\t" + say("trying out")
		}
		fmt.Fprintf(t, "%s\t%s%s\n", b.Name, b.Vault[:8], note)
		for _, f := range b.Files {
			note := ""
			if f.OlderPIN {
				note = "\t" + say("for an older PIN")
			}
			printf(t, "  %s\t%s\t%d bytes\t%s%s\n", f.Place, f.File, f.Size, tongue().Short(f.Modified), note)
		}
	}
	for _, f := range r.Skipped {
		printf(t, "not used: %s\t%s\t%s\n", f.Place, f.File, f.Why)
	}
}
