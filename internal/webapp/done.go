package webapp

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/store"
)

// showDone is the success screen: what was made, where it lies, and what to do when the
// device is lost.
func (a *App) showDone(w http.ResponseWriter, r *http.Request, s *session) {
	d := s.backup.device
	if d == nil || d.Stage != cloudseed.StageDone {
		to(w, r, s, "home")
		return
	}
	a.show(w, s, "done", page{Title: "Backed up", Art: "done", Big: true, TryingOut: d.TryingOut(), Settled: true,
		Body: doneScreen{Name: d.Name, Fingerprint: d.Fingerprint, Places: placeRows(d), Proved: when(d.Proved),
			Guesses: d.Guesses, Servers: len(d.Realms), Needed: d.Needed}})
}

// placeRows is the evidence for every place, each with its time.
func placeRows(d *cloudseed.Device) []placeRow {
	var list []placeRow
	for _, p := range d.Places {
		list = append(list, placeRow{
			Name: p.Name, Kind: words.PlaceKind(p.URL), Address: plainAddress(p.URL), File: p.Wallet.File, Size: size(d.Wallet.Size),
			Account: accountOf(p.URL), Problem: placeProblem(p), Proof: []proof{
				evidence("Accepted", p.Wallet.Accepted), evidence("Read back, the same", p.Wallet.ReadBack), evidence("Opened with the PIN", p.Wallet.Opened)},
		})
	}
	return list
}

func evidence(what string, at time.Time) proof {
	return proof{What: what, When: when(at), Seen: !at.IsZero()}
}

// placeProblem finds the words for the kind that a place's evidence names.
func placeProblem(p cloudseed.PlaceState) *words.Message {
	if p.Problem == "" {
		return nil
	}
	err := errors.New(p.Problem)
	for _, kind := range store.Kinds {
		if kind.Error() == p.Problem {
			err = kind
		}
	}
	return &explain(&cloudseed.PlaceError{Place: p.Name, Err: err}).Message
}

func size(bytes int) string {
	switch {
	case bytes == 0:
		return ""
	case bytes < 1<<20:
		return fmt.Sprintf("%d KB", (bytes+1023)/1024)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
}
