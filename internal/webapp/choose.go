package webapp

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

// showFound lets the person choose. Nothing older is ever chosen for them.
func (a *App) showFound(w http.ResponseWriter, r *http.Request, s *session) {
	search := s.restore.search
	if search == nil || len(search.Backups) == 0 {
		to(w, r, s, "restore")
		return
	}
	screen := foundScreen{Others: search.Others, Forks: s.lang.Forks(search.Forks)}
	for i, b := range search.Backups {
		screen.Backups = append(screen.Backups, backupRowOf(s.lang, i, b))
	}
	for _, f := range search.Failed {
		m := s.lang.For(f)
		if m.Code == "busy" { // the provider has said how long
			m.What += " " + m.Next
		}
		screen.Failed = append(screen.Failed, m.What)
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

func backupRowOf(l *words.Language, i int, b *cloudseed.Backup) backupRow {
	var places []string
	seen := map[string]bool{}
	for _, l := range b.Wallet {
		if !seen[l.Place] {
			places = append(places, l.Place)
		}
		seen[l.Place] = true
	}
	return backupRow{Index: i, Name: b.Name, ID: b.Vault.Short(), Date: when(l, b.Modified()), Size: size(b.Wallet[0].Size),
		Place: l.Join(places), Generation: b.Wallet[0].Generation, TryingOut: b.TryingOut()}
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
		s.job.problem.Help, s.job.problem.Link = "restore-kit", "I have my emergency kit"
		return
	}
	if a.mustConfirm(f) {
		to(w, r, s, "servers")
		return
	}
	to(w, r, s, "restore-pin")
}

// mustConfirm tells whether the chosen backup names PIN servers that this computer does
// not know and the person has not confirmed: then no PIN is asked for.
func (a *App) mustConfirm(f *restoreFlow) bool {
	return len(f.chosen.UnknownRealms(a.Known)) > 0 && !f.accepted
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
	a.show(w, s, "servers", page{Title: "Do you know these PIN servers?", Art: "who", Back: "found", Stage: 2, Stages: restoreStages, Settled: true, Body: screen})
}

func (a *App) submitServers(w http.ResponseWriter, r *http.Request, s *session) {
	s.restore.accepted = true
	to(w, r, s, "restore-pin")
}
