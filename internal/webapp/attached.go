package webapp

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

// An attachedScreen is what is attached to a backup, and what can be.
type attachedScreen struct {
	ID, Wallet string
	Version    int    // of the files part; 0 when there was never one
	Sealed     string // when that was
	Size       string // of its sealed file
	Places     []proofOf
	Files      []attachedRow
	Lost       []attachedRow // their content cannot be had here now
	Trouble    *words.Message
	Typed      string
	Example    string // of a path on this system
}

// An attachedRow is one attached file as this computer knows it.
type attachedRow struct {
	Name, Path, Size string
	New, Changed     bool   // not in the newest version; there with another content
	Why              string // it is lost
}

// A proofOf is what was seen of the files part in one place.
type proofOf struct {
	Place string
	Proof proof
}

// showAttached shows the files that are attached to a backup.
func (a *App) showAttached(w http.ResponseWriter, r *http.Request, s *session) {
	if d, ok := a.asked(w, r, s); ok {
		a.askAttached(w, s, d, "", nil)
	}
}

func (a *App) askAttached(w http.ResponseWriter, s *session, d *cloudseed.Device, typed string, why *problem) {
	paths, err := a.Profile.Watched(d.Vault)
	if err != nil && why == nil {
		why = explain(s.lang, err)
	}
	screen := attachedScreenOf(s.lang, d, paths)
	screen.Typed, screen.Example = typed, examplePath()
	if err := a.watchTrouble(d.Vault); err != nil {
		screen.Trouble = &explain(s.lang, err).Message
	}
	a.show(w, s, "attached", attachedPage(d, screen, why))
}

func attachedPage(d *cloudseed.Device, screen attachedScreen, why *problem) page {
	about := aboutBackup(d, "Attached files", "places", screen)
	about.Problem, about.Field = why, "paths"
	return about
}

func attachedScreenOf(l *words.Language, d *cloudseed.Device, paths []string) attachedScreen {
	screen := attachedScreen{ID: d.Vault.String(), Wallet: d.Name, Version: d.Files.Generation, Size: size(d.Files.Size)}
	if screen.Version > 0 {
		screen.Sealed = l.Moment(d.Files.Sealed)
	}
	for _, row := range attachedRows(l, d, paths) {
		if row.Why == "" {
			screen.Files = append(screen.Files, row)
		} else {
			screen.Lost = append(screen.Lost, row)
		}
	}
	for _, p := range d.Places {
		seen := proof{What: "This version is not there yet"}
		if p.Files.Generation == d.Files.Generation {
			seen = evidence(l, "Read back, the same", p.Files.ReadBack)
		}
		screen.Places = append(screen.Places, proofOf{p.Name, seen})
	}
	return screen
}

// submitAttached backs up at once with the files whose paths were typed, beside those that are
// attached; or without those that are named. The paths of these are forgotten; the files are not
// touched.
func (a *App) submitAttached(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	paths, err := a.Profile.Watched(d.Vault)
	if err != nil {
		a.fail(w, r, s, err, "")
		return
	}
	typed, leaving := r.PostFormValue("paths"), r.PostForm["name"]
	var refused *words.Message
	done := s.lang.Say("Attached, sealed and read back from every place.")
	if len(leaving) > 0 {
		paths = slices.DeleteFunc(paths, func(path string) bool { return hasName(leaving, path) })
		done = s.lang.Say("Left out from now on: %s. Versions that were sealed before still hold it, until newer ones have taken their place. The file on this computer was not touched.", s.lang.Join(leaving))
	} else {
		paths, refused = withTyped(s.lang, paths, typed)
	}
	var files []cloudseed.File
	if refused == nil {
		files, refused = toSeal(s.lang, d, paths, leaving)
	}
	if refused != nil {
		a.askAttached(w, s, d, typed, &problem{Message: *refused})
		return
	}
	a.sealAttached(w, r, s, d, paths, files, done)
}

// sealAttached seals files as the next version. Their paths are remembered as soon as that is
// sealed, even if some place does not have it yet.
func (a *App) sealAttached(w http.ResponseWriter, r *http.Request, s *session, d *cloudseed.Device, paths []string, files []cloudseed.File, done string) {
	id, before := d.Vault.String(), d.Files.Generation
	j := newJob(s.lang, "Backing up the attached files", "They are sealed, put into every place and read back. No PIN is needed.", "send")
	j.plan(cloudseed.StepSeal, "")
	for _, p := range d.Places {
		j.plan(cloudseed.StepUpload, p.Name)
		j.plan(cloudseed.StepReadBack, p.Name)
	}
	do := func(ctx context.Context, step func(cloudseed.Step)) error {
		c := a.config(a.openPlaces(ctx, d), step)
		c.Realms = a.Known
		err := cloudseed.Update(ctx, c, d, files...)
		if d.Files.Generation == before {
			return err
		}
		if noted := a.Profile.SetWatched(d.Vault, paths); noted != nil {
			return errors.Join(noted, err)
		}
		a.watchVault(d.Vault)
		return err
	}
	a.run(s, j, do, func(err error) string {
		var incomplete *cloudseed.IncompleteError
		switch {
		case errors.As(err, &incomplete):
			return a.failed(s, j, err, "resume", id)
		case err != nil:
			return a.failed(s, j, err, "", id)
		}
		s.say("%s", done)
		return of("attached", id)
	})
	to(w, r, s, "progress")
}
