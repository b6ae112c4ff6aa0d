package webapp

import (
	"net/http"

	"github.com/cloudseed/cloudseed/internal/words"
)

// showGallery shows every screen in every state, with the made-up data of samples.go,
// in the language of "in".
func (a *App) showGallery(w http.ResponseWriter, r *http.Request, s *session) {
	name, l := r.FormValue("show"), s.lang
	if in := r.FormValue("in"); in != "" {
		l = words.Match(in)
	}
	var names []string
	for _, sample := range samples(l) {
		if sample.Name == name {
			about := sample.Page
			about.Token = s.token
			a.render(w, l, http.StatusOK, sample.Screen, about)
			return
		}
		names = append(names, sample.Name)
	}
	a.render(w, s.lang, http.StatusOK, "gallery", page{Title: "Gallery", Token: s.token, Body: names})
}
