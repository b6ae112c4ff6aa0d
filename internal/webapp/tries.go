package webapp

import (
	"context"
	"net/http"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

// A triesScreen is what the PIN servers have counted of one backup.
type triesScreen struct {
	ID, Wallet string
	Looked     string // when; "" for not yet
	Left       tries
	Ever       int
	LastWrong  string
	Answered   int
	Servers    int
}

// tries are what is left of the wrong PINs that are allowed, for the picture.
type tries struct{ Left, All int }

// Dots has one entry for each try; those that are left come first and are true.
func (t tries) Dots() []bool {
	dots := make([]bool, max(t.All, 0))
	for i := range dots {
		dots[i] = i < t.Left
	}
	return dots
}

// showTries shows the last answer, or offers to ask.
func (a *App) showTries(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.asked(w, r, s)
	if !ok {
		return
	}
	screen := triesScreen{ID: d.Vault.String(), Wallet: d.Name, Left: tries{d.Guesses, d.Guesses}, Servers: len(d.Realms)}
	if s.tries != nil && s.tries.ID == screen.ID {
		screen = *s.tries
	}
	a.show(w, s, "tries", aboutBackup(d, "Tries of the PIN", "pin", screen))
}

// submitTries asks the PIN servers. It spends no try, and needs no PIN.
func (a *App) submitTries(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	id := d.Vault.String()
	j := newJob(s.lang, "Asking the PIN servers", "They say how often the PIN was tried. No try is spent.", "pin")
	j.plan(cloudseed.StepCount, "")
	var count cloudseed.GuessCount
	do := func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		c := a.config(nil, step)
		c.Realms = a.Known
		count, err = cloudseed.CountGuesses(ctx, c, d)
		return err
	}
	a.run(s, j, do, func(err error) string {
		if err != nil {
			return a.failed(s, j, err, "tries", id)
		}
		screen := triesOf(s.lang, d, count, time.Now())
		s.tries = &screen
		return of("tries", id)
	})
	to(w, r, s, "progress")
}

func triesOf(l *words.Language, d *cloudseed.Device, c cloudseed.GuessCount, now time.Time) triesScreen {
	screen := triesScreen{ID: d.Vault.String(), Wallet: d.Name, Looked: when(l, now), Left: tries{c.Left, d.Guesses}, Ever: c.Ever,
		Answered: c.Answered, Servers: len(d.Realms)}
	if !c.LastWrong.IsZero() {
		screen.LastWrong = l.Date(c.LastWrong)
	}
	return screen
}
