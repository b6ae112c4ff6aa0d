package words

import (
	"strings"
	"time"
)

// count is a number with its noun, such as "3 tries" for "try".
func (l *Language) count(n int, of string) string { return l.Say(english.counts[of], n) }

// wait is a time to wait. It is rounded up: nobody should come back too early.
func (l *Language) wait(seconds int) string {
	up := func(unit int) int { return (seconds + unit - 1) / unit }
	switch {
	case seconds <= 0:
		return l.Say("a few minutes")
	case seconds < 120:
		return l.Say("about 2 minutes")
	case seconds < 2*60*60:
		return l.Say("about %d minutes", up(60))
	case seconds < 2*24*60*60:
		return l.Say("about %d hours", up(60*60))
	}
	return l.Say("about %d days", up(24*60*60))
}

// join is a list as people write it: "a, b and c".
func (l *Language) join(s []string) string {
	if len(s) < 2 {
		return strings.Join(s, "")
	}
	return l.Say("%s and %s", strings.Join(s[:len(s)-1], ", "), s[len(s)-1])
}

// Short is a moment of this computer's day, such as "22 Nov 2026 14:05".
func (l *Language) Short(t time.Time) string { return l.Time(t, "2 Jan 2006 15:04") }

// Date is a day as people write it: "22 November 2026".
func (l *Language) Date(t time.Time) string { return l.Time(t, "2 January 2006") }

// Moment is a day and its time: "22 November 2026, 14:05".
func (l *Language) Moment(t time.Time) string { return l.Time(t, "2 January 2006, 15:04") }

// Time lays a moment of this computer's day out. The layout is a sentence too: other people put it another way.
func (l *Language) Time(t time.Time, layout Sentence) string {
	t = t.Local()
	month := t.Month().String()
	return strings.Replace(t.Format(l.Say(layout)), month, l.Say(Sentence(month)), 1)
}
