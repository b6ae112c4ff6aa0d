package webapp

import (
	"context"
	"errors"
	"net/http"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/secret"
)

// showKitProve asks for the kit as it stands on the paper.
func (a *App) showKitProve(w http.ResponseWriter, r *http.Request, s *session) {
	if !a.takeVault(w, r, s) {
		return
	}
	a.askKitProof(w, s, "", s.wrong())
}

func (a *App) askKitProof(w http.ResponseWriter, s *session, typed string, why *problem) {
	back := "kit"
	if s.kit.made {
		back = "kit-page"
	}
	a.show(w, s, "type-kit", page{Title: "Type the kit back", Art: "words", Back: back, Problem: why, Field: "kit", TryingOut: s.kit.device.TryingOut(), Settled: true,
		Body: typeKitScreen{Action: "kit-prove", Submit: "It is on paper", Wallet: s.kit.device.Name, Typed: typed,
			Lead: s.lang.Say("From the paper, not from memory. Only then is it known to be right, and to open the backup.")}})
}

// submitKitProve opens the backup, as a place has it now, with the kit that was typed.
func (a *App) submitKitProve(w http.ResponseWriter, r *http.Request, s *session) {
	if s.job.running() || s.kit.device == nil {
		to(w, r, s, "progress")
		return
	}
	kit, err := typedKit(r)
	if err != nil {
		a.askKitProof(w, s, r.PostFormValue("kit"), explain(s.lang, err))
		return
	}
	d, err := a.device(s.kit.device.Vault.String()) // as it is now
	if err != nil {
		a.fail(w, r, s, err, "")
		return
	}
	j := newJob(s.lang, "Trying the kit", "It opens the backup as a place has it now. The PIN servers are not asked.", "search")
	j.plan(cloudseed.StepVerify, "")
	do := func(ctx context.Context, step func(cloudseed.Step)) error {
		defer kit.Clear()
		return cloudseed.ProveKit(ctx, a.config(a.openPlaces(ctx, d), step), d, kit)
	}
	a.run(s, j, do, func(err error) string {
		switch {
		case errors.Is(err, cloudseed.ErrWrongKit):
			return s.complain("kit-prove", explain(s.lang, err))
		case err != nil:
			return a.failed(s, j, err, "", "")
		}
		s.kit.clear()
		s.say("%s This app has forgotten it.", s.lang.ForKit(d.KitStatus()))
		return "home"
	})
	to(w, r, s, "progress")
}

func typedKit(r *http.Request) (cloudseed.Kit, error) {
	typed := secret.New([]byte(r.PostFormValue("kit")))
	defer typed.Clear()
	return cloudseed.ParseKit(typed.Reveal())
}

// showRestoreKit asks for the kit in the place of the PIN. No PIN server is asked, so none
// has to be known.
func (a *App) showRestoreKit(w http.ResponseWriter, r *http.Request, s *session) {
	if s.restore.chosen == nil {
		to(w, r, s, "restore")
		return
	}
	a.askRestoreKit(w, s, "", s.wrong())
}

func (a *App) askRestoreKit(w http.ResponseWriter, s *session, typed string, why *problem) {
	f := &s.restore
	a.show(w, s, "type-kit", page{Title: "Type your emergency kit", Art: "words", Back: "found", Stage: 3, Stages: restoreStages, Problem: why, Field: "kit",
		TryingOut: f.chosen.TryingOut(), Settled: true,
		Body: typeKitScreen{Action: "restore-kit", Submit: "Restore", Wallet: f.chosen.Name, Typed: typed, Restore: true,
			Lead: s.lang.Say("The paper's id must be %s. It needs no PIN, and a mistake uses nothing up.", f.chosen.Vault.Short())}})
}

func (a *App) submitRestoreKit(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.restore
	if f.chosen == nil || s.job.running() {
		to(w, r, s, "progress")
		return
	}
	kit, err := typedKit(r)
	if err != nil {
		a.askRestoreKit(w, s, r.PostFormValue("kit"), explain(s.lang, err))
		return
	}
	chosen, places := f.chosen, placesOf(f.places)
	j := newJob(s.lang, "Restoring", "The backup is opened with the emergency kit.", "back")
	j.stage, j.stages = 4, restoreStages
	j.plan(cloudseed.StepVerify, "")
	j.plan(cloudseed.StepFiles, "")
	var restored *cloudseed.Restored
	do := func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		defer kit.Clear()
		restored, err = cloudseed.RestoreWithKit(ctx, a.config(places, step), chosen, kit)
		return err
	}
	a.run(s, j, do, func(err error) string {
		if errors.Is(err, cloudseed.ErrWrongKit) {
			return s.complain("restore-kit", explain(s.lang, err))
		}
		return a.restored(s, j, restored, err)
	})
	to(w, r, s, "progress")
}
