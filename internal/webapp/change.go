package webapp

import (
	"net/http"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

// Why a PIN is changed, as pages name it.
const (
	whyStolen  = "stolen"  // somebody may know the PIN, or has a device
	whyKit     = "kit"     // the paper of the emergency kit is lost
	whyServers = "servers" // other PIN servers
)

// A changeFlow is a new PIN, or other PIN servers, on the way for a backup that is there. It
// is about the backup and the reason that the first form named; what is typed under another
// one begins a new flow.
type changeFlow struct {
	vault, why string
	realms     juicebox.Configuration // the new PIN servers; empty keeps those from before
	drop       bool                   // the emergency kit ends as well
	with       cloudseed.Unlock       // the way in: the PIN from before, or the words
	pin        secret.Text            // the new one
	verified   bool                   // typed twice
}

func (f *changeFlow) begun() bool { return f.hasWay() || f.pin.Len() > 0 }

func (f *changeFlow) hasWay() bool { return f.with.PIN.Len() > 0 || f.with.Wallet != nil }

func (f *changeFlow) clear() {
	clearUnlock(f.with)
	f.pin.Clear()
	*f = changeFlow{}
}

func clearUnlock(with cloudseed.Unlock) {
	with.PIN.Clear()
	if with.Wallet != nil {
		with.Wallet.Phrase.Clear()
		with.Wallet.Passphrase.Clear()
	}
}

// A changeScreen asks for the PIN from before.
type changeScreen struct {
	words.Change
	ID, Why string
	Wallet  string
	Tries   int
	Servers []string // the new ones
	Needed  int
	Kit     bool   // there is one, which may end too
	Keep    bool   // the new PIN is typed already
	Words   string // the page that asks for the words instead
}

// showChange asks for the PIN from before.
func (a *App) showChange(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.asked(w, r, s)
	if !ok {
		return
	}
	why := r.FormValue("why")
	if why == whyServers && !s.change.isAbout(d, why) {
		to(w, r, s, of("pin-servers", d.Vault.String()))
		return
	}
	a.askWay(w, s, d, why, "change")
}

func (f *changeFlow) isAbout(d *cloudseed.Device, why string) bool {
	return f.vault == d.Vault.String() && f.why == why
}

// askWay shows the page that asks for the PIN from before ("change"), or the one that asks
// for the words ("change-words"), with what was wrong there the last time.
func (a *App) askWay(w http.ResponseWriter, s *session, d *cloudseed.Device, why, screen string) {
	f, id := &s.change, d.Vault.String()
	body := changeScreen{Change: words.ForChange(why), ID: id, Why: why, Wallet: d.Name, Tries: d.Guesses,
		Kit: why == whyStolen && d.KitStatus() != cloudseed.KitNone, Words: of("change-words", id, "why", why)}
	about := aboutBackup(d, body.Title, "pin", nil)
	if f.isAbout(d, why) {
		about.Problem = s.wrong()
		body.Keep = about.Problem != nil && f.verified
		body.Needed = f.realms.RecoverThreshold
		for _, realm := range f.realms.Realms {
			body.Servers = append(body.Servers, s.lang.Server(realm.Address))
		}
	}
	switch {
	case screen == "change-words":
		about.Title, about.Art, about.Back = "Open it with the words", "words", of("change", id, "why", why)
	case why == whyStolen:
		about.Back = of("stolen", id)
	case why == whyServers:
		about.Back = of("pin-servers", id)
	case why == whyKit:
		about.Back = of("kit", id)
	}
	about.Body = body
	a.show(w, s, screen, about)
}

// submitChange takes the PIN from before. Whether it is right is seen when it is used.
func (a *App) submitChange(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	pin := newPIN(r)
	if pin.Len() == 0 {
		to(w, r, s, of("change", d.Vault.String(), "why", r.FormValue("why")))
		return
	}
	a.takeWay(w, r, s, d, cloudseed.Unlock{PIN: pin})
}

// takeWay remembers the way in and goes on with the new PIN, or at once if that was typed
// already and only the way in was wrong.
func (a *App) takeWay(w http.ResponseWriter, r *http.Request, s *session, d *cloudseed.Device, with cloudseed.Unlock) {
	f, why := &s.change, r.FormValue("why")
	same := f.isAbout(d, why)
	if why == whyServers && !same {
		clearUnlock(with)
		to(w, r, s, of("pin-servers", d.Vault.String()))
		return
	}
	if !same || r.PostFormValue("keep") == "" {
		realms := f.realms
		f.clear()
		f.vault, f.why = d.Vault.String(), why
		if why == whyServers {
			f.realms = realms
		}
		f.drop = why == whyKit || r.PostFormValue("drop-kit") != ""
	}
	clearUnlock(f.with)
	f.with = with
	if f.verified {
		a.beginChange(w, r, s)
		return
	}
	to(w, r, s, "new-pin")
}

// showNewPIN asks for the new PIN.
func (a *App) showNewPIN(w http.ResponseWriter, r *http.Request, s *session) {
	a.askNewPIN(w, r, s, nil, false)
}

func (a *App) askNewPIN(w http.ResponseWriter, r *http.Request, s *session, why *problem, short bool) {
	d, err := a.device(s.change.vault)
	if err != nil || !s.change.hasWay() {
		to(w, r, s, "home")
		return
	}
	a.show(w, s, "pin", newPINPage(s.lang, d, s.change.why, false, why, short))
}

// newPINPage is the page that asks for the new PIN, for the first or the second time.
func newPINPage(l *words.Language, d *cloudseed.Device, why string, again bool, wrong *problem, short bool) page {
	about := aboutBackup(d, "Choose the new PIN", "pin", pinScreen{Action: "new-pin", Tries: d.Guesses, Left: -1, Short: short, Label: "New PIN", Submit: "Continue"})
	about.Back, about.Problem = of("change", d.Vault.String(), "why", why), wrong
	if again {
		about.Title, about.Back = "Type the new PIN again", "new-pin"
		about.Body = pinScreen{Action: "new-pin-again", Again: true, Tries: d.Guesses, Left: -1, Label: "The same PIN", Submit: words.ForChange(why).Submit}
	}
	return about
}

func (a *App) submitNewPIN(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.change
	pin := newPIN(r)
	err := cloudseed.CheckPIN(pin)
	switch {
	case !f.hasWay():
		to(w, r, s, "home")
	case err != nil:
		a.askNewPIN(w, r, s, explain(s.lang, err), false)
	case pin.Equal(f.with.PIN) && f.why != whyServers:
		a.askNewPIN(w, r, s, &problem{Message: s.lang.SamePIN()}, false)
	case cloudseed.ShortPIN(pin) && r.PostFormValue("short") == "":
		a.askNewPIN(w, r, s, nil, true)
	default:
		f.pin.Clear()
		f.pin, f.verified = secret.Copy(pin.Reveal()), false
		to(w, r, s, "new-pin-again")
	}
	pin.Clear()
}

// showNewPINAgain asks for it a second time.
func (a *App) showNewPINAgain(w http.ResponseWriter, r *http.Request, s *session) {
	a.askNewPINAgain(w, r, s, nil)
}

func (a *App) askNewPINAgain(w http.ResponseWriter, r *http.Request, s *session, wrong *problem) {
	d, err := a.device(s.change.vault)
	if err != nil || s.change.pin.Len() == 0 || !s.change.hasWay() {
		to(w, r, s, "home")
		return
	}
	a.show(w, s, "pin", newPINPage(s.lang, d, s.change.why, true, wrong, false))
}

func (a *App) submitNewPINAgain(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.change
	if s.job.running() {
		to(w, r, s, "progress")
		return
	}
	if f.pin.Len() == 0 || !f.hasWay() {
		to(w, r, s, "home")
		return
	}
	again := newPIN(r)
	defer again.Clear()
	if !again.Equal(f.pin) {
		a.askNewPINAgain(w, r, s, notSame(s.lang))
		return
	}
	f.verified = true
	a.beginChange(w, r, s)
}
