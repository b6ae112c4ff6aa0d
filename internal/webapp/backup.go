package webapp

import (
	"context"
	"errors"
	"net/http"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// submitBegin makes the backup. Phrase and PIN move from the flow to the job: it clears
// them when it has succeeded and gives them back when nothing was kept, so that the
// person can try again without typing.
func (a *App) submitBegin(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.backup
	if s.job.running() {
		to(w, r, s, "progress")
		return
	}
	if f.phrase.Count() == 0 || !f.verified || len(f.places) == 0 {
		to(w, r, s, "places")
		return
	}
	if err := a.keep(f.places); err != nil {
		a.fail(w, r, s, err, "begin")
		return
	}
	wallet := &cloudseed.Wallet{Name: f.name, Phrase: f.phrase, Passphrase: f.passphrase}
	pin, places := f.pin, placesOf(f.places)
	f.phrase, f.passphrase, f.pin = phrase.Phrase{}, secret.Text{}, secret.Text{}

	j := a.backupJob(s.lang, places)
	var made *cloudseed.Device
	do := func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		made, err = cloudseed.Create(ctx, a.config(places, step), wallet, pin)
		return err
	}
	a.run(s, j, do, func(err error) string {
		if made == nil {
			f.phrase, f.passphrase, f.pin = wallet.Phrase, wallet.Passphrase, pin
			return a.failed(s, j, err, "begin", "")
		}
		wallet.Phrase.Clear()
		wallet.Passphrase.Clear()
		pin.Clear()
		if !f.written.IsZero() {
			if e := a.written(made.Vault.String(), f.written); e != nil {
				a.Log.Warn("remembering that the words are on paper", "error", e)
			}
		}
		f.clear()
		f.device = made
		if err != nil {
			return a.failed(s, j, err, "resume", made.Vault.String())
		}
		return "done"
	})
	to(w, r, s, "progress")
}

// backupJob lists what is to come, so that nobody wonders how long it goes on.
func (a *App) backupJob(l *words.Language, places []cloudseed.Place) *job {
	j := newJob(l, "Backing up", "This takes a few seconds. Each line turns green when it has been seen to be done.", "send")
	j.stage, j.stages = 5, backupStages
	for _, p := range places {
		j.plan(cloudseed.StepLook, p.Name)
	}
	j.plan(cloudseed.StepRegister, "")
	j.plan(cloudseed.StepProve, "")
	j.plan(cloudseed.StepSeal, "")
	for _, p := range places {
		j.plan(cloudseed.StepUpload, p.Name)
		j.plan(cloudseed.StepReadBack, p.Name)
	}
	return j
}

// submitResume finishes a backup that was interrupted, with the same bytes.
func (a *App) submitResume(w http.ResponseWriter, r *http.Request, s *session) {
	a.again(w, r, s, "resume", newJob(s.lang, "Finishing the backup", "It goes on where it stopped.", "send"), cloudseed.Resume)
}

// submitCheck looks again, now.
func (a *App) submitCheck(w http.ResponseWriter, r *http.Request, s *session) {
	a.again(w, r, s, "check", newJob(s.lang, "Checking", "Every place and every PIN server is asked again. No PIN is needed and no try is spent.", "search"), cloudseed.Check)
}

func (a *App) again(w http.ResponseWriter, r *http.Request, s *session, name string, j *job, verb func(context.Context, cloudseed.Config, *cloudseed.Device) error) {
	if s.job.running() {
		to(w, r, s, "progress")
		return
	}
	d, err := a.device(r.PostFormValue("vault"))
	if err != nil {
		a.fail(w, r, s, err, "")
		return
	}
	do := func(ctx context.Context, step func(cloudseed.Step)) error {
		c := a.config(a.openPlaces(ctx, d), step)
		c.Realms = a.Known
		err := verb(ctx, c, d)
		a.lookForForks(ctx, d, c.Places)
		return err
	}
	a.run(s, j, do, func(err error) string {
		if errors.Is(err, cloudseed.ErrUndone) {
			s.say("%s %s", s.lang.For(err).What, s.lang.For(err).Safe)
			return "home"
		}
		if err != nil {
			return a.failed(s, j, err, name, d.Vault.String())
		}
		s.backup.device = d
		if name == "check" {
			s.say("Checked just now: everything is where it should be.")
			return "home"
		}
		return "done"
	})
	to(w, r, s, "progress")
}

// device finds what is known of a vault. No vault named means the only one.
func (a *App) device(vault string) (*cloudseed.Device, error) {
	devices, err := a.Profile.Devices()
	if err != nil {
		return nil, err
	}
	for _, d := range devices {
		if d.Vault.String() == vault {
			return d, nil
		}
	}
	return nil, cloudseed.ErrNoBackup
}
