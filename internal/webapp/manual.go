package webapp

import (
	"context"
	"errors"
	"net/http"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/paper"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/phrase"
)

// Where the words that are written down come from: a wallet that is being made, one that was
// just restored, or a backup that its PIN opened.
const (
	fromNew      = "new"
	fromRestored = "restored"
	fromBackup   = "backup"
)

// A manualFlow is a recovery phrase on its way to paper. It goes from screen to screen and to no
// file.
type manualFlow struct {
	from   string
	device *cloudseed.Device // of fromBackup
	wallet *cloudseed.Wallet // of fromBackup, once the PIN has opened it
	check  tapped
	proved bool // every word was tapped in its place
}

func (f *manualFlow) clear() {
	if f.wallet != nil {
		f.wallet.Phrase.Clear()
		f.wallet.Passphrase.Clear()
	}
	*f = manualFlow{}
}

type manualScreen struct {
	ID      string // of the backup that the PIN opens; "" for none
	Wallet  string
	Ready   bool // the words are at hand
	Tries   int
	Written string // when the words were shown to be on paper before; "" for never
}

// A manualSheetScreen is the page to print and to fill in by hand. Nothing on it is a secret.
type manualSheetScreen struct {
	Wallet, Fingerprint, Path string
	Descriptor                string
	Code                      any // QR of the descriptor
	Numbers                   []struct{}
	Passphrase                bool // there is one, which is not on the sheet either
}

// wordsAtHand is the wallet whose words can be shown now, nil for none. It belongs to its flow.
func (s *session) wordsAtHand() *cloudseed.Wallet {
	switch s.manual.from {
	case fromNew:
		if s.backup.made && s.backup.phrase.Count() > 0 {
			return &cloudseed.Wallet{Name: s.backup.name, Phrase: s.backup.phrase, Passphrase: s.backup.passphrase}
		}
	case fromRestored:
		if s.restore.restored != nil {
			return &s.restore.restored.Wallet
		}
	case fromBackup:
		return s.manual.wallet
	}
	return nil
}

// manualBack is the page that the flow was begun on, and goes on to at its end.
func (f *manualFlow) next() string {
	switch f.from {
	case fromNew:
		return "pin"
	case fromRestored:
		return "restored"
	}
	return "home"
}

// showManual explains, before any word is seen. It names the wallet it is about, or none.
func (a *App) showManual(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.manual
	from, vault := r.FormValue("from"), r.FormValue("vault")
	if vault != "" && (f.device == nil || f.device.Vault.String() != vault) || from != "" && from != f.from {
		f.clear()
	}
	about := page{Title: "Words on paper", Art: "words", Back: "help"}
	if from == fromNew || from == fromRestored {
		f.from = from
	}
	if vault != "" {
		d, ok := a.asked(w, r, s)
		if !ok {
			return
		}
		f.from, f.device = fromBackup, d
	}
	screen := manualScreen{}
	switch wallet := s.wordsAtHand(); {
	case wallet != nil:
		screen.Wallet, screen.Ready = wallet.Name, true
	case f.device != nil:
		screen.ID, screen.Wallet, screen.Tries = f.device.Vault.String(), f.device.Name, f.device.Guesses
	}
	if d := f.device; d != nil {
		about = aboutBackup(d, about.Title, about.Art, nil)
		if !d.Written.IsZero() {
			screen.Written = when(s.lang, d.Written)
		}
	} else if f.from == fromNew {
		about.Back = "new-words"
	} else if f.from == fromRestored {
		about.Back = "restored"
	}
	about.Problem, about.Body = s.wrong(), screen
	a.show(w, s, "manual", about)
}

// submitManual opens the wallet with the PIN. A wrong one comes back to it.
func (a *App) submitManual(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	id, pin := d.Vault.String(), newPIN(r)
	if pin.Len() == 0 {
		to(w, r, s, of("manual", id))
		return
	}
	s.manual.clear()
	s.manual = manualFlow{from: fromBackup, device: d}
	j := newJob(s.lang, "Opening the backup", "The PIN servers are asked whether your PIN is right. Nothing is written.", "back")
	j.plan(cloudseed.StepOpen, "")
	j.plan(cloudseed.StepVerify, "")
	var wallet *cloudseed.Wallet
	do := func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		c := a.config(a.openPlaces(ctx, d), step)
		c.Realms = a.Known
		defer pin.Clear()
		wallet, err = cloudseed.OpenWallet(ctx, c, d, pin)
		return err
	}
	a.run(s, j, do, func(err error) string {
		switch {
		case err == nil:
			s.manual.wallet = wallet
			return "manual-words"
		case errors.As(err, new(*cloudseed.WrongPINError)) && !errors.Is(err, cloudseed.ErrNoTries):
			return s.complain(of("manual", id), explain(s.lang, err))
		}
		return a.failed(s, j, err, "", id)
	})
	to(w, r, s, "progress")
}

// showManualWords shows the words, numbered, hidden until they are asked for.
func (a *App) showManualWords(w http.ResponseWriter, r *http.Request, s *session) {
	wallet := s.wordsAtHand()
	if wallet == nil {
		to(w, r, s, "home")
		return
	}
	a.show(w, s, "manual-words", manualWordsPage(wallet, s))
}

func manualWordsPage(wallet *cloudseed.Wallet, s *session) page {
	shown, seconds := s.shown(wallet.Phrase)
	n := wallet.Phrase.Count()
	return page{Title: "Write down your words", Art: "words", Back: "manual",
		Body: wordsScreen{Count: n, Numbers: make([]struct{}, n), Words: shown, Seconds: seconds, Passphrase: wallet.Passphrase.Len() > 0}}
}

// showManualSheet is the sheet to print: what is harmless is filled in, the words are not.
func (a *App) showManualSheet(w http.ResponseWriter, r *http.Request, s *session) {
	wallet := s.wordsAtHand()
	if wallet == nil {
		to(w, r, s, "home")
		return
	}
	about, err := manualSheetPage(s.lang, wallet)
	if err != nil {
		a.fail(w, r, s, err, "")
		return
	}
	a.show(w, s, "manual-sheet", about)
}

func manualSheetPage(l *words.Language, wallet *cloudseed.Wallet) (page, error) {
	about := page{Title: "A sheet for your words", Back: "manual-words"}
	descriptor, err := wallet.Phrase.Descriptor(wallet.Passphrase)
	if err != nil {
		return about, err
	}
	code, err := paper.SVG(l, descriptor)
	if err != nil {
		return about, err
	}
	fingerprint, err := wallet.Fingerprint()
	about.Body = manualSheetScreen{Wallet: wallet.Name, Fingerprint: fingerprint, Path: phrase.AccountPath, Descriptor: descriptor, Code: code,
		Numbers: make([]struct{}, wallet.Phrase.Count()), Passphrase: wallet.Passphrase.Len() > 0}
	return about, err
}
