// Package words is the one table of what people are told, shared by the command and the
// app: for each kind of error what happened, whether the backup is safe, and what to do
// next; names for steps, states and places; who can open a backup.
//
// Libraries fail with kinds and facts. [Language.For] picks the sentences by errors.Is and fills
// in the facts by errors.As. Everything is a [Sentence]: English stands in the source, here, in
// the command and in the app's pages, and each further language in a file, such as de.json.
//
// Sentences begin with a capital and end with a full stop; the command prints them
// through [Language.Line], which takes both away.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The exit codes of the command (DESIGN section 9).
const (
	ExitOK         = 0
	ExitFailure    = 1
	ExitUsage      = 2 // something that was given is missing or cannot be right
	ExitIncomplete = 3 // sealed, but not verified in every place
	ExitWrongPIN   = 4
	ExitNoTries    = 5
	ExitSignIn     = 6 // only the person can mend it, by signing in
	ExitNotFound   = 7 // looked at completely: nothing there
	ExitNoLook     = 8 // could not look: there may be something
)

// A Message is what a person is told about one error.
type Message struct {
	Code    string   `json:"code"`              // stable; for scripts, and to quote when asking for help
	What    string   `json:"what"`              // what happened
	Safe    string   `json:"safe,omitempty"`    // is the backup safe?
	Next    string   `json:"next,omitempty"`    // what to do next
	Details []string `json:"details,omitempty"` // one place, one realm or one word each
	Exit    int      `json:"exit"`

	// Log is the error's own text. It is never shown as advice; an error without a kind
	// has its cause nowhere else.
	Log string `json:"-"`
}

// A row is what is said about one kind of error. Words in braces are facts: {left} tries, {wait},
// {place}, {name}, {reason}, {number}, {count}, {language}, {languages}, {provider},
// {console}, {want}, {got}; of another device {device}, {file}, {when}.
type row struct{ what, safe, next Sentence }

// A table is everything that is looked up by a name.
type table struct {
	errors    map[string]row      // by the code of a kind
	weakness  map[string]Sentence // by PINWeakness: why a PIN is refused
	steps     map[string]stepWords
	states    map[string]stateWords
	kinds     map[string]Sentence // kinds of place, by the scheme of their URL
	signIns   map[string]Sentence // what to expect at a provider's page, by the scheme of its places; "" for others
	holders   map[string]holderWords
	verdicts  map[string]Sentence
	languages map[string]Sentence // of phrases, by phrase.Language
	counts    map[string]Sentence // of things
	texts     map[string]Sentence
}

// Line is a sentence as the command prints it: no full stop and, in English, no capital, which
// in other languages may begin a noun.
func (l *Language) Line(s string) string {
	s = strings.TrimSuffix(s, ".")
	if s == "" || l != English {
		return s
	}
	first, n := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[n:])
	if unicode.IsUpper(second) { // PIN
		return s
	}
	return string(unicode.ToLower(first)) + s[n:]
}

// fill puts facts, given as name and value by turns, into a sentence in this language.
func (l *Language) fill(s Sentence, facts ...string) string {
	var pairs []string
	for i := 0; i+1 < len(facts); i += 2 {
		pairs = append(pairs, "{"+facts[i]+"}", facts[i+1])
	}
	return strings.NewReplacer(pairs...).Replace(l.Say(s))
}
