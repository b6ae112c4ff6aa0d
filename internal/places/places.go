// Package places opens places of every kind by their address, and signs in to those that
// want it. It is the one package that knows all providers; the command gives what it does
// to the app as functions.
//
//	clouds := &places.Config{Keeper: keychain, Clients: clients}
//	address, account, err := clouds.SignIn(ctx, "gdrive:", openBrowser) // "gdrive:s…m@example.com?id=1f0c77aa"
//	place, err := clouds.Open(ctx, address, secret.Text{}, true)
//
// An address is a scheme, a colon, and what tells places of that kind apart: a path, a URL,
// or an account. It holds no password. The account in it is part of it, so that two
// accounts are two places; it is masked as far as a person would not read it aloud, and
// what makes it unique is a hash of the provider's own id.
//
// What comes of a sign-in is kept by the Keeper under the address.
package places

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/dropbox"
	"github.com/cloudseed/cloudseed/store/folder"
	"github.com/cloudseed/cloudseed/store/googledrive"
	"github.com/cloudseed/cloudseed/store/iclouddrive"
	"github.com/cloudseed/cloudseed/store/onedrive"
	"github.com/cloudseed/cloudseed/store/s3"
	"github.com/cloudseed/cloudseed/store/webdav"
)

// A Kind is a kind of place.
type Kind struct {
	Scheme, Title string
	SignIn        bool   // in the browser: an address without an account is for SignIn
	Password      bool   // with one that is typed, or comes from a file
	Example       string // of an address, as a person enters it
}

// kinds in the order in which they are offered.
var kinds = []Kind{
	{Scheme: "gdrive", Title: "Google Drive", SignIn: true, Example: "gdrive:"},
	{Scheme: "dropbox", Title: "Dropbox", SignIn: true, Example: "dropbox:"},
	{Scheme: "onedrive", Title: "OneDrive", SignIn: true, Example: "onedrive:"},
	{Scheme: "icloud", Title: "iCloud", SignIn: true, Example: "icloud:"},
	{Scheme: "icloud-drive", Title: "iCloud Drive on this computer", Example: "icloud-drive:"},
	{Scheme: "nextcloud", Title: "Nextcloud", SignIn: true, Example: "nextcloud:https://cloud.example"},
	{Scheme: "webdav", Title: "WebDAV", Password: true, Example: "webdav:https://sam@cloud.example/backup"},
	{Scheme: "s3", Title: "S3", Password: true, Example: "s3:https://ACCESSKEY@s3.example/bucket/prefix"},
	{Scheme: "folder", Title: "Folder", Example: "folder:/media/usb"},
}

// Kinds are all kinds of place, in the order in which to offer them.
func Kinds() []Kind { return append([]Kind(nil), kinds...) }

// Config is what places are opened with. Its methods may be called from many goroutines;
// do not copy it.
type Config struct {
	Keeper  signin.Keeper // keeps what comes of a sign-in; comparable, such as a pointer
	Clients Clients       // needed to sign in, not afterwards

	// Wait is how long SignIn waits for the person. Zero is five minutes.
	Wait time.Duration

	// HTTP returns a client that reaches the providers. Nil uses that of each package.
	HTTP func() *http.Client

	once     sync.Once
	accounts *signin.Accounts
}

// oauth are the accounts at providers of OAuth.
func (c *Config) oauth() *signin.Accounts {
	c.once.Do(func() {
		c.accounts = &signin.Accounts{Keeper: c.Keeper, Clients: c.Clients.OAuth, Wait: c.wait()}
		if c.HTTP != nil {
			c.accounts.Transport = c.HTTP().Transport
		}
	})
	return c.accounts
}

func (c *Config) wait() time.Duration { return cmp.Or(c.Wait, 5*time.Minute) }

// client is nil for the default of a package.
func (c *Config) client() *http.Client {
	if c.HTTP == nil {
		return nil
	}
	return c.HTTP()
}

// Open opens the place at address. The Place has no name yet. A folder of a server is made
// if it is missing and create says so; one of this computer is not, for it may be on a
// drive that is not connected. An address that cannot be right is an [*AddressError].
func (c *Config) Open(ctx context.Context, address string, password secret.Text, create bool) (cloudseed.Place, error) {
	a, err := Parse(address)
	if err != nil {
		return cloudseed.Place{}, err
	}
	s, err := c.open(ctx, a, password, create)
	return cloudseed.Place{URL: a.String(), Store: s}, err
}

func (c *Config) open(ctx context.Context, a Address, password secret.Text, create bool) (store.Store, error) {
	if a.Kind.SignIn && !a.Named() {
		return nil, store.Errorf("open", "", store.ErrSignedOut, "nobody is signed in to %s here", a.Kind.Title)
	}
	switch a.Kind.Scheme {
	case "gdrive":
		return opened(googledrive.Open(ctx, googledrive.Config{HTTP: c.oauth().Client(a.String()), Create: create}))
	case "dropbox":
		return opened(dropbox.Open(ctx, dropbox.Config{HTTP: c.oauth().Client(a.String()), Account: a.Account()}))
	case "onedrive":
		return opened(onedrive.Open(ctx, onedrive.Config{HTTP: c.oauth().Client(a.String()), Plain: c.client(), Account: a.Account()}))
	case "icloud":
		return c.openICloud(ctx, a)
	case "icloud-drive":
		return opened(iclouddrive.Open(ctx, iclouddrive.Config{Drive: a.Rest, Create: create}))
	case "nextcloud":
		return c.openNextcloud(ctx, a, password, create)
	case "webdav":
		return opened(webdav.Open(ctx, webdav.Config{URL: a.Rest, Password: password, HTTP: c.client(), Create: create}))
	case "s3":
		return opened(s3.Open(ctx, s3.Config{URL: a.Rest, SecretKey: password, HTTP: c.client()}))
	}
	return opened(folder.OpenAddress(ctx, a.Rest))
}

// opened makes an interface of what a provider's Open returns: a nil pointer must not
// become a Store that is not nil.
func opened[S store.Store](s S, err error) (store.Store, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}
