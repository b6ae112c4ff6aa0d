package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/profile"
)

// A removeResult says what removing a place did and what remains.
type removeResult struct {
	Removed   string        `json:"removed"`
	Backups   []countingRow `json:"backups,omitempty"` // that count on the place
	SignedOut bool          `json:"signed_out"`
	Revoked   bool          `json:"revoked"`          // the provider has ended the permission
	Manage    string        `json:"manage,omitempty"` // where the person can end it
	placesResult
}

// A countingRow is a backup that counts on a place.
type countingRow struct {
	Name      string   `json:"name"`
	Elsewhere []string `json:"elsewhere"`          // other places where it was seen
	Released  []string `json:"released,omitempty"` // what giving the place up leaves, in sentences
}

// countingOn lists the backups of this computer that have a file in p.
func (s *session) countingOn(p profile.Place) ([]countingRow, error) {
	devices, err := s.profile.Devices()
	if err != nil {
		return nil, err
	}
	var all []countingRow
	for _, d := range devices {
		row, counts := countingRow{Name: d.Name, Elsewhere: []string{}}, false
		for _, other := range d.Places {
			if other.URL == p.URL {
				counts = true
			} else if seen(other) {
				row.Elsewhere = append(row.Elsewhere, other.Name)
			}
		}
		if counts {
			all = append(all, row)
		}
	}
	return all, nil
}

// seen tells whether the sealed phrase was read back from a place and nothing was wrong at
// the last look.
func seen(p cloudseed.PlaceState) bool { return !p.Wallet.ReadBack.IsZero() && p.Problem == "" }

// line says what remains of a backup without the place.
func (b countingRow) line(place string) string {
	if len(b.Elsewhere) == 0 {
		return say("The backup of %s counts on %s and was seen in no other place.", b.Name, place)
	}
	return say("The backup of %s counts on %s. It was also seen in %s.", b.Name, place, tongue().Join(b.Elsewhere))
}

func (r removeResult) text(w io.Writer) {
	printf(w, "%s is forgotten here; its files stay where they are\n", r.Removed)
	for _, b := range r.Backups {
		if len(b.Released) == 0 {
			printf(w, "  %s Adding the place again brings it back.\n", b.line(r.Removed))
			continue
		}
		fmt.Fprintf(w, "  %s %s\n", b.line(r.Removed), strings.Join(b.Released, " "))
	}
	switch {
	case r.Revoked:
		printf(w, "  The permission at the provider has ended.\n")
	case r.SignedOut && r.Manage != "":
		printf(w, "  Signed out here. To end the permission at the provider too: %s\n", r.Manage)
	case r.SignedOut:
		printf(w, "  Signed out here.\n")
	}
}

// released notes what giving the place up leaves of a backup.
func (r *removeResult) released(backup string, lines []string) {
	for i := range r.Backups {
		if r.Backups[i].Name == backup {
			r.Backups[i].Released = lines
		}
	}
}
