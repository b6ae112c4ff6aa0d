package realmtest

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

// A Crowd of clients does random things at one record at the same time.
type Crowd struct {
	Targets    []Target // of one user; clients take them in turn
	Clients    int
	Operations int // of each client
	// Unknown is how many lost answers end the run: each makes the check of the history
	// much longer. 0: 8.
	Unknown int
	// Rest is how long a client waits between two operations.
	Rest time.Duration

	mu   sync.Mutex
	made []juicebox.Register2
}

// allowedGuesses is small, so that records are often exhausted.
const allowedGuesses = 5

// Run returns what they saw, when all have done their part or ctx ends.
func (c *Crowd) Run(ctx context.Context) *History {
	history := &History{}
	limit := c.Unknown
	if limit == 0 {
		limit = 8
	}
	var wg sync.WaitGroup
	for client := range c.Clients {
		wg.Go(func() {
			target := c.Targets[client%len(c.Targets)]
			for range c.Operations {
				if _, unknown := history.Len(); unknown >= limit || ctx.Err() != nil {
					return
				}
				history.Ask(ctx, client, target, c.next())
				time.Sleep(c.Rest)
			}
		})
	}
	wg.Wait()
	return history
}

// next is mostly guesses at what was registered last.
func (c *Crowd) next() juicebox.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := rand.IntN(100)
	if n < 8 || len(c.made) == 0 {
		c.made = append(c.made, Registration(allowedGuesses))
		return c.made[len(c.made)-1]
	}
	at := c.made[len(c.made)-1]
	if n%10 == 0 { // sometimes one of before
		at = c.made[rand.IntN(len(c.made))]
	}
	switch {
	case n < 55:
		return juicebox.Recover2{Version: at.Version, OPRFBlindedInput: BlindedGuess()}
	case n < 70:
		return juicebox.Recover1{}
	case n < 82:
		return juicebox.Recover3{Version: at.Version}
	case n < 96:
		return juicebox.Recover3{Version: at.Version, UnlockKeyTag: at.UnlockKeyTag}
	}
	return juicebox.Delete{}
}
