package webapp

import (
	"github.com/cloudseed/cloudseed/internal/words"
	"net/http"
)

// An adviceScreen is a page that says what to do when something is lost. Wallets are those
// that this computer still backs up, for the steps that it can do.
type adviceScreen struct {
	Wallets []choice
	Restore bool // the person is on the way to restoring one, and stands before its PIN
}

func (a *App) advise(w http.ResponseWriter, s *session, screen string, title words.Sentence, art, back string) {
	devices, err := a.Profile.Devices()
	about := page{Title: title, Art: art, Back: back, Settled: true}
	if err != nil {
		about.Problem = explain(s.lang, err)
	}
	body := adviceScreen{Restore: s.restore.chosen != nil}
	for _, d := range devices {
		body.Wallets = append(body.Wallets, choice{Value: d.Vault.String(), Label: d.Name})
	}
	about.Body = body
	a.show(w, s, screen, about)
}

// showStolen is for a device that is gone, and for a PIN that somebody may know.
func (a *App) showStolen(w http.ResponseWriter, r *http.Request, s *session) {
	back := "help"
	if vault := r.FormValue("vault"); vault != "" {
		back = of("manage", vault)
	}
	a.advise(w, s, "stolen", "A device is gone, or somebody knows my PIN", "alert", back)
}

func (a *App) showForgot(w http.ResponseWriter, r *http.Request, s *session) {
	back := "help"
	if s.restore.chosen != nil {
		back = "restore-pin"
	}
	a.advise(w, s, "forgot", "When the PIN is forgotten", "pin", back)
}

func (a *App) showNoTries(w http.ResponseWriter, r *http.Request, s *session) {
	a.advise(w, s, "no-tries", "When all tries are used up", "pin", "help")
}

func (a *App) showLostLogin(w http.ResponseWriter, r *http.Request, s *session) {
	a.advise(w, s, "lost-login", "When the login to the cloud is lost", "places", "help")
}
