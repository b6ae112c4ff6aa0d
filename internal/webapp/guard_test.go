package webapp

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/profile"
)

// A client is a browser without pictures: it keeps the cookie and the page's token.
type client struct {
	t       *testing.T
	app     *App
	handler http.Handler
	cookie  string // as the browser sends it; "" before it was let in
	base    string
	token   string
}

func newApp(t *testing.T, c Config) *App {
	t.Helper()
	p, err := profile.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p.Keeper = new(keeper)
	c.Profile = p
	if c.Open == nil {
		c.Open = openFolder
	}
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.listener.Close(); a.wait(time.Minute); a.close(); p.Close() })
	return a
}

// newClient lets a client in by a fresh link.
func newClient(t *testing.T, a *App) *client {
	t.Helper()
	c := &client{t: t, app: a, handler: a.handler()}
	if status, _ := c.enter(linkKey(t, a)); status != http.StatusOK {
		t.Fatalf("a fresh link gives %d", status)
	}
	return c
}

// linkKey reads the key out of a fresh link's file.
func linkKey(t *testing.T, a *App) string {
	t.Helper()
	path, err := a.Link()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(string(page))[1]
}

// enter spends a key as the link's file does: from no origin.
func (c *client) enter(key string) (status int, body string) {
	r := c.request("POST", "/enter", url.Values{"key": {key}})
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Origin", "null")
	w := c.send(r)
	if set := w.Header().Get("Set-Cookie"); set != "" {
		cookie := w.Result().Cookies()[0]
		c.cookie, c.base = cookie.Name+"="+cookie.Value, cookie.Path
		c.get("welcome")
	}
	return w.Code, w.Body.String()
}

func (c *client) request(method, path string, form url.Values) *http.Request {
	r := httptest.NewRequest(method, "http://"+c.app.Addr()+path, strings.NewReader(form.Encode()))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.cookie != "" {
		r.Header.Set("Cookie", c.cookie)
	}
	return r
}

func (c *client) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

var tokenInput = regexp.MustCompile(`name="token" value="([^"]+)"`)

// get shows a screen and returns its body.
func (c *client) get(screen string) string {
	c.t.Helper()
	w := c.send(c.request("GET", c.base+screen, nil))
	if found := tokenInput.FindStringSubmatch(w.Body.String()); found != nil {
		c.token = found[1]
	}
	if w.Code == http.StatusSeeOther {
		return c.get(strings.TrimPrefix(w.Header().Get("Location"), c.base))
	}
	return w.Body.String()
}

// post submits a form. It returns the screen that follows, or the body if there is none.
func (c *client) post(screen string, fields ...string) (next, body string) {
	c.t.Helper()
	if c.token == "" {
		c.get("wallet")
	}
	form := url.Values{"token": {c.token}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	w := c.send(c.request("POST", c.base+screen, form))
	if wrong, ok := strings.CutSuffix(w.Header().Get("Location"), "?"+wrongMark); ok {
		w = c.send(c.request("GET", wrong+"?"+wrongMark, nil))
	}
	return strings.TrimPrefix(w.Header().Get("Location"), c.base), w.Body.String()
}

func TestGuard(t *testing.T) {
	a := newApp(t, Config{})
	c := newClient(t, a)
	c.get("wallet")
	form := func(token string) url.Values { return url.Values{"token": {token}, "phrase": {"abandon"}} }
	tests := []struct {
		name   string
		change func(*http.Request)
		method string
		path   string
		form   url.Values
		want   int
	}{
		{"the owner looks", nil, "GET", c.base + "wallet", nil, 200},
		{"the owner submits", nil, "POST", c.base + "wallet", form(c.token), 303},
		{"under localhost", func(r *http.Request) { r.Host = strings.Replace(r.Host, "127.0.0.1", "localhost", 1) }, "GET", c.base + "wallet", nil, 200},
		{"foreign host", func(r *http.Request) { r.Host = "evil.example" }, "GET", c.base + "wallet", nil, 421},
		{"foreign host, same port", func(r *http.Request) { r.Host = "evil.example" + r.Host[strings.Index(r.Host, ":"):] }, "GET", "/static/app.css", nil, 421},
		{"another port in the host", func(r *http.Request) { r.Host = "127.0.0.1:1" }, "GET", c.base + "wallet", nil, 421},
		{"no cookie", func(r *http.Request) { r.Header.Del("Cookie") }, "GET", c.base + "wallet", nil, 403},
		{"a wrong cookie", func(r *http.Request) { r.Header.Set("Cookie", a.guard.cookie+"=guess") }, "GET", c.base + "wallet", nil, 403},
		{"another port's cookie of that name as well", func(r *http.Request) { r.Header.Set("Cookie", a.guard.cookie+"=evil; "+c.cookie) }, "GET", c.base + "wallet", nil, 200},
		{"cookie without the path", nil, "GET", "/s/guess/wallet", nil, 403},
		{"missing token", nil, "POST", c.base + "wallet", form(""), 403},
		{"wrong token", nil, "POST", c.base + "wallet", form("guess"), 403},
		{"token in the address", nil, "POST", c.base + "wallet?token=" + c.token, url.Values{}, 403},
		{"cross-site post", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, "POST", c.base + "wallet", form(c.token), 403},
		{"post from another port", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, "POST", c.base + "wallet", form(c.token), 403},
		{"old browser, other origin", func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", "http://evil.example")
		}, "POST", c.base + "wallet", form(c.token), 403},
		{"steps without the cookie", func(r *http.Request) { r.Header.Del("Cookie") }, "GET", c.base + "steps", nil, 403},
		{"the gallery when not in dev", nil, "GET", c.base + "gallery", nil, 403},
		{"the root", nil, "GET", "/", nil, 403},
		{"a guessed key", nil, "POST", "/enter", url.Values{"key": {"guess"}}, 403},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := c.request(test.method, test.path, test.form)
			if test.change != nil {
				test.change(r)
			}
			w := c.send(r)
			if w.Code != test.want {
				t.Errorf("got %d, want %d\n%s", w.Code, test.want, w.Body)
			}
			if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("the policy is %q", csp)
			}
			if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" {
				t.Error("the page may be kept or named")
			}
		})
	}
}

