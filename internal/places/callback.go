package places

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// A callback is the port of this computer to which Apple sends the browser back.
//
// CloudKit's sign-in knows no state that would tie the answer to the question, and the
// address to come back to is fixed in CloudKit Console. So the person begins at a page of
// this port with an address that is used once, which leaves a cookie and leads on to Apple;
// an answer without that cookie is refused. That keeps out other programs, other browsers,
// and answers to a sign-in that nobody began. What remains: a malicious page in the same
// browser, during the minutes of a first sign-in, can bring a token of its own; then the
// sealed file, which nobody can open without the PIN, goes to a stranger's iCloud. A place
// that is known takes no other account.
type callback struct {
	start   string // where the person begins
	apple   string // where that leads
	url     *url.URL
	path    string // of start
	cookie  string
	server  *http.Server
	answers chan *url.URL // holds one
}

// cookieName is of a cookie of 127.0.0.1, which all ports of this computer share.
const cookieName = "cloudseed-icloud-sign-in"

func listen(app ICloud, apple string) (*callback, error) {
	u, err := app.callback()
	if err != nil {
		return nil, store.Errorf("sign in", "", store.ErrRefused, "%w", err)
	}
	listener, err := net.Listen("tcp", u.Host)
	if err != nil {
		return nil, store.Errorf("sign in", "", store.ErrBusy, "the port for the answer is not free: %w", err)
	}
	c := &callback{url: u, apple: apple, path: "/begin-" + rand.Text(), cookie: rand.Text(), answers: make(chan *url.URL, 1)}
	c.start = "http://" + u.Host + c.path
	c.server = &http.Server{
		Handler: c, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // it could quote the token
	}
	c.server.SetKeepAlivesEnabled(false)
	go c.server.Serve(listener)
	return c, nil
}

func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	answer := c.url.Path
	if answer == "" {
		answer = "/"
	}
	switch {
	case r.Method != http.MethodGet || r.Host != c.url.Host:
		nothing(w)
	case r.URL.Path == c.path:
		http.SetCookie(w, &http.Cookie{Name: cookieName, Value: c.cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 900})
		http.Redirect(w, r, c.apple, http.StatusSeeOther)
	case r.URL.Path != answer || r.URL.Query().Get("ckWebAuthToken") == "":
		nothing(w)
	case !c.began(r):
		page(w, http.StatusForbidden, "Not this browser", "Signing in did not begin in this browser. Go back to Cloudseed, and finish in the browser where you begin.")
	default:
		c.take(w, r.URL)
	}
}

// began tells whether the browser comes from the start page.
func (c *callback) began(r *http.Request) bool {
	for _, cookie := range r.CookiesNamed(cookieName) {
		if subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(c.cookie)) == 1 {
			return true
		}
	}
	return false
}

// take takes the first answer, and no other.
func (c *callback) take(w http.ResponseWriter, answer *url.URL) {
	select {
	case c.answers <- answer:
		page(w, http.StatusOK, "Thank you", "You can close this window and go back to Cloudseed. It says whether you are signed in.")
	default:
		page(w, http.StatusGone, "Already used", "This sign-in is over. You can close this window.")
	}
}

func nothing(w http.ResponseWriter) {
	page(w, http.StatusNotFound, "Nothing here", "This address is only for signing in.")
}

func page(w http.ResponseWriter, status int, title, text string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>%s</title>\n<h1>%s</h1>\n<p>%s</p>\n</html>\n", title, title, text)
}

// close lets the browser read its page, for two seconds, and closes the port.
func (c *callback) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	c.server.Shutdown(ctx)
	c.server.Close()
}
