package places

import (
	"context"
	"errors"
	"net/url"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/nextcloud"
)

// openNextcloud uses the app password of the sign-in, unless one is given: a person can
// make one by hand.
func (c *Config) openNextcloud(ctx context.Context, a Address, password secret.Text, create bool) (store.Store, error) {
	if password.Len() == 0 {
		data, err := c.Keeper.Load(a.String())
		if err != nil {
			return nil, loadError(err)
		}
		password = secret.New(data)
	}
	return opened(nextcloud.Open(ctx, nextcloud.Config{URL: a.Rest, Password: password, HTTP: c.client(), Create: create}))
}

func (c *Config) signInNextcloud(ctx context.Context, a Address, browse func(string) error) (Address, error) {
	login, err := nextcloud.Begin(ctx, nextcloud.Config{URL: withoutUser(a.Rest), HTTP: c.client()})
	if err != nil {
		return Address{}, err
	}
	limited, cancel := context.WithTimeoutCause(ctx, c.wait(), signin.ErrTimedOut)
	defer cancel()
	limited, stop := context.WithCancelCause(limited)
	defer stop(nil)
	go func() {
		if err := browse(login.Page); err != nil {
			stop(err)
		}
	}()
	account, err := login.Wait(limited)
	if err != nil {
		return Address{}, ended(limited, err)
	}
	found := Address{a.Kind, withUser(a.Rest, account.User)}
	if a.Named() && a.user() != account.User {
		err := nextcloud.SignOut(ctx, nextcloud.Config{URL: found.Rest, Password: account.Password, HTTP: c.client()})
		return Address{}, errors.Join(wrongAccount(a, found), err)
	}
	if ctx.Err() != nil {
		c.giveUp(ctx, func(ctx context.Context) error {
			return nextcloud.SignOut(ctx, nextcloud.Config{URL: found.Rest, Password: account.Password, HTTP: c.client()})
		})
		return Address{}, ended(ctx, nil)
	}
	return found, kept(c.Keeper.Save(found.String(), account.Password.Reveal()))
}

func withUser(address, user string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.User = url.User(user)
	return u.String()
}

// signOutNextcloud revokes the app password, and forgets it even if the server cannot be
// told.
func (c *Config) signOutNextcloud(ctx context.Context, a Address, password secret.Text) error {
	err := nextcloud.SignOut(ctx, nextcloud.Config{URL: a.Rest, Password: password, HTTP: c.client()})
	return errors.Join(err, c.Keeper.Delete(a.String()))
}
