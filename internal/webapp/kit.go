package webapp

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/paper"
	"github.com/cloudseed/cloudseed/internal/words"
)

// A kitFlow is an emergency kit on its way to paper. The kit itself is forgotten when it has
// been typed back, and with everything else that was typed.
type kitFlow struct {
	device *cloudseed.Device
	kit    cloudseed.Kit
	made   bool // kit holds one
}

func (f *kitFlow) clear() {
	f.kit.Clear()
	*f = kitFlow{device: f.device}
}

type kitScreen struct {
	ID      string
	Wallet  string
	Status  string // how far the kit can be relied on, in a sentence
	Has     bool   // there is one
	Ready   bool
	Guesses int
}

// A sheetScreen is a page to print: the emergency kit or the recovery card.
type sheetScreen struct {
	*paper.Sheet
	Code   template.HTML // QR; of a kit
	Warn   []string
	Wallet string
}

// A typeKitScreen asks for a kit, to prove it or to restore with it.
type typeKitScreen struct {
	Action  string
	Submit  words.Sentence
	Lead    string
	Wallet  string
	Typed   string // what was typed and cannot be right
	Restore bool
}

// showKit says what an emergency kit is and how far this one is, and asks for the PIN.
func (a *App) showKit(w http.ResponseWriter, r *http.Request, s *session) {
	if !a.takeVault(w, r, s) {
		return
	}
	d, why := s.kit.device, s.wrong()
	a.show(w, s, "kit", page{Title: "Emergency kit", Art: "words", Back: "home", Problem: why, TryingOut: d.TryingOut(), Settled: true,
		Body: kitScreen{ID: d.Vault.String(), Wallet: d.Name, Status: s.lang.ForKit(d.KitStatus()), Has: d.KitStatus() != cloudseed.KitNone,
			Ready: d.KitStatus() == cloudseed.KitReady, Guesses: d.Guesses}})
}

// takeVault finds the backup that a page is about: the one in the address, or the one before.
func (a *App) takeVault(w http.ResponseWriter, r *http.Request, s *session) bool {
	vault := r.FormValue("vault")
	if vault == "" && s.kit.device != nil {
		vault = s.kit.device.Vault.String()
	}
	d, err := a.device(vault)
	if err != nil {
		to(w, r, s, "home")
		return false
	}
	if s.kit.device == nil || s.kit.device.Vault != d.Vault {
		s.kit.clear()
	}
	s.kit.device = d
	return true
}

// submitKit opens the wallet with the PIN and seals it to a new kit as well.
func (a *App) submitKit(w http.ResponseWriter, r *http.Request, s *session) {
	if s.job.running() {
		to(w, r, s, "progress")
		return
	}
	pin := newPIN(r)
	if s.kit.device == nil || pin.Len() == 0 {
		to(w, r, s, "kit")
		return
	}
	s.kit.clear()
	d, err := a.device(s.kit.device.Vault.String()) // as it is now
	if err != nil {
		a.fail(w, r, s, err, "")
		return
	}
	kit := cloudseed.NewKit()
	j := newJob(s.lang, "Making the emergency kit", "The backup is sealed to the kit as well.", "send")
	for _, name := range []cloudseed.StepName{cloudseed.StepOpen, cloudseed.StepVerify, cloudseed.StepSeal} {
		j.plan(name, "")
	}
	do := func(ctx context.Context, step func(cloudseed.Step)) error {
		c := a.config(a.openPlaces(ctx, d), step)
		c.Realms = a.Known
		defer pin.Clear()
		return cloudseed.AddKit(ctx, c, d, kit, cloudseed.Unlock{PIN: pin})
	}
	a.run(s, j, do, func(err error) string { return a.kitMade(s, j, d, kit, err) })
	to(w, r, s, "progress")
}

// kitMade keeps the kit for its page, or says why there is none. A wrong PIN goes back to the
// PIN. A backup that some place does not have yet is sealed: its kit counts.
func (a *App) kitMade(s *session, j *job, d *cloudseed.Device, kit cloudseed.Kit, err error) string {
	var wrong *cloudseed.WrongPINError
	var incomplete *cloudseed.IncompleteError
	switch {
	case errors.As(err, &wrong) && !errors.Is(err, cloudseed.ErrNoTries):
		return s.complain("kit", explain(s.lang, err))
	case errors.As(err, &incomplete):
		s.say("%s Finish the backup from the home page.", s.lang.For(err).What)
	case err != nil:
		return a.failed(s, j, err, "", "")
	}
	s.kit = kitFlow{device: d, kit: kit, made: true}
	return "kit-page"
}

// showKitPage shows the kit, to be printed or written down.
func (a *App) showKitPage(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.kit
	if !f.made {
		to(w, r, s, "kit")
		return
	}
	text := f.kit.Text()
	defer text.Clear()
	sheet := paper.Kit(sheetFacts(s.lang, f.device), text, f.kit.Blocks())
	code, err := paper.SVG(s.lang, sheet.QR)
	if err != nil {
		a.fail(w, r, s, err, "")
		return
	}
	screen := sheetScreen{Sheet: sheet, Code: code, Wallet: f.device.Name}
	if !f.device.KitOpensFiles() {
		screen.Warn = append(screen.Warn, s.lang.Kit("files"))
	}
	a.show(w, s, "sheet", page{Title: sheet.Title, Back: "kit", TryingOut: f.device.TryingOut(), Settled: true, Body: screen})
}

// sheetFacts are what kit and card print of a backup.
func sheetFacts(l *words.Language, d *cloudseed.Device) paper.Facts {
	f := paper.Facts{Wallet: d.Name, Fingerprint: d.Fingerprint, Vault: d.Vault.Short(), Generation: d.Wallet.Generation, Printed: time.Now(), Language: l}
	for _, p := range placeRows(l, d) {
		where := p.Account
		if where == "" {
			where = p.Address
		}
		f.Places = append(f.Places, p.Kind+", "+where)
		if f.File == "" {
			f.File = p.File
		}
	}
	return f
}
