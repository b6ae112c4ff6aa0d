package webapp

import (
	"context"
	"mime"
	"net/http"
	"strconv"

	"github.com/cloudseed/cloudseed"
)

// exported are sealed files that can be saved. They are as safe as in the cloud.
type exported struct {
	vault string
	files []cloudseed.SealedFile
}

type exportScreen struct {
	ID, Wallet string
	Files      []fileRow // fetched just now
}

// showExport offers the sealed files for saving, once they were fetched from a place.
func (a *App) showExport(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.asked(w, r, s)
	if !ok {
		return
	}
	screen := exportScreen{ID: d.Vault.String(), Wallet: d.Name}
	if s.copies != nil && s.copies.vault == screen.ID {
		for i, f := range s.copies.files {
			screen.Files = append(screen.Files, fileRow{Index: i, Name: f.Name, Size: size(len(f.Data))})
		}
	}
	a.show(w, s, "export", aboutBackup(d, "Save a copy", "back", screen))
}

func (a *App) submitExport(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	id := d.Vault.String()
	j := newJob(s.lang, "Fetching the sealed files", "They are read from a place and compared with what was put there.", "back")
	var files []cloudseed.SealedFile
	do := func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		files, err = cloudseed.Export(ctx, a.config(a.openPlaces(ctx, d), step), d)
		return err
	}
	a.run(s, j, do, func(err error) string {
		if err != nil {
			return a.failed(s, j, err, "export", id)
		}
		s.copies = &exported{id, files}
		return of("export", id)
	})
	to(w, r, s, "progress")
}

// saveExported hands out one sealed file.
func (a *App) saveExported(w http.ResponseWriter, r *http.Request, s *session) {
	i, err := strconv.Atoi(r.PostFormValue("file"))
	if s.copies == nil || err != nil || i < 0 || i >= len(s.copies.files) {
		to(w, r, s, "home")
		return
	}
	f := s.copies.files[i]
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	w.Write(f.Data)
}
