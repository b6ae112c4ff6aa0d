package words

import "github.com/cloudseed/cloudseed"

type holderWords struct{ who, has string }

// Access is one row of "Who can open this?".
type Access struct {
	Who     string `json:"who"`     // "Your place's provider, or a thief of your login there"
	Has     string `json:"has"`     // "has the sealed file"
	Verdict string `json:"verdict"` // "Can try 10 PINs, no more."
}

// ForAccess puts a row of cloudseed.WhoCanOpen into words.
func ForAccess(a cloudseed.Access) Access {
	w, facts := english.holders[string(a.Holder)], []string{
		"realms", english.count(a.Realms, "PIN server"),
		"guesses", english.count(a.Guesses, "PIN"),
	}
	return Access{
		Who:     fill(w.who, facts...),
		Has:     fill(w.has, facts...),
		Verdict: fill(english.verdicts[string(a.Verdict)], facts...),
	}
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
