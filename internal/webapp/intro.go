package webapp

import (
	"net/http"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
)

// showIntro is three short pages: what it is, how it comes back, who must be trusted.
func (a *App) showIntro(w http.ResponseWriter, r *http.Request, s *session) {
	screen := introScreen{Page: 1, Amount: DefaultAmount, Guesses: cloudseed.DefaultGuesses, Servers: len(a.Realms.Realms), Needed: a.Realms.RecoverThreshold}
	about := page{Title: "Sealed here, kept by you", Art: "cloud", Big: true, Back: "welcome", Stage: 1, Stages: backupStages}
	switch r.FormValue("page") {
	case "2":
		screen.Page, about.Title, about.Art, about.Back = 2, "How it comes back", "back", "intro"
	case "3":
		screen.Page, about.Title, about.Art, about.Back, about.Big = 3, "Who could open it", "who", "intro?page=2", false
		screen.Who = mainHolders(s.lang, a.Realms.Realms, a.Realms.RecoverThreshold, cloudseed.DefaultGuesses)
	}
	about.Body = screen
	a.show(w, s, "intro", about)
}

// mainHolders are the rows that the intro has room for: the cloud, the worst that can
// happen, and us.
func mainHolders(l *words.Language, realms []juicebox.Realm, needed, guesses int) []holder {
	all := holders(l, realms, needed, guesses)
	var main []holder
	for i, access := range cloudseed.WhoCanOpen(realms, needed, guesses) {
		switch access.Holder {
		case cloudseed.HolderPlace, cloudseed.HolderRealm, cloudseed.HolderRealmsAndPlace, cloudseed.HolderComputer, cloudseed.HolderUs:
			main = append(main, all[i])
		}
	}
	return main
}
