// Package webapp is the local app: pages that this computer serves to its own browser.
//
// It is plain HTML from templates, one file per screen, with a little script on top:
// POST, then redirect, then GET. Without scripts everything works but word suggestions,
// the number pad and live steps (the progress page then reloads itself).
//
// What the person types lives in this process, keyed by their session, so that reload,
// the back button and a second tab see the same flow. It is cleared when it has been
// used, and after [IdleTime] without a request. Nothing secret is in a URL, in the
// browser's history or cache, or in the log; guard.go says who is let in.
//
// The app phrases no failure itself: its one error screen is fed by internal/words,
// which the command uses too.
//
//	app, err := webapp.New(webapp.Config{…}) // listens on 127.0.0.1
//	page, err := app.Link()                  // a private file; open it in the browser
//	err = app.Serve(ctx)                     // until ctx ends
package webapp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

// IdleTime is how long what was typed is kept without a request from the browser.
const IdleTime = 15 * time.Minute

// DefaultAmount is the most that a backup with a PIN is suggested for.
const DefaultAmount = "500 euros"

// Config says what the app works with. Profile, Realms and Open are required.
type Config struct {
	Profile *profile.Profile

	// Realms guard the PIN of new backups. Their addresses may be "embedded://…":
	// then every screen says "trying out".
	Realms juicebox.Configuration

	// Known are the realms that are trusted when a backup is opened or checked; Realms
	// when empty.
	Known juicebox.Configuration

	// HTTP reaches the realms, embedded ones too.
	HTTP *http.Client

	// Open makes a place of an address such as "folder:/media/usb" or
	// "webdav:https://sam@cloud.example/backup". The Place it returns has no name yet.
	// The app itself tests the place by listing it.
	Open func(ctx context.Context, url string, password secret.Text) (cloudseed.Place, error)

	// Providers are the clouds that people sign in to in the browser, in the order of the
	// cards. They need SignIn.
	Providers []Provider

	// SignIn signs in to one account of a provider and remembers that; browse is given the
	// address of the provider's page. It returns the address of the place for Open, which
	// names the account, and the account for screens. It ends when ctx does.
	//
	// For a provider "nextcloud" the scheme comes with the server, as in
	// "nextcloud:https://cloud.example". To sign in again, it is the whole address of the
	// place, and another account is a *signin.WrongAccountError.
	SignIn func(ctx context.Context, scheme string, browse func(url string) error) (url, account string, err error)

	// Drop forgets the sign-in to the place at url, which nothing counts on: it was given up
	// too late, or the place was not chosen after all. Nil leaves it.
	Drop func(ctx context.Context, url string) error

	DefaultFolder string       // suggested as the first folder
	DeviceName    string       // as in cloudseed.Config
	DataDir       string       // where Profile is, for people; no screen shows it yet
	Version       string       // shown at the foot
	Log           *slog.Logger // never told a secret; none when nil
	Dev           bool         // adds /gallery and reads templates from disk if they are there
	Port          int          // of 127.0.0.1; a free one when 0

	idle time.Duration // tests only: IdleTime when 0
}

// An App serves the pages.
type App struct {
	Config
	listener net.Listener
	pages    *pages
	guard    *guard

	mu      sync.Mutex
	session *session // the one browser that was let in; nil for none

	turns    turns    // the person's own work goes before the watchers'
	watchers watchers // keep attached files current while Serve runs

	ctx  context.Context // of Serve: jobs end with it
	jobs sync.WaitGroup
}

// New listens on 127.0.0.1, and on nothing else. Serve answers.
func New(c Config) (*App, error) {
	if c.Profile == nil || c.Open == nil {
		return nil, errors.New("the app needs a profile and a way to open places")
	}
	if c.SignIn == nil {
		c.Providers = nil
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if len(c.Known.Realms) == 0 {
		c.Known = c.Realms
	}
	if c.idle == 0 {
		c.idle = IdleTime
	}
	pages, err := parsePages(c.Dev)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", c.Port))
	if err != nil {
		return nil, fmt.Errorf("opening the app's port: %w", err)
	}
	a := &App{Config: c, listener: listener, pages: pages, ctx: context.Background()}
	a.guard = newGuard(listener.Addr().(*net.TCPAddr).Port)
	return a, nil
}

// Addr is where the app listens, such as "127.0.0.1:40123".
func (a *App) Addr() string { return a.listener.Addr().String() }

// Serve answers the browser, and keeps attached files backed up, until ctx ends; then it
// forgets what was typed and removes the link. A backup that is being made is told to stop and
// given 30 seconds for that; it is journaled, and can be finished when the app is opened again.
func (a *App) Serve(ctx context.Context) error {
	defer a.close()
	a.ctx = ctx
	a.watchAll()
	server := &http.Server{
		Handler:           a.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		ErrorLog:          slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(a.listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	server.Close()
	a.wait(30 * time.Second)
	return nil
}

func (a *App) wait(most time.Duration) {
	done := make(chan struct{})
	go func() { a.jobs.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(most):
	}
}

func (a *App) close() {
	a.guard.close()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.session != nil {
		a.session.end()
		a.session = nil
	}
}
