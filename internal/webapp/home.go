package webapp

import (
	"net/http"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/store"
)

// showHome shows every vault of this computer: one honest state each, with its evidence.
func (a *App) showHome(w http.ResponseWriter, r *http.Request, s *session) {
	devices, err := a.Profile.Devices()
	about := page{Title: "Home", Art: "home", Settled: len(devices) > 0}
	if err != nil {
		about.Problem = explain(s.lang, err)
	}
	screen := homeScreen{}
	for _, d := range devices {
		about.TryingOut = about.TryingOut || d.TryingOut()
		row := walletRowOf(s.lang, d, time.Now())
		a.offerSignIn(row.Places, d)
		a.showForks(s.lang, row.Places, d)
		screen.Wallets = append(screen.Wallets, row)
	}
	about.Body = screen
	a.show(w, s, "home", about)
}

// offerSignIn marks the places that signing in again would mend.
func (a *App) offerSignIn(rows []placeRow, d *cloudseed.Device) {
	for i, p := range d.Places {
		if _, ok := a.provider(p.URL); ok && (p.Problem == store.ErrSignedOut.Error() || p.Problem == store.ErrConsent.Error()) {
			rows[i].Again = p.Name
		}
	}
}

func walletRowOf(l *words.Language, d *cloudseed.Device, now time.Time) walletRow {
	state := d.State(now)
	row := walletRow{ID: d.Vault.String(), Name: d.Name, Fingerprint: d.Fingerprint, State: l.ForState(state), Badge: "bad",
		Proved: when(l, d.Proved), Places: placeRows(l, d), Needed: d.Needed, Guesses: d.Guesses,
		Unfinished: state == cloudseed.StateUnfinished, TryingOut: d.TryingOut()}
	row.Kit, row.PIN = l.ForKit(d.KitStatus()), pinCardOf(l, d, now)
	switch state {
	case cloudseed.StateProtected:
		row.Badge, row.Good = "good", true
	case cloudseed.StateTryingOut, cloudseed.StateQueued, cloudseed.StateWaiting:
		row.Badge = "try"
	}
	row.Servers, row.Amount = serverRows(l, d), amountCardOf(l, d)
	if !d.Written.IsZero() {
		row.Written = l.Date(d.Written)
	}
	if n := len(d.Files.Names); n > 0 {
		row.Attached = l.Say("%s, sealed %s", l.Files(n), l.Moment(d.Files.Sealed))
	}
	row.Deleting = state == cloudseed.StateDeleting
	return row
}