func TestLinkFile(t *testing.T) {
	a := newApp(t, Config{})
	path, err := a.Link()
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the link: %v", info.Mode())
	}
	newClient(t, a) // with a second link
	a.close()
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) {
		t.Errorf("the link is still there at the end: %v", err)
	}
}

func TestLinkTwice(t *testing.T) {
	a := newApp(t, Config{})
	key := linkKey(t, a)
	thief := &client{t: t, app: a, handler: a.handler()}
	if status, _ := thief.enter(key); status != http.StatusOK {
		t.Fatalf("the first use gives %d", status)
	}
	owner := &client{t: t, app: a, handler: a.handler()}
	status, body := owner.enter(key)
	if status != http.StatusForbidden || !strings.Contains(body, "used before") || !strings.Contains(body, "run <code>cloudseed</code> again") && !strings.Contains(body, "Run <code>cloudseed</code> again") {
		t.Errorf("the second use gives %d: %s", status, body)
	}
	if body := thief.get("welcome"); !strings.Contains(body, "Please open Cloudseed again") {
		t.Error("who used the link first is still in")
	}
}

func TestNewLinkTakesOver(t *testing.T) {
	a := newApp(t, Config{})
	old := newClient(t, a)
	old.post("wallet", "phrase", testPhrase)
	fresh := newClient(t, a)
	if body := old.get("wallet"); !strings.Contains(body, "Please open Cloudseed again") {
		t.Error("the older session is still in")
	}
	if body := fresh.get("wallet"); strings.Contains(body, "abandon") {
		t.Error("the new session sees what was typed in the older one")
	}
}

func TestIdle(t *testing.T) {
	a := newApp(t, Config{idle: 50 * time.Millisecond})
	c := newClient(t, a)
	c.post("wallet", "phrase", testPhrase)
	s := a.session
	s.mu.Lock()
	kept := s.backup.phrase // shares what is cleared
	s.mu.Unlock()
	words := func() int { s.mu.Lock(); defer s.mu.Unlock(); return kept.Count() }
	deadline := time.Now().Add(5 * time.Second)
	for words() != 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if words() != 0 {
		t.Error("the phrase is still in memory")
	}
	if body := c.get("pin"); !strings.Contains(body, "was cleared to keep it safe") {
		t.Errorf("does not say why it begins again:\n%s", body)
	}
}

func TestStatic(t *testing.T) {
	a := newApp(t, Config{})
	c := &client{t: t, app: a, handler: a.handler()}
	for path, kind := range map[string]string{"/static/app.css": "text/css", "/static/app.js": "text/javascript", "/static/icon.svg": "image/svg+xml"} {
		w := c.send(c.request("GET", path, nil))
		body, _ := io.ReadAll(w.Body)
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || len(body) > 60<<10 {
			t.Errorf("%s: %d, %s, %d bytes", path, w.Code, w.Header().Get("Content-Type"), len(body))
		}
	}
}
