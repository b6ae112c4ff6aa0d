package webapp

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

//go:embed templates static
var files embed.FS

// pages holds one template per screen, each inside the layout.
type pages struct {
	screens map[string]*template.Template
	source  fs.FS
	live    bool // read again at every request (Dev)
}

// parsePages reads the templates: from the program or, with dev and a checkout at hand,
// from disk, so that a change is seen at once.
func parsePages(dev bool) (*pages, error) {
	p := &pages{source: files}
	if dir := sourceDir(); dev && dir != "" {
		p.source, p.live = os.DirFS(dir), true
	}
	return p, p.parse()
}

func (p *pages) parse() error {
	base, err := template.New("layout.html").Funcs(template.FuncMap{"part": part}).
		ParseFS(p.source, "templates/layout.html", "templates/parts.html", "templates/art.html")
	if err != nil {
		return err
	}
	paths, err := fs.Glob(p.source, "templates/screens/*.html")
	if err != nil {
		return err
	}
	p.screens = make(map[string]*template.Template)
	for _, path := range paths {
		t, err := template.Must(base.Clone()).ParseFS(p.source, path)
		if err != nil {
			return err
		}
		p.screens[strings.TrimSuffix(filepath.Base(path), ".html")] = t
	}
	return nil
}

// part lets a template hand the page's token along with something else to a part.
func part(token string, it any) map[string]any { return map[string]any{"Token": token, "It": it} }

// execute renders a screen whole, so that an error never leaves half a page.
func (p *pages) execute(screen string, about page) ([]byte, error) {
	if p.live {
		if err := p.parse(); err != nil {
			return nil, err
		}
	}
	t := p.screens[screen]
	if t == nil {
		return nil, fmt.Errorf("no screen %q", screen)
	}
	var b bytes.Buffer
	err := t.ExecuteTemplate(&b, "layout.html", about)
	return b.Bytes(), err
}

// render answers with a screen.
func (a *App) render(w http.ResponseWriter, status int, screen string, about page) {
	about.Version, about.Dev = a.Version, a.Dev
	body, err := a.pages.execute(screen, about)
	if err != nil {
		a.Log.Error("rendering", "screen", screen, "error", err)
		http.Error(w, "Something unexpected happened. Nothing was changed.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body)
}

// show answers a GET with a screen of the session, and a POST with the way to one: with its token, its notice, and the word
// about trying out where PIN servers are embedded.
func (a *App) show(w http.ResponseWriter, s *session, screen string, about page) {
	if s.answers {
		s.answer = answer{page: s.page, screen: screen, about: about}
		w.Header().Set("Location", s.page+"?"+wrongMark)
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	about.Token = s.token
	if about.Notice == "" && !about.Passing {
		about.Notice = s.said()
	}
	about.TryingOut = about.TryingOut || !about.Settled && a.tryingOut()
	status := http.StatusOK
	if about.Problem != nil {
		status = http.StatusUnprocessableEntity
	}
	a.render(w, status, screen, about)
}

// sourceDir is this package's folder in the checkout that the program was built from, ""
// if it is not there.
func sourceDir() string {
	_, file, _, _ := runtime.Caller(0)
	dir := filepath.Dir(file)
	if _, err := os.Stat(filepath.Join(dir, "templates", "layout.html")); err != nil {
		return ""
	}
	return dir
}

// static serves the styles, the scripts and the icon.
func (a *App) static() http.Handler {
	return http.FileServerFS(a.pages.source)
}
