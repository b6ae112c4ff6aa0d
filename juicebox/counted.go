package juicebox

import (
	"errors"
	"slices"
)

// ErrMeanwhile says that the PIN was right, but that some realm had counted more guesses than
// [Client.Used] says: somebody else guessed at the same time. The counters were not reset.
var ErrMeanwhile = errors.New("somebody else guessed at the same time")

// counted leaves only the realms of which it is known how many guesses are spent there, if
// that was asked for.
func (c *Client) counted(parties []*party) []*party {
	if c.Used == nil {
		return parties
	}
	return slices.DeleteFunc(parties, func(p *party) bool {
		_, known := c.Used[p.ID]
		return !known
	})
}

// beforeGuess tells the caller which realms are asked next.
func (r *recovery) beforeGuess() error {
	if r.before == nil {
		return nil
	}
	var ids []RealmID
	for _, p := range r.parties {
		ids = append(ids, p.ID)
	}
	return r.before(ids)
}

// alone tells whether the guess was the only one since the counts were read. Then only the
// realms that have shown it go on to the third phase, which resets their counters.
func (r *recovery) alone(answered []evaluated) error {
	if r.used == nil {
		return nil
	}
	r.parties = nil
	for _, e := range answered {
		if int(e.count) != int(r.used[e.ID])+1 {
			return ErrMeanwhile
		}
		r.parties = append(r.parties, e.party)
	}
	return nil
}
