package webapp

import (
	"net/http"
	"net/url"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

// A manageScreen is everything that can be done with one backup.
type manageScreen struct {
	ID       string
	Wallet   string
	State    words.State
	Good     bool
	Kit      string
	Deleting bool
	Amount   amountCard
	Written  string // when the words were shown to be on paper; "" for never
}

// asked finds the backup that a page or a form names, or leads home. Its id is no secret: it
// stands on the kit and on the card.
func (a *App) asked(w http.ResponseWriter, r *http.Request, s *session) (*cloudseed.Device, bool) {
	d, err := a.device(r.FormValue("vault"))
	if err != nil {
		to(w, r, s, "home")
		return nil, false
	}
	return d, true
}

// askedIdle is asked for what begins a job: one that is under way goes first.
func (a *App) askedIdle(w http.ResponseWriter, r *http.Request, s *session) (*cloudseed.Device, bool) {
	if s.job.running() {
		to(w, r, s, "progress")
		return nil, false
	}
	return a.asked(w, r, s)
}

// of is the address of a page about one backup; more are names and values by turns.
func of(screen, vault string, more ...string) string {
	v := url.Values{"vault": {vault}}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			v.Set(more[i], more[i+1])
		}
	}
	return screen + "?" + v.Encode()
}

// aboutBackup is the page around a screen about one backup.
func aboutBackup(d *cloudseed.Device, title words.Sentence, art string, body any) page {
	return page{Title: title, Art: art, Back: of("manage", d.Vault.String()), TryingOut: d.TryingOut(), Settled: true, Body: body}
}

// showManage lists what can be done with a backup.
func (a *App) showManage(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.asked(w, r, s)
	if !ok {
		return
	}
	about := aboutBackup(d, "Manage this backup", "home", manageScreenOf(s.lang, d))
	about.Back = "home"
	a.show(w, s, "manage", about)
}

func manageScreenOf(l *words.Language, d *cloudseed.Device) manageScreen {
	screen := manageScreen{ID: d.Vault.String(), Wallet: d.Name, Kit: l.ForKit(d.KitStatus()), Deleting: d.Stage == cloudseed.StageDeleting, Amount: amountCardOf(l, d)}
	if !d.Written.IsZero() {
		screen.Written = l.Date(d.Written)
	}
	return screen
}
