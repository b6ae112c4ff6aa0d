package webapp

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
)

// holderText says who somebody is, and what that one has and can do. {n} is a number of
// PIN servers, {tries} of tries.
var holderText = map[cloudseed.Holder]struct{ who, what string }{
	cloudseed.HolderPlace:          {"Your cloud provider, or a thief of its login", "Has the sealed file and can use up the {tries}. Cannot read it without the PIN. Can delete it."},
	cloudseed.HolderRealm:          {"The operator of one PIN server", "Has a part of the key, but never gets the file."},
	cloudseed.HolderRealmAndPlace:  {"One PIN server together with the cloud", "Has the file and a part of the key, and can try some PINs at the other servers."},
	cloudseed.HolderRealms:         {"{n} PIN servers together", "Have enough parts of the key, but never get the file."},
	cloudseed.HolderRealmsAndPlace: {"{n} PIN servers and the cloud together", "Can try PINs as fast as they like: a PIN of 6 digits falls in minutes. Only a long sentence stands."},
	cloudseed.HolderComputer:       {"Whoever gets this computer's disk and the file", "The PIN servers are on this disk. They can try PINs as fast as they like."},
	cloudseed.HolderDevice:         {"A thief of an unlocked device", "Has the wallet that is on it. Can delete the backup, but not open it."},
	cloudseed.HolderMalware:        {"Software that watches you type", "Sees the PIN and the words, like anybody behind your shoulder."},
	cloudseed.HolderUs:             {"The makers of Cloudseed", "Have nothing. They could only do harm with a bad update."},
}

// showWho answers for the newest backup of this computer or, while one is being made,
// for the PIN servers that it will have.
func (a *App) showWho(w http.ResponseWriter, r *http.Request, s *session) {
	realms, needed, guesses := a.Realms.Realms, a.Realms.RecoverThreshold, cloudseed.DefaultGuesses
	about := page{Title: "Who can open it?", Art: "who", Back: "home"}
	if devices, err := a.Profile.Devices(); err == nil && len(devices) > 0 && !s.backup.begun() {
		d := devices[0]
		realms, needed, guesses = realmsOf(d), d.Needed, d.Guesses
		about.TryingOut, about.Settled = d.TryingOut(), true
	}
	about.Body = whoScreen{Holders: holders(realms, needed, guesses), Hurts: hurts(realms, needed)}
	a.show(w, s, "who", about)
}

// holders puts the computed table into words.
func holders(realms []juicebox.Realm, needed, guesses int) []holder {
	var list []holder
	for _, access := range cloudseed.WhoCanOpen(realms, needed, guesses) {
		text := holderText[access.Holder]
		say := strings.NewReplacer("{n}", fmt.Sprint(access.Realms), "{tries}", words.Tries(guesses))
		h := holder{Who: say.Replace(text.who), What: say.Replace(text.what), Verdict: string(access.Verdict)}
		switch access.Verdict {
		case cloudseed.VerdictCannot:
			h.Pill = "cannot open it"
		case cloudseed.VerdictGuesses:
			h.Pill = "only by guessing: " + words.Tries(access.Guesses)
		case cloudseed.VerdictCan:
			h.Pill = "can open it"
		}
		list = append(list, h)
	}
	return list
}

// hurts says plainly what is weak in the person's own settings.
func hurts(realms []juicebox.Realm, needed int) []string {
	if (juicebox.Configuration{Realms: realms}).TryingOut() {
		return []string{"The PIN servers are inside this computer. If it is lost, nobody can open the backup, not even you with the right PIN."}
	}
	for _, access := range cloudseed.WhoCanOpen(realms, needed, cloudseed.DefaultGuesses) {
		if access.Holder == cloudseed.HolderRealm && access.Realms >= needed {
			return []string{"One operator runs enough PIN servers to guess your PIN alone, if it also gets the file. Choose servers of several operators."}
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

// serverName is a PIN server as people tell them apart.
func serverName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if u.Scheme == juicebox.Embedded {
		return "inside this computer (" + short(u.Host) + ")"
	}
	return u.Host
}

func short(id string) string { return id[:min(len(id), 6)] }

// realmProblem finds the words for what is noted of a PIN server.
func realmProblem(noted string) *words.Message {
	if noted == "" {
		return nil
	}
	err := cloudseed.ErrRealms
	for _, kind := range []error{cloudseed.ErrNoTries, cloudseed.ErrNoRecord, cloudseed.ErrBusy, cloudseed.ErrChanged} {
		if strings.HasPrefix(noted, kind.Error()) {
			err = kind
		}
	}
	m := words.For(err)
	return &m
}

// accountOf says whose account a place is in, from its address.
func accountOf(address string) string {
	_, rest, _ := strings.Cut(address, ":")
	u, err := url.Parse(rest)
	if err != nil || u.Host == "" {
		return ""
	}
	if u.User == nil {
		return u.Host
	}
	return u.User.Username() + " at " + u.Host
}
