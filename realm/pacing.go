package realm

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Pacing says how long a record rests after wrong guesses: its first entry after the
// first wrong guess in a row, and so on. After more guesses than it has entries there is
// no wait. nil never waits.
//
// So the time for which a stranger can keep the owner out by slowness is bounded by the
// sum of the entries, however often the stranger tries. A guess counts as wrong until the
// right tag follows; a success ends the row.
type Pacing []time.Duration

// DefaultPacing lets a person mistype twice without waiting. Ten guesses take 41 hours
// and 21 minutes at least.
var DefaultPacing = Pacing{
	0, 0, time.Minute, 5 * time.Minute, 15 * time.Minute,
	time.Hour, 4 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// DefaultRules are what a server does for the built-in tenant unless told otherwise.
var DefaultRules = Rules{Pacing: DefaultPacing, UnprovedFor: 30 * 24 * time.Hour}

// maxPacing bounds the sum: more would help a thief keep the owner out, not the owner.
const maxPacing = 7 * 24 * time.Hour

// left is how long the record still rests at time now. A clock set back never makes it
// rest longer than at first.
func (p Pacing) left(record Record, now time.Time) time.Duration {
	if record.GuessCount == 0 || int(record.GuessCount) > len(p) {
		return 0
	}
	full := p[record.GuessCount-1]
	rest := time.Unix(record.LastGuess, 0).Add(full).Sub(now)
	return min(max(rest, 0), full)
}

// ParsePacing reads durations with commas between them, such as "0,0,1m,5m,1h", or
// "default" or "off". None may be negative, and all together last at most seven days.
func ParsePacing(text string) (Pacing, error) {
	switch text {
	case "default":
		return DefaultPacing, nil
	case "off":
		return nil, nil
	}
	var pacing Pacing
	var sum time.Duration
	for _, part := range strings.Split(text, ",") {
		wait, err := time.ParseDuration(part)
		if err != nil || wait < 0 || wait > maxPacing {
			return nil, fmt.Errorf("%q is not a wait such as 0, 90s, 5m or 24h", part)
		}
		pacing = append(pacing, wait)
		if sum += wait; sum > maxPacing {
			return nil, errors.New("the waits are more than seven days together")
		}
	}
	return pacing, nil
}
