package webapp

import (
	"net/http"
)

// showGallery shows every screen in every state, with the made-up data of samples.go.
func (a *App) showGallery(w http.ResponseWriter, r *http.Request, s *session) {
	name := r.FormValue("show")
	var names []string
	for _, sample := range samples() {
		if sample.Name == name {
			about := sample.Page
			about.Token = s.token
			a.render(w, http.StatusOK, sample.Screen, about)
			return
		}
		names = append(names, sample.Name)
	}
	a.render(w, http.StatusOK, "gallery", page{Title: "Gallery", Token: s.token, Body: names})
}
