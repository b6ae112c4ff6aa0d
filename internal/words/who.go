package words

import (
	"net/url"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/juicebox"
)

type holderWords struct{ who, what string }

// Access is one row of "Who can open this?".
type Access struct {
	Who     string `json:"who"`     // "Your cloud provider, or a thief of its login"
	What    string `json:"what"`    // what they have and can do, in sentences
	Verdict string `json:"verdict"` // "only by guessing: 15 tries"
}

// ForAccess puts a row of cloudseed.WhoCanOpen into words; tries is what a person has.
func ForAccess(a cloudseed.Access, tries int) Access {
	w, varies := english.holders[string(a.Holder)+" "+string(a.Verdict)]
	if !varies {
		w = english.holders[string(a.Holder)]
	}
	facts := []string{
		"servers", english.count(a.Realms, "PIN server"),
		"guesses", Tries(a.Guesses),
		"tries", Tries(tries),
	}
	return Access{
		Who:     fill(w.who, facts...),
		What:    fill(w.what, facts...),
		Verdict: fill(english.verdicts[string(a.Verdict)], facts...),
	}
}

// Server is a PIN server as people tell them apart: by its host, or as one of those inside
// this computer.
func Server(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	if u.Scheme == juicebox.Embedded {
		return fill(english.texts["embedded-server"], "id", u.Host[:min(len(u.Host), 6)])
	}
	return u.Host
}

// Problem puts what a Device remembers of a failed look (PlaceState.Problem or
// RealmState.Problem) into a sentence.
func Problem(problem, where string) string {
	for _, k := range kinds {
		if k.target.Error() == problem {
			return row(k.code, k.exit, "place", where, "wait", english.wait(0)).What
		}
	}
	return fill(english.texts["failed-look"], "place", where)
}
