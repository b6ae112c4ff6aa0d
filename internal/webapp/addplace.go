package webapp

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/store"
)

// An addFlow is one more place for a backup that is there. It needs no PIN.
type addFlow struct {
	vault  string
	places []chosenPlace
}

func (f *addFlow) clear() {
	clearPlaces(f.places)
	*f = addFlow{}
}

type backupPlacesScreen struct {
	ID, Wallet string
	Places     []placeRow
}

// showBackupPlaces lists the places of a backup, to add one or to give one up.
func (a *App) showBackupPlaces(w http.ResponseWriter, r *http.Request, s *session) {
	if d, ok := a.asked(w, r, s); ok {
		rows := placeRows(s.lang, d)
		a.offerSignIn(rows, d)
		a.show(w, s, "backup-places", aboutBackup(d, "Places", "places", backupPlacesScreen{d.Vault.String(), d.Name, rows}))
	}
}

// showAddPlace asks for one more place: for the backup in the address, or the one before.
func (a *App) showAddPlace(w http.ResponseWriter, r *http.Request, s *session) {
	if vault := r.FormValue("vault"); vault != "" && vault != s.add.vault {
		s.add.clear()
		s.add.vault = vault
	}
	a.askAddPlace(w, r, s, placesScreen{}, nil)
}

func (a *App) askAddPlace(w http.ResponseWriter, r *http.Request, s *session, screen placesScreen, why *problem) {
	d, err := a.device(s.add.vault)
	if err != nil {
		to(w, r, s, "home")
		return
	}
	screen.Action, screen.Wallet = "add-place", d.Name
	a.fillPlaces(s.lang, &screen, s.add.places)
	screen.Kept = slices.DeleteFunc(screen.Kept, func(row placeRow) bool { return isIn(d, row.Name) })
	about := aboutBackup(d, "One more place", "places", screen)
	about.Back, about.Problem, about.Field = of("backup-places", s.add.vault), why, screen.Kind
	a.show(w, s, "places", about)
}

// isIn tells whether a backup is in a place of that name.
func isIn(d *cloudseed.Device, name string) bool {
	return slices.ContainsFunc(d.Places, func(p cloudseed.PlaceState) bool { return p.Name == name })
}

func (a *App) submitAddPlace(w http.ResponseWriter, r *http.Request, s *session) {
	a.makeFolder(r)
	place, screen, err := a.reach(s.lang, r, s.add.places)
	screen.Missing = screen.Kind == "folder" && filepath.IsAbs(screen.Address) && errors.Is(err, store.ErrGone)
	if err == nil {
		err = a.nameIsFree(place)
	}
	if err != nil {
		a.askAddPlace(w, r, s, screen, explain(s.lang, err))
		return
	}
	s.add.places = append(s.add.places, place)
	to(w, r, s, "add-place")
}

// submitBeginAdd puts the same bytes into the new places, one after another.
func (a *App) submitBeginAdd(w http.ResponseWriter, r *http.Request, s *session) {
	if s.job.running() {
		to(w, r, s, "progress")
		return
	}
	d, err := a.device(s.add.vault)
	if err != nil || len(s.add.places) == 0 {
		to(w, r, s, "add-place")
		return
	}
	if err := a.keep(s.add.places); err != nil {
		a.fail(w, r, s, err, "begin-add")
		return
	}
	added := placesOf(s.add.places)
	j := newJob(s.lang, "Putting it there", "The same sealed bytes as in the other places. No PIN is needed.", "send")
	for _, p := range added {
		j.plan(cloudseed.StepLook, p.Name)
		j.plan(cloudseed.StepUpload, p.Name)
		j.plan(cloudseed.StepReadBack, p.Name)
	}
	do := func(ctx context.Context, step func(cloudseed.Step)) error {
		c := a.config(append(a.openPlaces(ctx, d), added...), step)
		for _, p := range added {
			if err := cloudseed.AddPlace(ctx, c, d, p.Name); err != nil && !errors.Is(err, cloudseed.ErrPlaceThere) {
				return err
			}
		}
		return nil
	}
	id := s.add.vault
	a.run(s, j, do, func(err error) string {
		var incomplete *cloudseed.IncompleteError
		switch {
		case errors.As(err, &incomplete): // the backup counts the place as one of its own now
			s.add.clear()
			return a.failed(s, j, err, "resume", id)
		case err != nil:
			return a.failed(s, j, err, "begin-add", id)
		}
		s.add.clear()
		s.say("Put there and read back, the same byte for byte. That place alone is enough to restore.")
		return of("backup-places", id)
	})
	to(w, r, s, "progress")
}

// submitRelease gives a place up. Its files stay.
func (a *App) submitRelease(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	id, name := d.Vault.String(), r.PostFormValue("name")
	j := newJob(s.lang, "Giving up %s", "The files in it stay, and nothing is written there any more.", "places", name)
	var left *cloudseed.Release
	do := func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		left, err = cloudseed.ReleasePlace(ctx, a.config(a.openPlaces(ctx, d), step), d, name)
		return err
	}
	a.run(s, j, do, func(err error) string {
		if err != nil {
			return a.failed(s, j, err, "", "")
		}
		s.say("%s", strings.Join(s.lang.Released(left), " "))
		return of("backup-places", id)
	})
	to(w, r, s, "progress")
}
