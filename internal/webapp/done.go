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
		Body: doneScreen{ID: d.Vault.String(), Name: d.Name, Fingerprint: d.Fingerprint, Places: placeRows(s.lang, d), Proved: when(s.lang, d.Proved),
			Guesses: d.Guesses, Servers: len(d.Realms), Needed: d.Needed,
			Queued: d.State(time.Now()) == cloudseed.StateQueued}})
}

// placeRows is the evidence for every place, each with its time.
func placeRows(l *words.Language, d *cloudseed.Device) []placeRow {
	var list []placeRow
	for _, p := range d.Places {
		list = append(list, placeRow{
			Name: p.Name, Kind: l.PlaceKind(p.URL), Address: plainAddress(p.URL), File: p.Wallet.File, Size: size(d.Wallet.Size),
			Account: accountOf(p.URL), Problem: placeProblem(l, p), Proof: proofs(l, p.Wallet),
		})
	}
	return list
}

// proofs are the lines of a place's evidence. Of a place that is only this computer's copy
// of a cloud they say so.
func proofs(l *words.Language, e cloudseed.Evidence) []proof {
	if e.Queued {
		return []proof{evidence(l, "In this computer's copy", e.Accepted), evidence(l, "Read back from the copy, the same", e.ReadBack),
			evidence(l, "Opened with the PIN", e.Opened), {What: "In the cloud itself", When: l.Say("cannot be seen from here")}}
	}
	return []proof{evidence(l, "Accepted", e.Accepted), evidence(l, "Read back, the same", e.ReadBack), evidence(l, "Opened with the PIN", e.Opened)}
}

func evidence(l *words.Language, what words.Sentence, at time.Time) proof {
	return proof{What: what, When: when(l, at), Seen: !at.IsZero()}
}

// placeProblem finds the words for the kind that a place's evidence names.
func placeProblem(l *words.Language, p cloudseed.PlaceState) *words.Message {
	if p.Problem == "" {
		return nil
	}
	err := errors.New(p.Problem)
	for _, kind := range store.Kinds {
		if kind.Error() == p.Problem {
			err = kind
		}
	}
	return &explain(l, &cloudseed.PlaceError{Place: p.Name, Err: err}).Message
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
