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
	"sync"

	"github.com/cloudseed/cloudseed/internal/words"
)

//go:embed templates static
var files embed.FS

// pages holds one template per screen and language, each inside the layout. A language is parsed
// when somebody first reads it.
type pages struct {
	source fs.FS
	live   bool // read again at every request (Dev)

	mu     sync.Mutex
	spoken map[*words.Language]map[string]*template.Template
}

// parsePages reads the templates: from the program or, with dev and a checkout at hand,
// from disk, so that a change is seen at once.
func parsePages(dev bool) (*pages, error) {
	p := &pages{source: files, spoken: make(map[*words.Language]map[string]*template.Template)}
	if dir := sourceDir(); dev && dir != "" {
		p.source, p.live = os.DirFS(dir), true
	}
	_, err := p.in(words.English)
	return p, err
}

// in are the screens in a language.
func (p *pages) in(l *words.Language) (map[string]*template.Template, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if screens := p.spoken[l]; screens != nil && !p.live {
		return screens, nil
	}
	screens, err := p.parse(l)
	if err == nil {
		p.spoken[l] = screens
	}
	return screens, err
}

func (p *pages) parse(l *words.Language) (map[string]*template.Template, error) {
	base, err := template.New("layout.html").Funcs(template.FuncMap{"part": part, "say": sayIn(l), "rich": richIn(l), "language": func() *words.Language { return l }, "languages": func() []*words.Language { return words.Languages }}).
		ParseFS(p.source, "templates/layout.html", "templates/parts.html", "templates/art.html")
	if err != nil {
		return nil, err
	}
	paths, err := fs.Glob(p.source, "templates/screens/*.html")
	if err != nil {
		return nil, err
	}
	screens := make(map[string]*template.Template)
	for _, path := range paths {
		t, err := template.Must(base.Clone()).ParseFS(p.source, path)
		if err != nil {
			return nil, err
		}
		screens[strings.TrimSuffix(filepath.Base(path), ".html")] = t
	}
	return screens, nil
}

// part lets a template hand the page's token along with something else to a part.
func part(token string, it any) map[string]any { return map[string]any{"Token": token, "It": it} }

// execute renders a screen whole, so that an error never leaves half a page.
func (p *pages) execute(l *words.Language, screen string, about page) ([]byte, error) {
	screens, err := p.in(l)
	if err != nil {
		return nil, err
	}
	t := screens[screen]
	if t == nil {
		return nil, fmt.Errorf("no screen %q", screen)
	}
	var b bytes.Buffer
	err = t.ExecuteTemplate(&b, "layout.html", about)
	return b.Bytes(), err
}

// render answers with a screen.
func (a *App) render(w http.ResponseWriter, l *words.Language, status int, screen string, about page) {
	about.Version, about.Dev = a.Version, a.Dev
	body, err := a.pages.execute(l, screen, about)
	if err != nil {
		a.Log.Error("rendering", "screen", screen, "error", err)
		http.Error(w, l.Say("Something unexpected happened. Nothing was changed."), http.StatusInternalServerError)
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
	a.render(w, s.lang, status, screen, about)
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
