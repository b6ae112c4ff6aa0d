package places

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
)

// providers by the scheme of their places.
var providers = map[string]signin.Provider{"gdrive": signin.Google, "dropbox": signin.Dropbox, "onedrive": signin.Microsoft}

// apple names iCloud in errors of package signin. Its sign-in is not OAuth.
const apple signin.Provider = "iCloud"

// courtesy is how long a provider is given to take back what is not used.
const courtesy = 5 * time.Second

// SignIn lets the person sign in to a place in their browser, which browse opens at a
// provider's page; browse may block. It returns the address of the place, to open and to
// remember, and the account, masked. Of address the scheme is enough, but for Nextcloud,
// where it names the server. If it names an account, the person has to sign in as that
// one: another is a [*signin.WrongAccountError].
//
// It waits until the person is done, for Config.Wait ([signin.ErrTimedOut]), or until ctx
// ends ([signin.ErrCancelled]). Then nothing is kept, however late that was; whoever does
// not want what it returns calls Drop.
func (c *Config) SignIn(ctx context.Context, address string, browse func(url string) error) (url, account string, err error) {
	if !strings.Contains(address, ":") {
		address += ":"
	}
	a, err := Parse(address)
	if err != nil {
		return "", "", err
	}
	if err := c.Missing(a.Kind.Scheme); err != nil {
		return "", "", err
	}
	switch {
	case a.Kind.Scheme == "nextcloud":
		a, err = c.signInNextcloud(ctx, a, browse)
	case a.Kind.Scheme == "icloud":
		a, err = c.signInICloud(ctx, a, browse)
	case a.Kind.SignIn:
		a, err = c.signInOAuth(ctx, a, browse)
	default:
		err = store.Errorf("sign in", "", store.ErrRefused, "%s has no sign-in", a.Kind.Title)
	}
	if err != nil && ctx.Err() != nil {
		return "", "", ended(ctx, err) // whatever broke off with it
	}
	if err != nil {
		return "", "", err
	}
	return a.String(), a.Account(), nil
}

// signInOAuth signs in under the address if an account is kept there, which then has to be
// the same. Otherwise it signs in under a passing name: the account is part of the address
// and known only afterwards.
func (c *Config) signInOAuth(ctx context.Context, a Address, browse func(string) error) (Address, error) {
	name := a.String()
	if _, err := c.oauth().Account(name); err != nil {
		name = passing()
		defer c.Keeper.Delete(name)
	}
	account, err := c.oauth().SignIn(ctx, signin.Request{Name: name, Provider: providers[a.Kind.Scheme], Browse: browse})
	if err != nil {
		return Address{}, err
	}
	found := Address{a.Kind, account.Masked + idMark + fingerprint(account.Subject)}
	switch {
	case !a.Named():
		a = found
	case !sameAccount(a, found):
		return Address{}, wrongAccount(a, found)
	}
	if name == a.String() {
		return a, nil
	}
	if ctx.Err() != nil {
		c.giveUp(ctx, func(ctx context.Context) error { return c.oauth().Drop(ctx, name) })
		return Address{}, ended(ctx, nil)
	}
	return a, c.move(name, a.String())
}

// giveUp takes back what came of a sign-in that ended too late. It is a courtesy: what is
// taken back is kept nowhere.
func (c *Config) giveUp(ctx context.Context, takeBack func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), courtesy)
	defer cancel()
	takeBack(ctx)
}

// idMark stands in an address between the account, for people, and its fingerprint.
const idMark = "?id="

// fingerprint tells accounts of one provider apart.
func fingerprint(subject string) string {
	sum := sha256.Sum256([]byte("cloudseed account\x00" + subject))
	return hex.EncodeToString(sum[:4])
}

// sameAccount compares fingerprints: an e-mail address can change.
func sameAccount(a, b Address) bool {
	_, one, _ := strings.Cut(a.Rest, idMark)
	_, other, _ := strings.Cut(b.Rest, idMark)
	return one == other
}

func wrongAccount(want, got Address) error {
	p, ok := providers[want.Kind.Scheme]
	if !ok {
		p = signin.Provider(want.Kind.Title)
	}
	return &signin.WrongAccountError{Provider: p, Want: want.Account(), Got: got.Account()}
}

// passing returns a name under which a sign-in is kept until its account is known.
func passing() string { return "signing in " + rand.Text() }

// move keeps under another name what is kept under one. The new one is durable first.
func (c *Config) move(from, to string) error {
	data, err := c.Keeper.Load(from)
	if err == nil {
		defer clear(data)
		err = c.Keeper.Save(to, data)
	}
	if err == nil {
		err = c.Keeper.Delete(from)
	}
	return kept(err)
}

// kept gives an error of the Keeper its kind.
func kept(err error) error {
	if err == nil {
		return nil
	}
	return &store.Error{Op: "sign in", Kind: store.ErrRefused, Err: fmt.Errorf("%w: %w", signin.ErrKeeper, err)}
}

// SignedOut says what became of a sign-in.
type SignedOut struct {
	Was     bool   // somebody was signed in
	Revoked bool   // the provider has ended the permission
	Manage  string // otherwise the provider's page where the person can; "" if there is none
}

// SignOut ends the sign-in to the place at address, if there is one, and forgets it here in
// any case. Files in the place stay. The error says why the provider could not be told.
func (c *Config) SignOut(ctx context.Context, address string) (SignedOut, error) {
	a, err := Parse(address)
	if err != nil || !a.Kind.SignIn || !a.Named() {
		return SignedOut{}, err
	}
	name := a.String()
	token, err := c.Keeper.Load(name)
	if err != nil {
		return SignedOut{}, nil // nobody was
	}
	password := secret.New(token)
	defer password.Clear()
	out := SignedOut{Was: true}
	switch a.Kind.Scheme {
	case "nextcloud":
		err = c.signOutNextcloud(ctx, a, password)
		out.Revoked = err == nil
	case "icloud": // Apple has no way to be told; a session ends by itself
		err = errors.Join(c.Keeper.Delete(name), c.Keeper.Delete(appName(a)))
	default:
		p := providers[a.Kind.Scheme]
		out.Revoked, err = c.oauth().SignOut(ctx, name)
		out.Manage = p.ManageURL()
	}
	return out, err
}

// Drop forgets a sign-in that nothing counts on: the person has changed their mind before
// the place was used. Unlike SignOut it revokes only what ends no other device's sign-in.
func (c *Config) Drop(ctx context.Context, address string) error {
	a, err := Parse(address)
	if err != nil || !a.Kind.SignIn || !a.Named() {
		return err
	}
	if a.Kind.Scheme == "nextcloud" || a.Kind.Scheme == "icloud" {
		_, err := c.SignOut(ctx, address) // each sign-in is by itself
		return err
	}
	return c.oauth().Drop(ctx, a.String())
}
