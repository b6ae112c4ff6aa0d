package words

import (
	"time"

	"github.com/cloudseed/cloudseed"
)

// practiceWords are the sentences about PIN reminders, drills and tries by others, for the
// command and the app.
var practiceWords = map[string]Sentence{
	"strange count": "at least {count} that this computer did not make, since {since}",
	"strange wrong": "the last wrong one: {last}",
	"strange right": "none of them was a wrong PIN",

	"due":         "It is time to type your PIN once, so that you do not forget it.",
	"not due":     "The PIN is not due yet. The next reminder is on {date}; with --now it is asked for now.",
	"right":       "The PIN is right. The next reminder is on {date}.",
	"why":         "The PIN is kept nowhere on this computer. The PIN servers tell whether it is right, and a wrong one costs a try.",
	"nothing":     "No reminder is due.",
	"practised":   "Practised from {place} alone: the PIN opened the backup of this wallet, as it would on a new device.",
	"older":       "What opened is not the newest that this computer has made. Look again now (cloudseed check).",
	"in here":     "This was for trying out: its PIN servers are in this computer, so with the computer lost it would not have opened.",
	"two wrong":   "After two wrong PINs it ends until tomorrow. When half of the tries or fewer are left, nothing is asked.",
	"drill shows": "The backup is opened in memory and compared with this wallet. The words are not shown.",
	"drill why":   "This does what a new device would do: with one place, the PIN servers and your PIN, and nothing that this computer remembers.",

	"tried once": "The PIN of this backup was tried {count} since it was made, the right ones included.",
	"tried last": "The last wrong one was on {last}.",
	"tried sum":  "If that is more than you did yourself, somebody else has the file: choose a new PIN, and change the password of that cloud.",
}

// Practice is a sentence about reminders and drills.
func (l *Language) Practice(name string) string { return l.Say(practiceWords[name]) }

// Due says when the PIN is asked for next.
func (l *Language) Due(name string, at time.Time) string {
	return l.fill(practiceWords[name], "date", l.Date(at))
}

// Practised says what a drill has shown, one sentence a line.
func (l *Language) Practised(p cloudseed.Practice) []string {
	lines := []string{l.fill(practiceWords["practised"], "place", p.Place)}
	if !p.Current {
		lines = append(lines, l.Say(practiceWords["older"]))
	}
	if p.TryingOut {
		lines = append(lines, l.Say(practiceWords["in here"]))
	}
	return lines
}

// Tried says to somebody who has just restored how often the PIN was tried.
func (l *Language) Tried(c cloudseed.GuessCount) []string {
	lines := []string{l.fill(practiceWords["tried once"], "count", l.count(c.Ever, "time"))}
	if !c.LastWrong.IsZero() {
		lines = append(lines, l.fill(practiceWords["tried last"], "last", l.Moment(c.LastWrong)))
	}
	return append(lines, l.Say(practiceWords["tried sum"]))
}

func (l *Language) strangerLines(e *cloudseed.StrangerError) []string {
	lines := []string{l.fill(practiceWords["strange count"], "count", l.count(e.Count, "try"), "since", l.Moment(e.Since))}
	if e.Last.IsZero() {
		return append(lines, l.Say(practiceWords["strange right"]))
	}
	return append(lines, l.fill(practiceWords["strange wrong"], "last", l.Moment(e.Last)))
}
