package webapp

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

type deleteScreen struct {
	ID, Wallet, Fingerprint string
	Places                  []placeRow
	Servers                 int
	Kit                     bool // copies of the files stay open to a kit
	Begun                   bool // it was confirmed before
}

// showDelete says what deleting means, and asks for the wallet's name.
func (a *App) showDelete(w http.ResponseWriter, r *http.Request, s *session) {
	if d, ok := a.asked(w, r, s); ok {
		a.askDelete(w, s, d, nil)
	}
}

func (a *App) askDelete(w http.ResponseWriter, s *session, d *cloudseed.Device, wrong *problem) {
	about := aboutBackup(d, "Delete this backup everywhere", "alert", deleteScreen{ID: d.Vault.String(), Wallet: d.Name, Fingerprint: d.Fingerprint,
		Places: placeRows(s.lang, d), Servers: len(d.Realms), Kit: d.KitStatus() != cloudseed.KitNone, Begun: d.Stage == cloudseed.StageDeleting})
	about.Problem, about.Field = wrong, "name"
	a.show(w, s, "delete", about)
}

// submitDelete deletes when the wallet's name was typed: a habit of pressing buttons must not
// be enough. A deletion that has begun goes on without it.
func (a *App) submitDelete(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	typed := strings.Join(strings.Fields(r.PostFormValue("name")), " ")
	if d.Stage != cloudseed.StageDeleting && typed != d.Name {
		a.askDelete(w, s, d, &problem{Message: s.lang.NotTheName(d.Name)})
		return
	}
	j := newJob(s.lang, "Deleting", "First at the PIN servers, so that no copy opens with the PIN any more; then in every place, and each is looked at again.", "search")
	j.verb = "delete"
	j.plan(cloudseed.StepRetire, "")
	for _, p := range d.Places {
		j.plan(cloudseed.StepSweep, p.Name)
	}
	var report *cloudseed.Deletion
	do := func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		c := a.config(a.openPlaces(ctx, d), step)
		c.Realms = a.Known
		report, err = cloudseed.Delete(ctx, c, d)
		return err
	}
	a.run(s, j, do, func(err error) string {
		if err != nil && !errors.Is(err, cloudseed.ErrNotDeleted) {
			return a.failed(s, j, err, "delete", d.Vault.String())
		}
		s.deleted = deletedScreenOf(s.lang, d, report)
		return "deleted"
	})
	to(w, r, s, "progress")
}

// A deletedScreen is the report of a deletion: nothing is called gone that was not seen to be.
type deletedScreen struct {
	ID, Wallet string
	Dead       bool // no copy of a file opens with the PIN any more
	All        bool
	Places     []deletedRow
	Servers    []deletedRow
}

// A deletedRow is the outcome in one place or at one PIN server.
type deletedRow struct {
	Name    string
	Gone    string
	Problem *words.Message
}

func deletedScreenOf(l *words.Language, d *cloudseed.Device, report *cloudseed.Deletion) *deletedScreen {
	screen := &deletedScreen{ID: d.Vault.String(), Wallet: d.Name, Dead: report.Dead, All: true}
	for _, p := range report.Places {
		row := deletedRow{Name: p.Place, Gone: l.Say("%s removed. Looked again: none is left.", l.Files(len(p.Removed)))}
		if p.Err != nil {
			row.Problem, screen.All = &explain(l, &cloudseed.PlaceError{Place: p.Place, Err: p.Err}).Message, false
		}
		screen.Places = append(screen.Places, row)
	}
	for _, realm := range report.Realms {
		row := deletedRow{Name: l.Server(realm.Realm.Address), Gone: l.Say("It confirmed that it has no record.")}
		if realm.Err != nil {
			row.Problem, screen.All = &explain(l, realm.Err).Message, false
		}
		screen.Servers = append(screen.Servers, row)
	}
	return screen
}

// showDeleted shows the last report.
func (a *App) showDeleted(w http.ResponseWriter, r *http.Request, s *session) {
	if s.deleted == nil {
		to(w, r, s, "home")
		return
	}
	a.show(w, s, "deleted", deletedPage(s.deleted))
}

func deletedPage(screen *deletedScreen) page {
	about := page{Title: "Deleted", Art: "done", Settled: true, Body: screen}
	if !screen.All {
		about.Title, about.Art = "Not everything is deleted yet", "alert"
	}
	return about
}
