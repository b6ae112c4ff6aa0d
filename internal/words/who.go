package words

import (
	"net/url"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/juicebox"
)

type holderWords struct{ who, what Sentence }

// Access is one row of "Who can open this?".
type Access struct {
	Who     string `json:"who"`     // "Your cloud provider, or a thief of its login"
	What    string `json:"what"`    // what they have and can do, in sentences
	Verdict string `json:"verdict"` // "only by guessing: 15 tries"
}

// ForAccess puts a row of cloudseed.WhoCanOpen into words; tries is what a person has.
func (l *Language) ForAccess(a cloudseed.Access, tries int) Access {
	w, varies := english.holders[string(a.Holder)+" "+string(a.Verdict)]
	if !varies {
		w = english.holders[string(a.Holder)]
	}
	facts := []string{
		"servers", l.count(a.Realms, "PIN server"),
		"guesses", l.Tries(a.Guesses),
		"tries", l.Tries(tries),
	}
	return Access{
		Who:     l.fill(w.who, facts...),
		What:    l.fill(w.what, facts...),
		Verdict: l.fill(english.verdicts[string(a.Verdict)], facts...),
	}
}

// Server is a PIN server as people tell them apart: by its host, or as one of those inside
// this computer.
func (l *Language) Server(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	if u.Scheme == juicebox.Embedded {
		return l.fill(english.texts["embedded-server"], "id", u.Host[:min(len(u.Host), 6)])
	}
	return u.Host
}

// Problem puts what a Device remembers of a failed look (PlaceState.Problem or
// RealmState.Problem) into a sentence.
func (l *Language) Problem(problem, where string) string {
	for _, k := range kinds {
		if k.target.Error() == problem {
			return l.told(k.code, k.exit, "place", where, "wait", l.wait(0)).What
		}
	}
	return l.fill(english.texts["failed-look"], "place", where)
}
