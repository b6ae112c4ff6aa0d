package webapp

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
)

// A practiceScreen asks for the PIN where nothing is wrong: a reminder, or a drill.
type practiceScreen struct {
	Action string // "remind" or "drill"
	ID     string
	Wallet string
	Lead   string
	Points []string
	Submit words.Sentence
	Tries  int
	Places []string // of a drill, the one that was practised longest ago first
}

// showRemind asks for the PIN, so that it is not forgotten.
func (a *App) showRemind(w http.ResponseWriter, r *http.Request, s *session) {
	a.askPractice(w, r, s, "remind")
}

// showDrill asks for the PIN and a place, to practise losing this computer.
func (a *App) showDrill(w http.ResponseWriter, r *http.Request, s *session) {
	a.askPractice(w, r, s, "drill")
}

func (a *App) askPractice(w http.ResponseWriter, r *http.Request, s *session, action string) {
	d, ok := a.asked(w, r, s)
	if !ok {
		return
	}
	about := practicePage(s.lang, d, action)
	about.Problem = s.wrong()
	a.show(w, s, "practice", about)
}

func practicePage(l *words.Language, d *cloudseed.Device, action string) page {
	body := practiceScreen{Action: action, ID: d.Vault.String(), Wallet: d.Name, Tries: d.Guesses, Submit: "Check my PIN",
		Lead: l.Practice("due"), Points: []string{l.Practice("why"), l.Practice("two wrong")}}
	title := words.Sentence("Do you remember your PIN?")
	if action == "drill" {
		title, body.Lead, body.Submit = "Practise losing this computer", l.Practice("drill why"), "Practise"
		body.Points = []string{l.Practice("drill shows"), l.Practice("two wrong")}
		body.Places = placesToPractise(d)
	}
	return aboutBackup(d, title, "pin", body)
}

func placesToPractise(d *cloudseed.Device) (names []string) {
	oldest := 0
	for i, p := range d.Places {
		if p.Drill.At.Before(d.Places[oldest].Drill.At) {
			oldest = i
		}
	}
	for i := range d.Places {
		names = append(names, d.Places[(oldest+i)%len(d.Places)].Name)
	}
	return names
}

// submitRemind spends a try if the PIN is wrong, and none if too few are left.
func (a *App) submitRemind(w http.ResponseWriter, r *http.Request, s *session) {
	a.practise(w, r, s, "remind", []cloudseed.StepName{cloudseed.StepCount, cloudseed.StepOpen},
		func(ctx context.Context, c cloudseed.Config, d *cloudseed.Device, pin secret.Text) (string, error) {
			if err := cloudseed.Remind(ctx, c, d, pin); err != nil {
				return "", err
			}
			return s.lang.Due("right", d.Due()), nil
		})
}

// submitDrill does what a new computer would do, with one place.
func (a *App) submitDrill(w http.ResponseWriter, r *http.Request, s *session) {
	place := r.PostFormValue("place")
	a.practise(w, r, s, "drill", []cloudseed.StepName{cloudseed.StepCount, cloudseed.StepOpen, cloudseed.StepVerify, cloudseed.StepFiles},
		func(ctx context.Context, c cloudseed.Config, d *cloudseed.Device, pin secret.Text) (string, error) {
			p, err := cloudseed.Drill(ctx, c, d, place, pin)
			if err != nil {
				return "", err
			}
			return strings.Join(s.lang.Practised(p), " "), nil
		})
}

// practise runs a reminder or a drill as a job. What it says when all is well is the home
// page's notice; a wrong PIN goes back to the PIN.
func (a *App) practise(w http.ResponseWriter, r *http.Request, s *session, action string, steps []cloudseed.StepName,
	do func(context.Context, cloudseed.Config, *cloudseed.Device, secret.Text) (string, error)) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	id := d.Vault.String()
	pin := newPIN(r)
	if pin.Len() == 0 {
		to(w, r, s, of(action, id))
		return
	}
	j := newJob(s.lang, practicePage(s.lang, d, action).Title, "First the PIN servers say whether anybody else has tried it.", "pin")
	for _, name := range steps {
		j.plan(name, "")
	}
	said := ""
	a.run(s, j, func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		c := a.config(a.openPlaces(ctx, d), step)
		c.Realms = a.Known
		defer pin.Clear()
		said, err = do(ctx, c, d, pin)
		return err
	}, func(err error) string {
		switch {
		case err == nil:
			s.say("%s", said)
			return "home"
		case errors.As(err, new(*cloudseed.WrongPINError)) && !errors.Is(err, cloudseed.ErrNoTries) && !d.PracticeOver():
			return s.complain(of(action, id), explain(s.lang, err))
		case errors.As(err, new(*cloudseed.WrongPINError)) && !errors.Is(err, cloudseed.ErrNoTries):
			err = cloudseed.ErrReminderOver
		}
		return a.failed(s, j, err, "", id)
	})
	to(w, r, s, "progress")
}

// A pinCard is what home says about reminders and drills.
type pinCard struct {
	Due    bool   // now
	Next   string // date of the next reminder
	Drills []string
}

func pinCardOf(l *words.Language, d *cloudseed.Device, now time.Time) pinCard {
	c := pinCard{Due: !now.Before(d.Due()), Next: l.Date(d.Due())}
	for _, p := range d.Places {
		if !p.Drill.At.IsZero() {
			c.Drills = append(c.Drills, l.Say("Practised from %s alone on %s.", p.Name, l.Date(p.Drill.At)))
		}
	}
	return c
}
