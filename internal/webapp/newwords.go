package webapp

import (
	"net/http"
	"time"

	"github.com/cloudseed/cloudseed/phrase"
)

// showNewWords shows the phrase that was made here, hidden until it is asked for.
func (a *App) showNewWords(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.backup
	if !f.made {
		to(w, r, s, "wallet")
		return
	}
	shown, seconds := s.shown(f.phrase)
	a.show(w, s, "new-words", page{Title: "Your new wallet", Art: "words", Back: "wallet", Stage: 2, Stages: backupStages,
		Body: wordsScreen{Count: f.phrase.Count(), Numbers: make([]struct{}, f.phrase.Count()), Words: shown, Seconds: seconds}})
}

// submitReveal shows words for a minute, or hides them.
func (a *App) submitReveal(w http.ResponseWriter, r *http.Request, s *session) {
	s.reveal = time.Time{}
	if r.PostFormValue("show") == "yes" {
		s.reveal = time.Now().Add(revealTime)
	}
	switch back := r.PostFormValue("to"); back {
	case "restored", "manual-words":
		to(w, r, s, back)
	default:
		to(w, r, s, "new-words")
	}
}

// shown returns the words while they were asked for, and for how many seconds more.
func (s *session) shown(p phrase.Phrase) (shown []string, seconds int) {
	left := time.Until(s.reveal)
	if left < time.Second {
		return nil, 0
	}
	for _, word := range p.Display() {
		shown = append(shown, string(word.Reveal()))
	}
	return shown, int(left.Round(time.Second) / time.Second)
}
