package webapp

import (
	"net/http"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
)

// showPIN asks for a new PIN.
func (a *App) showPIN(w http.ResponseWriter, r *http.Request, s *session) {
	if s.backup.phrase.Count() == 0 {
		to(w, r, s, "wallet")
		return
	}
	a.askPIN(w, s, nil, false)
}

func (a *App) askPIN(w http.ResponseWriter, s *session, why *problem, short bool) {
	back := "wallet"
	if s.backup.made {
		back = "new-words"
	}
	a.show(w, s, "pin", page{Title: "Choose a PIN", Art: "pin", Back: back, Stage: 3, Stages: backupStages, Problem: why,
		Body: pinScreen{Action: "pin", Tries: cloudseed.DefaultGuesses, Left: -1, Short: short, Label: "New PIN", Submit: "Continue"}})
}

// submitPIN refuses what a thief would try first. A short PIN has to be typed again, on
// purpose.
func (a *App) submitPIN(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.backup
	if f.phrase.Count() == 0 {
		to(w, r, s, "wallet")
		return
	}
	pin := secret.New([]byte(r.PostFormValue("pin")))
	if err := cloudseed.CheckPIN(pin); err != nil {
		pin.Clear()
		a.askPIN(w, s, explain(s.lang, err), false)
		return
	}
	if cloudseed.ShortPIN(pin) && r.PostFormValue("short") == "" {
		pin.Clear()
		a.askPIN(w, s, nil, true)
		return
	}
	f.pin.Clear()
	f.pin, f.verified = pin, false
	to(w, r, s, "pin-again")
}

// showPINAgain asks for it a second time.
func (a *App) showPINAgain(w http.ResponseWriter, r *http.Request, s *session) {
	if s.backup.pin.Len() == 0 {
		to(w, r, s, "pin")
		return
	}
	a.askPINAgain(w, s, nil)
}

func (a *App) askPINAgain(w http.ResponseWriter, s *session, why *problem) {
	a.show(w, s, "pin", page{Title: "Type the PIN again", Art: "pin", Back: "pin", Stage: 3, Stages: backupStages, Problem: why,
		Body: pinScreen{Action: "pin-again", Again: true, Tries: cloudseed.DefaultGuesses, Left: -1, Label: "The same PIN", Submit: "Continue"}})
}

func (a *App) submitPINAgain(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.backup
	if f.pin.Len() == 0 {
		to(w, r, s, "pin")
		return
	}
	again := secret.New([]byte(r.PostFormValue("pin")))
	defer again.Clear()
	if !again.Equal(f.pin) {
		a.askPINAgain(w, s, notSame(s.lang))
		return
	}
	f.verified = true
	to(w, r, s, "places")
}

// notSame is no kind of the engine's: only this screen knows it.
func notSame(l *words.Language) *problem {
	return &problem{Message: words.Message{
		What: l.Say("The two PINs are not the same."),
		Next: l.Say("Type the first one again, or go back and choose another.")}}
}
