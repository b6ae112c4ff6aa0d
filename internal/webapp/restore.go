package webapp

import (
	"context"
	"net/http"

	"github.com/cloudseed/cloudseed"
)

// showRestore asks where the backup is. Places that this computer knows are offered.
func (a *App) showRestore(w http.ResponseWriter, r *http.Request, s *session) {
	a.askRestore(w, s, placesScreen{}, nil)
}

func (a *App) askRestore(w http.ResponseWriter, s *session, screen placesScreen, why *problem) {
	screen.Action, screen.Restore = "restore", true
	a.fillPlaces(s.lang, &screen, s.restore.places)
	a.show(w, s, "places", page{Title: "Where is your backup?", Art: "search", Back: "welcome", Stage: 1, Stages: restoreStages,
		Problem: why, Field: screen.Kind, Body: screen})
}

// submitRestore reaches a place, which is then looked through with the others.
func (a *App) submitRestore(w http.ResponseWriter, r *http.Request, s *session) {
	place, screen, err := a.reach(s.lang, r, s.restore.places)
	if err == nil {
		err = a.nameIsFree(place)
	}
	if err != nil {
		a.askRestore(w, s, screen, explain(s.lang, err))
		return
	}
	s.restore.places = append(s.restore.places, place)
	to(w, r, s, "restore")
}

// submitSearch looks for backups. There are four answers: found, none, still looking (the
// progress page), and could not look.
func (a *App) submitSearch(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.restore
	if s.job.running() {
		to(w, r, s, "progress")
		return
	}
	if len(f.places) == 0 {
		to(w, r, s, "restore")
		return
	}
	places := placesOf(f.places)
	j := newJob(s.lang, "Looking for backups", "Every place is looked through completely.", "search")
	j.stage, j.stages = 1, restoreStages
	for _, p := range places {
		j.plan(cloudseed.StepSearch, p.Name)
	}
	var search *cloudseed.Search
	do := func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		search, err = cloudseed.Find(ctx, a.config(places, step))
		return err
	}
	a.run(s, j, do, func(err error) string {
		f.search, f.chosen = search, nil
		if err != nil {
			next := a.failed(s, j, err, "search", "")
			j.problem.Help, j.problem.Link = "restore", "Try another account or place"
			j.problem.Accounts = a.accountsOf(f.places)
			return next
		}
		return "found"
	})
	to(w, r, s, "progress")
}
