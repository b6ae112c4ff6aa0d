package juicebox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// A View is what the owner of a record sees at one realm of ours. It is JSON at GET view,
// beside the protocol; other realms have none.
type View struct {
	State       Status `json:"state"` // Ok, NotRegistered or NoGuesses, as at Recover1
	GuessesUsed uint16 `json:"guessesUsed"`
	GuessesLeft uint16 `json:"guessesLeft"`
	// GuessesEver counts every guess, right or wrong, that this record ever answered.
	// Only deleting the record resets it.
	GuessesEver uint32 `json:"guessesEver"`
	// LastWrong is when the last guess was spent that no right tag followed, to the
	// second; zero for never. That includes a guess under way.
	LastWrong  time.Time `json:"lastWrong,omitzero"`
	Registered time.Time `json:"registered,omitzero"`
	Proved     bool      `json:"proved"`         // recovered at least once since it was registered
	Wait       int64     `json:"wait,omitempty"` // seconds until the realm takes the next guess
}

// A RealmView is what one realm says to the owner.
type RealmView struct {
	ID  RealmID
	Err error // why nothing is known, as in [RealmError]; else nil
	View
}

// View asks every realm what it has counted. It spends no guess and needs the owner's
// tokens. A realm that has no views is an [ErrProtocol]. The result has an entry for each
// realm, in order of their ids.
func (c *Client) View(ctx context.Context) []RealmView {
	parties, err := c.ready()
	if err != nil {
		var all []RealmView
		for _, r := range c.Configuration.sorted() {
			all = append(all, RealmView{ID: r.ID, Err: err})
		}
		return all
	}
	all := make([]RealmView, len(parties))
	var group sync.WaitGroup
	for i, p := range parties {
		group.Go(func() {
			view, err := p.view(ctx)
			all[i] = RealmView{p.ID, err, view}
		})
	}
	group.Wait()
	return all
}

func (p *party) view(ctx context.Context) (v View, err error) {
	r, err := p.send(ctx, http.MethodGet, "view", nil, true)
	if err != nil {
		return v, err
	}
	if r.status == http.StatusNotFound || r.status == http.StatusMethodNotAllowed {
		return v, fmt.Errorf("%w: it has no view for owners", ErrProtocol)
	}
	if err := r.err(time.Now().Add(p.offset)); err != nil {
		return v, err
	}
	if len(r.body) > MaxResponse || json.Unmarshal(r.body, &v) != nil {
		return View{}, fmt.Errorf("%w: its view is malformed", ErrProtocol)
	}
	switch v.State {
	case StatusOK, StatusNotRegistered, StatusNoGuesses:
		return v, nil
	}
	return View{}, fmt.Errorf("%w: its view has the state %.16q", ErrProtocol, v.State)
}
