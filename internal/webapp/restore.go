package webapp

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

// showRestore asks where the backup is. Places that this computer knows are offered.
func (a *App) showRestore(w http.ResponseWriter, r *http.Request, s *session) {
	a.askRestore(w, s, placesScreen{}, nil)
}

func (a *App) askRestore(w http.ResponseWriter, s *session, screen placesScreen, why *problem) {
	screen.Action, screen.Restore, screen.Chosen, screen.Folder = "restore", true, rows(s.restore.places), a.DefaultFolder
	if screen.Kind == "" && len(screen.Chosen) == 0 {
		screen.Kind = "folder"
	}
	a.show(w, s, "places", page{Title: "Where is your backup?", Art: "search", Back: "welcome", Stage: 1, Stages: restoreStages,
		Problem: why, Field: screen.Kind, Body: screen})
}

// submitRestore reaches a place, which is then looked through with the others.
func (a *App) submitRestore(w http.ResponseWriter, r *http.Request, s *session) {
	place, screen, err := a.reach(r, s.restore.places)
	if err == nil {
		err = a.nameIsFree(place)
	}
	if err != nil {
		a.askRestore(w, s, screen, explain(err))
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
	j := newJob("Looking for backups", "Every place is looked through completely.", "search")
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
			return next
		}
		return "found"
	})
	to(w, r, s, "progress")
}

// showFound lets the person choose. Nothing older is ever chosen for them.
func (a *App) showFound(w http.ResponseWriter, r *http.Request, s *session) {
	search := s.restore.search
	if search == nil || len(search.Backups) == 0 {
		to(w, r, s, "restore")
		return
	}
	screen := foundScreen{Others: search.Others}
	for i, b := range search.Backups {
		screen.Backups = append(screen.Backups, backupRowOf(i, b))
	}
	for _, f := range search.Failed {
		screen.Failed = append(screen.Failed, words.For(f).What)
	}
	for _, skipped := range search.Skipped {
		if errors.Is(skipped.Err, cloudseed.ErrNewerFormat) {
			screen.Newer++
		} else {
			screen.Unusable++
		}
	}
	a.show(w, s, "found", page{Title: "Found", Art: "search", Back: "restore", Stage: 2, Stages: restoreStages, Body: screen})
}

func backupRowOf(i int, b *cloudseed.Backup) backupRow {
	var places []string
	seen := map[string]bool{}
	for _, l := range b.Wallet {
		if !seen[l.Place] {
			places = append(places, l.Place)
		}
		seen[l.Place] = true
	}
	return backupRow{Index: i, Name: b.Name, ID: b.Vault.Short(), Date: when(b.Modified()), Size: size(b.Wallet[0].Size),
		Place: words.Join(places), Generation: b.Wallet[0].Generation, TryingOut: b.TryingOut()}
}

// submitChoose takes one. PIN servers that this computer does not know are shown first.
func (a *App) submitChoose(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.restore
	i, err := strconv.Atoi(r.PostFormValue("backup"))
	if err != nil || f.search == nil || i < 0 || i >= len(f.search.Backups) {
		to(w, r, s, "restore")
		return
	}
	if f.chosen != f.search.Backups[i] {
		f.chosen, f.accepted, f.problem, f.left = f.search.Backups[i], false, nil, -1
	}
	if f.chosen.TryingOut() && len(f.chosen.UnknownRealms(a.Known)) > 0 {
		a.fail(w, r, s, cloudseed.ErrElsewhere, "")
		return
	}
	if len(f.chosen.UnknownRealms(a.Known)) > 0 && !f.accepted {
		to(w, r, s, "servers")
		return
	}
	to(w, r, s, "restore-pin")
}

// showServers names PIN servers that this computer does not know, before a PIN is typed.
func (a *App) showServers(w http.ResponseWriter, r *http.Request, s *session) {
	b := s.restore.chosen
	if b == nil {
		to(w, r, s, "restore")
		return
	}
	screen := serversScreen{Wallet: b.Name, Needed: b.Needed}
	for _, realm := range b.UnknownRealms(a.Known) {
		screen.Servers = append(screen.Servers, realm.Address)
	}
	a.show(w, s, "servers", page{Title: "Do you know these PIN servers?", Art: "who", Back: "found", Stage: 2, Stages: restoreStages, Body: screen})
}

func (a *App) submitServers(w http.ResponseWriter, r *http.Request, s *session) {
	s.restore.accepted = true
	to(w, r, s, "restore-pin")
}

// showRestorePIN asks for the PIN, with the tries that are left.
func (a *App) showRestorePIN(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.restore
	if f.chosen == nil {
		to(w, r, s, "restore")
		return
	}
	about := page{Title: "Type your PIN", Art: "pin", Back: "found", Stage: 3, Stages: restoreStages, Problem: f.problem,
		TryingOut: f.chosen.TryingOut(),
		Body:      pinScreen{Action: "restore-pin", Restore: true, Wallet: f.chosen.Name, Tries: f.chosen.Guesses, Left: f.left, Label: "PIN", Submit: "Restore"}}
	a.show(w, s, "pin", about)
}

// submitRestorePIN spends one try. The same PIN is never tried on another backup.
func (a *App) submitRestorePIN(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.restore
	if f.chosen == nil || s.job.running() {
		to(w, r, s, "progress")
		return
	}
	pin := newPIN(r)
	if pin.Len() == 0 {
		to(w, r, s, "restore-pin")
		return
	}
	chosen, places := f.chosen, placesOf(f.places)
	j := newJob("Restoring", "The PIN servers are asked whether your PIN is right.", "back")
	j.stage, j.stages = 4, restoreStages
	for _, name := range []cloudseed.StepName{cloudseed.StepOpen, cloudseed.StepVerify, cloudseed.StepFiles} {
		j.plan(name, "")
	}
	accepted := f.accepted
	var restored *cloudseed.Restored
	do := func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		c := a.config(places, step)
		c.Realms, c.AcceptRealms = a.Known, accepted
		restored, err = cloudseed.Restore(ctx, c, chosen, pin)
		pin.Clear()
		return err
	}
	a.run(s, j, do, func(err error) string { return a.restored(s, j, restored, err) })
	to(w, r, s, "progress")
}

// restored keeps what came back, or says why nothing did. A wrong PIN goes back to the
// PIN screen.
func (a *App) restored(s *session, j *job, restored *cloudseed.Restored, err error) string {
	f := &s.restore
	var wrong *cloudseed.WrongPINError
	if errors.As(err, &wrong) && !errors.Is(err, cloudseed.ErrNoTries) {
		f.problem, f.left = explain(err), int(wrong.Left)
		return "restore-pin"
	}
	if err == nil {
		err = a.keep(f.places)
	}
	if err == nil {
		err = a.Profile.Save(restored.Device)
	}
	if restored != nil {
		f.restored, f.problem = restored, nil
	}
	if err != nil {
		return a.failed(s, j, err, "", "")
	}
	return "restored"
}
