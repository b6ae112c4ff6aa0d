package webapp

import (
	"net/http"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
)

// A pinServersScreen shows the PIN servers of a backup and asks for others.
type pinServersScreen struct {
	ID, Wallet string
	Servers    []serverRow
	Needed     int
	Ours       []string // those that new backups get, when they are others
	OursNeeded int
	Typed      string
}

// showPINServers is for an operator that retires, or one that is no longer trusted.
func (a *App) showPINServers(w http.ResponseWriter, r *http.Request, s *session) {
	if d, ok := a.asked(w, r, s); ok {
		a.askPINServers(w, s, d, "", nil)
	}
}

func (a *App) askPINServers(w http.ResponseWriter, s *session, d *cloudseed.Device, typed string, wrong *problem) {
	screen := pinServersScreen{ID: d.Vault.String(), Wallet: d.Name, Servers: serverRows(s.lang, d), Needed: d.Needed, Typed: typed}
	if !a.Realms.TryingOut() && !sameRealms(a.Realms.Realms, realmsOf(d)) {
		screen.OursNeeded = a.Realms.RecoverThreshold
		for _, realm := range a.Realms.Realms {
			screen.Ours = append(screen.Ours, s.lang.Server(realm.Address))
		}
	}
	about := aboutBackup(d, "PIN servers", "who", screen)
	about.Problem, about.Field = wrong, "list"
	a.show(w, s, "pin-servers", about)
}

func sameRealms(a, b []juicebox.Realm) bool {
	ids := map[juicebox.RealmID]bool{}
	for _, r := range a {
		ids[r.ID] = true
	}
	for _, r := range b {
		if !ids[r.ID] {
			return false
		}
	}
	return len(a) == len(b)
}

// submitPINServers reads the list. Nothing is changed before the PIN is given.
func (a *App) submitPINServers(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	c, typed := a.Realms, r.PostFormValue("list")
	if r.PostFormValue("ours") == "" {
		var err error
		if c, err = juicebox.ParseConfiguration([]byte(typed)); err == nil {
			err = c.Validate()
		}
		if err != nil {
			wrong := explain(s.lang, err)
			wrong.Details = append(wrong.Details, err.Error()) // says which entry, and holds no secret
			a.askPINServers(w, s, d, typed, wrong)
			return
		}
	}
	s.change.clear()
	s.change = changeFlow{vault: d.Vault.String(), why: whyServers, realms: c}
	to(w, r, s, of("change", d.Vault.String(), "why", whyServers))
}

// serverRows is the evidence for every PIN server.
func serverRows(l *words.Language, d *cloudseed.Device) (list []serverRow) {
	for _, r := range d.Realms {
		list = append(list, serverRow{Name: l.Server(r.Address), Seen: when(l, r.Seen), Problem: realmProblem(l, r.Problem)})
	}
	return list
}
