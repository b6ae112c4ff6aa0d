package webapp

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
)

// The guard lets in one browser: the one that was opened with the newest link.
//
//   - Requests must name this host and port exactly (DNS rebinding).
//   - The link is a file that only this user can read. It holds a form that posts a key
//     to /enter, once; so the key is in no process argument, URL or history.
//   - /enter answers with a cookie, HttpOnly and SameSite=Strict. Cookies ignore ports:
//     a program on another port of this host would be sent it. So the cookie is bound to
//     a path that cannot be guessed, and every page lives below that path. The path alone
//     opens nothing, and a page of another port cannot name it.
//   - Every POST must carry the page's token too, and must not come from another origin
//     (http.CrossOriginProtection).
//   - A link used a second time ends the session that it began: one of the two was a thief.
//
// What it cannot keep out: browser extensions, and programs that run as the same user.
type guard struct {
	hosts  []string
	cookie string // its name carries the port, so that two apps do not disturb each other
	cross  *http.CrossOriginProtection

	mu    sync.Mutex
	links map[[32]byte]*link // :: hash of key → link
	dir   string             // holds the link files; "" until the first
}

type link struct {
	file string
	used *session // the session that it began; nil while it is fresh
}

func newGuard(port int) *guard {
	g := &guard{
		cookie: "cloudseed-" + strconv.Itoa(port),
		cross:  http.NewCrossOriginProtection(),
		links:  make(map[[32]byte]*link),
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		g.hosts = append(g.hosts, fmt.Sprintf("%s:%d", host, port))
	}
	// The link's file has no origin, so the browser calls its form cross-site. What
	// protects /enter is the key in that form.
	g.cross.AddInsecureBypassPattern("POST /enter")
	return g
}

// csp lets nothing in but this app's own files, and no inline script or style.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// protect sets the headers that every answer has, and refuses what comes under another
// name or from another site.
func (g *guard) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy":      csp,
			"Cache-Control":                "no-store",
			"Referrer-Policy":              "no-referrer",
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Permissions-Policy":           "camera=(), microphone=(), geolocation=(), display-capture=()",
		} {
			w.Header().Set(name, value)
		}
		if !slices.Contains(g.hosts, r.Host) {
			http.Error(w, "This address is not Cloudseed's.", http.StatusMisdirectedRequest)
			return
		}
		if err := g.cross.Check(r); err != nil {
			http.Error(w, "This came from another web page and was refused.", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}

// Link writes a page that lets one browser in, once, and returns its path. Only this
// user can read it. It is removed when it has been used, or when Serve ends.
func (a *App) Link() (string, error) { return a.guard.newLink(a.Addr()) }

var linkPage = template.Must(template.New("link").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Opening Cloudseed</title>
<meta name="referrer" content="no-referrer">
<form method="post" action="http://{{.Addr}}/enter">
<input type="hidden" name="key" value="{{.Key}}">
<p>Opening Cloudseed. <button>Open it now</button></p>
</form>
<script>document.forms[0].submit()</script>
`))

func (g *guard) newLink(addr string) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.dir == "" {
		dir, err := os.MkdirTemp(linkDir(), "cloudseed-open-") // 0700
		if err != nil {
			return "", fmt.Errorf("making the link: %w", err)
		}
		g.dir = dir
	}
	key := randomText()
	path := filepath.Join(g.dir, fmt.Sprintf("open-%d.html", len(g.links)+1))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("making the link: %w", err)
	}
	defer f.Close()
	if err := linkPage.Execute(f, map[string]string{"Addr": addr, "Key": key}); err != nil {
		return "", fmt.Errorf("making the link: %w", err)
	}
	g.links[sha256.Sum256([]byte(key))] = &link{file: path}
	return path, f.Close()
}

// linkDir is where the browser can read the link's file: the folder for temporary files
// or, where browsers may come as snaps, which see no /tmp and no hidden folders, the home.
func linkDir() string {
	home, err := os.UserHomeDir()
	if _, snaps := os.Stat("/snap/bin"); err != nil || snaps != nil {
		return ""
	}
	return home
}

// redeem spends the link with that key for s. If it was spent before, redeem returns the
// session that it began instead.
func (g *guard) redeem(key string, s *session) (ok bool, earlier *session) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.links[sha256.Sum256([]byte(key))]
	if l == nil {
		return false, nil
	}
	if l.used != nil {
		return false, l.used
	}
	l.used = s
	os.Remove(l.file)
	return true, nil
}

func (g *guard) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.dir != "" {
		os.RemoveAll(g.dir)
	}
}

// enter swaps the link's key for a cookie. It answers with a page that moves on by
// itself: a redirect would still count as coming from the link's file, and the browser
// would not send the cookie along.
func (a *App) enter(w http.ResponseWriter, r *http.Request) {
	s := newSession(a.language(r))
	ok, earlier := a.guard.redeem(r.PostFormValue("key"), s)
	if !ok {
		a.endSession(earlier)
		a.refuse(w, r, http.StatusForbidden, earlier != nil)
		return
	}
	a.mu.Lock()
	old := a.session
	a.session = s
	a.mu.Unlock()
	a.endSession(old)
	s.rest(a.Config.idle)
	http.SetCookie(w, &http.Cookie{
		Name: a.guard.cookie, Value: s.cookie, Path: s.base,
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	w.Header().Set("Refresh", "0; url="+s.base+"start")
	a.render(w, s.lang, http.StatusOK, "enter", page{Title: "Opening", Body: s.base + "start"})
}

// refuse shows the page for those who are not let in.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, status int, twice bool) {
	a.render(w, a.language(r), status, "refused", page{Title: "Please open Cloudseed again", Art: "alert", Body: twice})
}

// inside lets a request through to next only with the session's cookie, on its path, and
// a POST only with the page's token.
func (a *App) inside(next func(http.ResponseWriter, *http.Request, *session)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		s := a.session
		a.mu.Unlock()
		if s == nil || !same("/s/"+r.PathValue("session")+"/", s.base) || !a.hasCookie(r, s) {
			a.refuse(w, r, http.StatusForbidden, false)
			return
		}
		if r.Method == http.MethodPost && !same(r.PostFormValue("token"), s.token) {
			a.refuse(w, r, http.StatusForbidden, false)
			return
		}
		s.rest(a.Config.idle)
		next(w, r, s)
	}
}

// hasCookie looks at every cookie of the name: another port may have set one as well.
func (a *App) hasCookie(r *http.Request, s *session) bool {
	for _, c := range r.CookiesNamed(a.guard.cookie) {
		if same(c.Value, s.cookie) {
			return true
		}
	}
	return false
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func randomText() string {
	b := make([]byte, 24)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
