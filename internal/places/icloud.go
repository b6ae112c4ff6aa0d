package places

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/icloud"
)

// appName is where the container of a sign-in is kept: its token is good there only.
func appName(a Address) string { return a.String() + " app" }

// iCloudConfig is for an account that is kept under a name.
func (c *Config) iCloudConfig(app ICloud, name string) icloud.Config {
	return icloud.Config{
		Container: app.Container, Environment: app.Environment, APIToken: app.APIToken,
		Keeper: c.Keeper, Account: name, HTTP: c.client(),
	}
}

func (c *Config) openICloud(ctx context.Context, a Address) (store.Store, error) {
	data, err := c.Keeper.Load(appName(a))
	if err != nil {
		return nil, loadError(err)
	}
	var app iCloudJSON
	if json.Unmarshal(data, &app) != nil {
		return nil, kept(errors.New("what is kept is not a sign-in"))
	}
	config := c.iCloudConfig(ICloud{Container: app.Container, Environment: app.Environment, APIToken: secret.New([]byte(app.APIToken))}, a.String())
	config.User = a.Rest
	return opened(icloud.Open(ctx, config))
}

// signInICloud asks CloudKit, which answers with the page to sign in at, waits for the
// browser to come back, and opens the place to see whose it is. A place that is added gets
// its zone; a known one does not: that it is gone is worth knowing.
func (c *Config) signInICloud(ctx context.Context, a Address, browse func(string) error) (Address, error) {
	app := c.Clients.ICloud
	name := passing()
	defer c.Keeper.Delete(name)
	token, err := c.askApple(ctx, app, name, browse)
	if err != nil {
		return Address{}, err
	}
	if err := c.Keeper.Save(name, token.Reveal()); err != nil {
		return Address{}, kept(err)
	}
	config := c.iCloudConfig(app, name)
	config.User, config.Create = a.Rest, !a.Named()
	place, err := icloud.Open(ctx, config)
	var wrong *icloud.WrongAccount
	if errors.As(err, &wrong) {
		return Address{}, wrongAccount(a, Address{a.Kind, wrong.Got})
	}
	if err != nil {
		return Address{}, err
	}
	return c.keepICloud(Address{a.Kind, place.User()}, app, name)
}

func (c *Config) keepICloud(a Address, app ICloud, name string) (Address, error) {
	if a.Rest == "" {
		return Address{}, store.Errorf("sign in", "", store.ErrRefused, "CloudKit does not say whose account it is")
	}
	data, err := json.Marshal(iCloudJSON{app.Container, app.Environment, string(app.APIToken.Reveal()), ""})
	if err == nil {
		err = c.Keeper.Save(appName(a), data)
	}
	if err != nil {
		return Address{}, kept(err)
	}
	return a, c.move(name, a.String())
}

// askApple shows Apple's page and returns the token that comes back.
func (c *Config) askApple(ctx context.Context, app ICloud, name string, browse func(string) error) (secret.Text, error) {
	back, err := listen(app)
	if err != nil {
		return secret.Text{}, err
	}
	defer back.close()
	_, err = icloud.Open(ctx, c.iCloudConfig(app, name))
	var page *icloud.SignIn
	if !errors.As(err, &page) {
		return secret.Text{}, errors.Join(errors.New("CloudKit showed no page to sign in at"), err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, signin.ErrTimedOut)
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		if err := browse(page.URL); err != nil {
			failed <- err
		}
	}()
	select {
	case answer := <-back.answers:
		return icloud.CallbackToken(answer)
	case err := <-failed:
		return secret.Text{}, fmt.Errorf("sign in to iCloud: no browser: %w", err)
	case <-ctx.Done():
		return secret.Text{}, ended(ctx, ctx.Err())
	}
}

// A callback is the port of this computer to which Apple sends the browser back. CloudKit
// knows no state that would tie the answer to the question, so it takes the first answer
// with a token, once, while somebody is signing in. Whoever made the person's browser come
// here with another token would get a sealed file into their own iCloud.
type callback struct {
	url     *url.URL
	server  *http.Server
	answers chan *url.URL // holds one
}

func listen(app ICloud) (*callback, error) {
	u, err := app.callback()
	if err != nil {
		return nil, store.Errorf("sign in", "", store.ErrRefused, "%w", err)
	}
	listener, err := net.Listen("tcp", u.Host)
	if err != nil {
		return nil, store.Errorf("sign in", "", store.ErrBusy, "the port for the answer is not free: %w", err)
	}
	c := &callback{url: u, answers: make(chan *url.URL, 1)}
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
	path := c.url.Path
	if path == "" {
		path = "/"
	}
	if r.Method != http.MethodGet || r.Host != c.url.Host || r.URL.Path != path || r.URL.Query().Get("ckWebAuthToken") == "" {
		page(w, http.StatusNotFound, "Nothing here", "This address is only for signing in.")
		return
	}
	select {
	case c.answers <- r.URL:
		page(w, http.StatusOK, "Thank you", "You can close this window and go back to Cloudseed. It says whether you are signed in.")
	default:
		page(w, http.StatusGone, "Already used", "This sign-in is over. You can close this window.")
	}
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

// loadError is why nothing can be loaded: nobody is signed in, or the Keeper fails.
func loadError(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return store.Errorf("open", "", store.ErrSignedOut, "nobody is signed in here")
	}
	return kept(err)
}

// ended says why a sign-in stopped waiting: time, the person, or err.
func ended(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		return err
	case errors.Is(cause, signin.ErrTimedOut), errors.Is(cause, context.DeadlineExceeded):
		return fmt.Errorf("sign in: %w", signin.ErrTimedOut)
	case errors.Is(cause, context.Canceled):
		return fmt.Errorf("sign in: %w", signin.ErrCancelled)
	}
	return fmt.Errorf("sign in: no browser: %w", cause)
}
