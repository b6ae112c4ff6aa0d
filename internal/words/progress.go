package words

import (
	"strings"

	"github.com/cloudseed/cloudseed"
)

// stepWords name a step before, during and after it.
type stepWords struct{ todo, doing, done Sentence }

// Step is one line about a step: what is being done, what is now true, or what failed.
func (l *Language) Step(s cloudseed.Step) string {
	w, ok := english.steps[string(s.Name)]
	if !ok {
		return string(s.Name)
	}
	where := s.Where
	if where == "" {
		where = l.Say(english.texts["the place"])
	}
	switch {
	case s.State == cloudseed.Done:
		return l.fill(w.done, "where", where)
	case s.State == cloudseed.Failed && s.Err != nil:
		return l.fill(w.todo, "where", where) + ": " + l.Line(l.For(s.Err).What)
	}
	return l.fill(w.doing, "where", where)
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
func (l *Language) StepTitle(name cloudseed.StepName, where string) string {
	return l.fill(english.steps[string(name)].todo, "where", where)
}

type stateWords struct{ title, why, next Sentence }

// State is what people are told about a whole backup.
type State struct {
	Title string `json:"title"` // one to three words
	Why   string `json:"why"`
	Next  string `json:"next"`
}

// ForState puts a state into words; "" is a computer without any backup.
func (l *Language) ForState(s cloudseed.State) State {
	w := english.states[string(s)]
	return State{Title: l.Say(w.title), Why: l.Say(w.why), Next: l.Say(w.next)}
}

// TryingOut says, in one sentence, that the PIN servers are embedded.
func (l *Language) TryingOut() string { return l.Say(english.texts["trying-out"]) }

// HowToReal says how to leave trying out.
func (l *Language) HowToReal() string {
	return l.Say(english.states[string(cloudseed.StateTryingOut)].next)
}

// ShortPIN warns of a PIN with fewer than 6 digits.
func (l *Language) ShortPIN() string { return l.Say(english.texts["short-pin"]) }

// Text is one of the sentences that both the command and the app say: "everyday",
// "both-needed", "no-reset".
func (l *Language) Text(name string) string { return l.Say(english.texts[name]) }

// Tries and Files are numbers with their noun: "1 try", "3 tries".
func (l *Language) Tries(n int) string { return l.count(n, "try") }
func (l *Language) Files(n int) string { return l.count(n, "file") }

// Join is a list as people write it: "a, b and c".
func (l *Language) Join(items []string) string { return l.join(items) }

// PlaceKind names the kind of a place by its URL: "folder:/media/usb" is a "Folder".
func (l *Language) PlaceKind(url string) string {
	scheme, _, _ := strings.Cut(url, ":")
	if name, ok := english.kinds[scheme]; ok {
		return l.Say(name)
	}
	return scheme
}

// SignIn says what to expect at a provider's page, by the scheme of its places.
func (l *Language) SignIn(scheme string) string {
	if text, ok := english.signIns[scheme]; ok {
		return l.Say(text)
	}
	return l.Say(english.signIns[""])
}
