package webapp

import (
	"errors"
	"net/http"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// showChangeWords asks for the words, for whoever has forgotten the PIN.
func (a *App) showChangeWords(w http.ResponseWriter, r *http.Request, s *session) {
	if d, ok := a.asked(w, r, s); ok {
		a.askWay(w, s, d, r.FormValue("why"), "change-words")
	}
}

// submitChangeWords reads the words. They are not given back to the page: a mistake is
// named, and the words are typed again.
func (a *App) submitChangeWords(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	wallet, err := typedWallet(r, d)
	if err != nil {
		a.wrongWay(s, d, r.FormValue("why"), "change-words", err)
		a.askWay(w, s, d, r.FormValue("why"), "change-words")
		return
	}
	a.takeWay(w, r, s, d, cloudseed.Unlock{Wallet: wallet})
}

// wrongWay keeps what was wrong for the page that asks again.
func (a *App) wrongWay(s *session, d *cloudseed.Device, why, screen string, err error) {
	if !s.change.isAbout(d, why) {
		s.change.clear()
		s.change.vault, s.change.why = d.Vault.String(), why
	}
	s.complain(screen, explain(s.lang, err))
}

// typedWallet reads a phrase and its passphrase, and refuses those of another wallet.
func typedWallet(r *http.Request, d *cloudseed.Device) (*cloudseed.Wallet, error) {
	typed := secret.New([]byte(r.PostFormValue("phrase")))
	defer typed.Clear()
	w := &cloudseed.Wallet{Name: d.Name, Passphrase: secret.New([]byte(r.PostFormValue("passphrase")))}
	lists := []phrase.Language{""}
	p, err := phrase.Parse(typed.Reveal())
	var ambiguous *phrase.AmbiguousError
	if errors.As(err, &ambiguous) {
		lists = ambiguous.Languages // the wallet tells which
	}
	for _, l := range lists {
		if l != "" {
			p, err = phrase.ParseIn(typed.Reveal(), l)
		}
		if err != nil {
			continue
		}
		w.Phrase = p
		if print, _ := w.Fingerprint(); print == d.Fingerprint {
			return w, nil
		}
		p.Clear()
		err = cloudseed.ErrOtherWallet
	}
	w.Passphrase.Clear()
	return nil, err
}
