package webapp

import (
	"context"
	"errors"
	"net/http"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

// beginChange seals the wallet again under the new PIN. The way in moves to the job, which
// clears it; the new PIN is kept until it is known that the way in was right.
func (a *App) beginChange(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.change
	d, err := a.device(f.vault)
	if err != nil {
		a.fail(w, r, s, err, "")
		return
	}
	why, with, realms, drop, pin := f.why, f.with, f.realms, f.drop, secret.Copy(f.pin.Reveal())
	f.with = cloudseed.Unlock{}
	reason := cloudseed.Routine
	if why == whyStolen {
		reason = cloudseed.Stolen
	}
	j := changeJob(s.lang, d, why, with.Wallet == nil)
	do := func(ctx context.Context, step func(cloudseed.Step)) error {
		defer clearUnlock(with)
		defer pin.Clear()
		c := a.config(a.openPlaces(ctx, d), step)
		c.Realms, c.DropKit = realms, drop
		return cloudseed.ChangePIN(ctx, c, d, with, pin, reason)
	}
	a.run(s, j, do, func(err error) string { return a.changed(s, j, d, why, realms, err) })
	to(w, r, s, "progress")
}

// changeJob lists what is to come.
func changeJob(l *words.Language, d *cloudseed.Device, why string, byPIN bool) *job {
	text := words.ForChange(why)
	j := newJob(l, text.Doing, "The one from before keeps working until the new one was seen to work.", "send")
	if byPIN {
		j.plan(cloudseed.StepOpen, "")
		j.plan(cloudseed.StepVerify, "")
	}
	for _, name := range []cloudseed.StepName{cloudseed.StepRegister, cloudseed.StepProve, cloudseed.StepSeal} {
		j.plan(name, "")
	}
	for _, p := range d.Places {
		j.plan(cloudseed.StepUpload, p.Name)
		j.plan(cloudseed.StepReadBack, p.Name)
	}
	j.plan(cloudseed.StepRetire, "")
	for _, p := range d.Places {
		j.plan(cloudseed.StepSweep, p.Name)
	}
	return j
}

// changed says what came of it. Where the way in was wrong it is asked for again, and the
// new PIN is kept meanwhile.
func (a *App) changed(s *session, j *job, d *cloudseed.Device, why string, realms juicebox.Configuration, err error) string {
	var wrong *cloudseed.WrongPINError
	var incomplete *cloudseed.IncompleteError
	id := d.Vault.String()
	switch {
	case errors.As(err, &wrong) && !errors.Is(err, cloudseed.ErrNoTries), errors.Is(err, cloudseed.ErrNeedsPIN):
		a.wrongWay(s, d, why, "change", err)
		return of("change", id, "why", why)
	case err == nil, errors.As(err, &incomplete), errors.Is(err, cloudseed.ErrOldPIN):
		a.keepRealms(realms)
		s.change.clear()
		return of("changed", id, "why", why)
	}
	s.change.clear()
	next := a.failed(s, j, err, "", "")
	if j.problem.Link == "" {
		j.problem.Help, j.problem.Link = of("change", id, "why", why), "Begin again"
	}
	return next
}

// keepRealms remembers the new PIN servers for later backups: from the next start on.
func (a *App) keepRealms(c juicebox.Configuration) {
	if len(c.Realms) == 0 || c.TryingOut() {
		return
	}
	text, err := c.MarshalJSON()
	if err == nil {
		err = a.Profile.SetRealms(text)
	}
	if err != nil {
		a.Log.Warn("remembering the PIN servers", "error", err)
	}
}

// A changedScreen says what ended and what did not, from what this device knows: it is the
// same after a restart.
type changedScreen struct {
	words.Change
	ID, Wallet string
	Ended      bool // the PIN from before opens nothing any more
	Old        string
	Places     []changedPlace
	Kit        string
	Stolen     bool
	Servers    []string
	Needed     int
	Tries      int
}

// A changedPlace opens with the new PIN, or not yet.
type changedPlace struct {
	Name, Kind string
	New        bool
	Problem    *words.Message
}

// showChanged is the end of a change.
func (a *App) showChanged(w http.ResponseWriter, r *http.Request, s *session) {
	if d, ok := a.asked(w, r, s); ok {
		about := aboutBackup(d, "The new PIN", "done", changedScreenOf(s.lang, d, r.FormValue("why")))
		about.Back = ""
		a.show(w, s, "changed", about)
	}
}

func changedScreenOf(l *words.Language, d *cloudseed.Device, why string) changedScreen {
	screen := changedScreen{Change: words.ForChange(why), ID: d.Vault.String(), Wallet: d.Name, Stolen: why == whyStolen,
		Needed: d.Needed, Tries: d.Guesses, Kit: l.ForKit(d.KitStatus()), Ended: true}
	lagging := false
	for _, p := range d.Places {
		row := changedPlace{Name: p.Name, Kind: l.PlaceKind(p.URL), New: p.Wallet.Generation == d.Wallet.Generation && !p.Wallet.ReadBack.IsZero(), Problem: placeProblem(l, p)}
		lagging = lagging || !row.New
		screen.Places = append(screen.Places, row)
	}
	for _, old := range d.Old {
		screen.Ended = screen.Ended && !old.Ended.IsZero()
	}
	screen.Old = l.OldPIN(screen.Ended, len(d.Old) > 0, lagging, screen.Stolen)
	for _, r := range d.Realms {
		screen.Servers = append(screen.Servers, l.Server(r.Address))
	}
	return screen
}
