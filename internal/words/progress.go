package words

import (
	"strings"

	"github.com/cloudseed/cloudseed"
)

// stepWords name a step before, during and after it.
type stepWords struct{ todo, doing, done string }

// Step is one line about a step: what is being done, what is now true, or what failed.
func Step(s cloudseed.Step) string {
	w, ok := english.steps[string(s.Name)]
	if !ok {
		return string(s.Name)
	}
	where := s.Where
	if where == "" {
		where = english.texts["the place"]
	}
	switch {
	case s.State == cloudseed.Done:
		return fill(w.done, "where", where)
	case s.State == cloudseed.Failed && s.Err != nil:
		return fill(w.todo, "where", where) + ": " + Line(For(s.Err).What)
	}
	return fill(w.doing, "where", where)
}

// StepOf is the step of that name as one verb has words for it: "delete retire" where
// "retire" would say too little.
func StepOf(verb string, name cloudseed.StepName) cloudseed.StepName {
	special := cloudseed.StepName(verb + " " + string(name))
	if _, ok := english.steps[string(special)]; ok {
		return special
	}
	return name
}

// StepTitle names a step before it has begun, for a list of what is to come.
func StepTitle(name cloudseed.StepName, where string) string {
	return fill(english.steps[string(name)].todo, "where", where)
}

// State is what people are told about a whole backup.
type State struct {
	Title string `json:"title"` // one to three words
	Why   string `json:"why"`
	Next  string `json:"next"`
}

// ForState puts a state into words; "" is a computer without any backup.
func ForState(s cloudseed.State) State { return english.states[string(s)] }

// TryingOut says, in one sentence, that the PIN servers are embedded.
func TryingOut() string { return english.texts["trying-out"] }

// HowToReal says how to leave trying out.
func HowToReal() string { return english.states[string(cloudseed.StateTryingOut)].Next }

// ShortPIN warns of a PIN with fewer than 6 digits.
func ShortPIN() string { return english.texts["short-pin"] }

// Text is one of the sentences that both the command and the app say: "everyday",
// "both-needed", "no-reset".
func Text(name string) string { return english.texts[name] }

// Tries and Files are numbers with their noun: "1 try", "3 tries".
func Tries(n int) string { return english.count(n, "try") }
func Files(n int) string { return english.count(n, "file") }

// Join is a list as people write it: "a, b and c".
func Join(items []string) string { return english.join(items) }

// PlaceKind names the kind of a place by its URL: "folder:/media/usb" is a "Folder".
func PlaceKind(url string) string {
	scheme, _, _ := strings.Cut(url, ":")
	if name, ok := english.kinds[scheme]; ok {
		return name
	}
	return scheme
}

// SignIn says what to expect at a provider's page, by the scheme of its places.
func SignIn(scheme string) string {
	if text, ok := english.signIns[scheme]; ok {
		return text
	}
	return english.signIns[""]
}
