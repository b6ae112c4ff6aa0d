package webapp

import (
	"context"
	"errors"
	"net/http"

	"github.com/cloudseed/cloudseed"
)

// showRestorePIN asks for the PIN, with the tries that are left.
func (a *App) showRestorePIN(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.restore
	if f.chosen == nil {
		to(w, r, s, "restore")
		return
	}
	if a.mustConfirm(f) {
		to(w, r, s, "servers")
		return
	}
	about := page{Title: "Type your PIN", Art: "pin", Back: "found", Stage: 3, Stages: restoreStages, Problem: f.problem,
		TryingOut: f.chosen.TryingOut(), Settled: true,
		Body: pinScreen{Action: "restore-pin", Restore: true, Wallet: f.chosen.Name, Tries: f.chosen.Guesses, Left: f.left, Dots: tries{f.left, f.chosen.Guesses}, Label: "PIN", Submit: "Restore"}}
	a.show(w, s, "pin", about)
}

// submitRestorePIN spends one try. The same PIN is never tried on another backup.
func (a *App) submitRestorePIN(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.restore
	if f.chosen == nil || s.job.running() {
		to(w, r, s, "progress")
		return
	}
	if a.mustConfirm(f) {
		to(w, r, s, "servers")
		return
	}
	pin := newPIN(r)
	if pin.Len() == 0 {
		to(w, r, s, "restore-pin")
		return
	}
	chosen, places := f.chosen, placesOf(f.places)
	j := newJob(s.lang, "Restoring", "The PIN servers are asked whether your PIN is right.", "back")
	j.stage, j.stages = 4, restoreStages
	for _, name := range []cloudseed.StepName{cloudseed.StepOpen, cloudseed.StepVerify, cloudseed.StepFiles} {
		j.plan(name, "")
	}
	accepted := f.accepted
	var restored *cloudseed.Restored
	said := ""
	do := func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		c := a.config(places, step)
		c.Realms, c.AcceptRealms = a.Known, accepted
		c.Known, _ = a.Profile.Devices()
		restored, err = cloudseed.Restore(ctx, c, chosen, pin)
		pin.Clear()
		if err == nil {
			said = a.afterRestore(s.lang, ctx, c, restored)
		}
		return err
	}
	a.run(s, j, do, func(err error) string {
		if err == nil {
			s.say("%s", said)
		}
		return a.restored(s, j, restored, err)
	})
	to(w, r, s, "progress")
}

// restored keeps what came back, or says why nothing did. A wrong PIN goes back to the
// PIN screen.
func (a *App) restored(s *session, j *job, restored *cloudseed.Restored, err error) string {
	f := &s.restore
	var wrong *cloudseed.WrongPINError
	if errors.As(err, &wrong) && !errors.Is(err, cloudseed.ErrNoTries) {
		f.problem, f.left = explain(s.lang, err), int(wrong.Left)
		return "restore-pin"
	}
	if err == nil {
		err = a.keep(f.places)
	}
	if err == nil {
		err = a.remember(restored)
	}
	if restored != nil {
		f.restored, f.problem = restored, nil
	}
	if err != nil {
		next := a.failed(s, j, err, "", "")
		if restored != nil { // only remembering it failed
			j.problem.Help, j.problem.Link = "restored", "See what came back"
		}
		return next
	}
	return "restored"
}
