package places

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

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
	if ctx.Err() != nil {
		return Address{}, ended(ctx, nil) // Apple has no way to be told; the session ends by itself
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
	_, err := icloud.Open(ctx, c.iCloudConfig(app, name))
	var page *icloud.SignIn
	if !errors.As(err, &page) {
		return secret.Text{}, errors.Join(errors.New("CloudKit showed no page to sign in at"), err)
	}
	back, err := listen(app, page.URL)
	if err != nil {
		return secret.Text{}, err
	}
	defer back.close()
	ctx, cancel := context.WithTimeoutCause(ctx, c.wait(), signin.ErrTimedOut)
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		if err := browse(back.start); err != nil {
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
