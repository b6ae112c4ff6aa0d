package webapp

import (
	"net/http"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
)

// showWho answers for the backup that is named, or else the newest of this computer or, while one is being made,
// for the PIN servers that it will have.
func (a *App) showWho(w http.ResponseWriter, r *http.Request, s *session) {
	realms, needed, guesses := a.Realms.Realms, a.Realms.RecoverThreshold, cloudseed.DefaultGuesses
	kit, wallet := false, ""
	about := page{Title: "Who can open it?", Art: "who", Back: "home"}
	if devices, err := a.Profile.Devices(); err == nil && len(devices) > 0 && !s.backup.begun() {
		d := devices[0]
		for _, other := range devices {
			if other.Vault.String() == r.FormValue("vault") {
				d = other
				about.Back = of("manage", d.Vault.String())
			}
		}
		if len(devices) > 1 {
			wallet = d.Name
		}
		realms, needed, guesses = realmsOf(d), d.Needed, d.Guesses
		about.TryingOut, about.Settled = d.TryingOut(), true
		kit = d.KitStatus() != cloudseed.KitNone
	}
	list := holders(s.lang, realms, needed, guesses)
	if kit {
		list = append(list, holderOf(s.lang, cloudseed.KitAccess, needed, guesses))
	}
	about.Body = whoScreen{Wallet: wallet, Holders: list, Hurts: hurts(realms, needed)}
	a.show(w, s, "who", about)
}

// holders puts the computed table into words.
func holders(l *words.Language, realms []juicebox.Realm, needed, guesses int) []holder {
	var list []holder
	for _, access := range cloudseed.WhoCanOpen(realms, needed, guesses) {
		list = append(list, holderOf(l, access, needed, guesses))
	}
	return list
}

func holderOf(l *words.Language, access cloudseed.Access, needed, guesses int) holder {
	text := l.ForAccess(access, guesses)
	h := holder{Who: text.Who, What: text.What, Verdict: string(access.Verdict), Pill: text.Verdict, File: "lacks", Servers: "lacks", PIN: "lacks"}
	h.have(access, needed)
	return h
}

// have notes what a holder has of the three that open a backup.
func (h *holder) have(access cloudseed.Access, needed int) {
	switch access.Holder {
	case cloudseed.HolderPlace, cloudseed.HolderRealmAndPlace, cloudseed.HolderRealmsAndPlace, cloudseed.HolderComputer, cloudseed.HolderMalware, cloudseed.HolderKitAndPlace:
		h.File = "has"
	}
	switch access.Holder {
	case cloudseed.HolderRealm, cloudseed.HolderRealmAndPlace, cloudseed.HolderRealms, cloudseed.HolderRealmsAndPlace, cloudseed.HolderComputer:
		h.Servers = "part"
		if access.Realms >= needed {
			h.Servers = "has"
		}
	case cloudseed.HolderMalware:
		h.Servers, h.PIN = "has", "has"
	case cloudseed.HolderKitAndPlace:
		h.Kit = "has"
	}
}

// hurts says plainly what is weak in the person's own settings.
func hurts(realms []juicebox.Realm, needed int) []words.Sentence {
	if (juicebox.Configuration{Realms: realms}).TryingOut() {
		return []words.Sentence{"The PIN servers are inside this computer. If it is lost, nobody can open the backup, not even you with the right PIN."}
	}
	for _, access := range cloudseed.WhoCanOpen(realms, needed, cloudseed.DefaultGuesses) {
		if access.Holder == cloudseed.HolderRealm && access.Realms >= needed {
			return []words.Sentence{"One operator runs enough PIN servers to guess your PIN alone, if it also gets the file. Choose servers of several operators."}
		}
	}
	return nil
}

func realmsOf(d *cloudseed.Device) []juicebox.Realm {
	var realms []juicebox.Realm
	for _, r := range d.Realms {
		realms = append(realms, r.Realm)
	}
	return realms
}

// tryingOut tells whether new backups would be only for trying out.
func (a *App) tryingOut() bool { return a.Realms.TryingOut() }

// realmProblem finds the words for what is noted of a PIN server.
func realmProblem(l *words.Language, noted string) *words.Message {
	if noted == "" {
		return nil
	}
	err := cloudseed.ErrRealms
	for _, kind := range []error{cloudseed.ErrNoTries, cloudseed.ErrNoRecord, cloudseed.ErrBusy, cloudseed.ErrChanged} {
		if strings.HasPrefix(noted, kind.Error()) {
			err = kind
		}
	}
	m := l.For(err)
	return &m
}
