// Package icloud keeps backups in the private database of an app's iCloud container,
// through CloudKit Web Services: the way into iCloud from computers that are not Apple's.
//
// Each file is one record of type File in one custom zone, created and never changed.
// Bytes of up to 512 KiB are in the record itself, more are an asset. Creation is exclusive:
// CloudKit refuses a second record of one name, which is made from the file's.
//
// The sign-in is a web authentication token that is good for one request: every answer
// brings the next. So the requests of an account go one after the other, the next token
// is saved before anything else is done with an answer, and a request that was sent is
// waited for in the background even when its caller has gone. An answer that is lost
// takes the next token with it: if CloudKit then refuses the old one, that is ErrSignedOut,
// and the person has to sign in again. Signing in, and doing so again when the session ends
// (after half an hour, or two weeks where the person chose to stay signed in), needs a
// browser; see docs/providers/icloud.md for what that means for backups without a person.
//
// The person does not see the records, but can delete them all in the iCloud settings. The
// zone is gone then, which is ErrGone with a [*MissingZone], never an empty place.
package icloud

import (
	"context"
	"net"
	"net/http"
	"reflect"
	"regexp"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// Zone is the record zone that holds the files.
const Zone = "cloudseed"

// host answers CloudKit Web Services.
const host = "api.apple-cloudkit.com"

// Config says which container is used and who asks.
type Config struct {
	// Container is the id of the vendor's container, such as "iCloud.org.example.wallet".
	Container string

	// Environment is "production" or "development"; empty is production.
	Environment string

	// APIToken is what CloudKit Console made for this container and environment. It names
	// the app, not the person, and ships with the app.
	APIToken secret.Text

	// Keeper keeps the web authentication token, under the name Account. All Stores of
	// one Keeper and Account in this process take turns, and with a Keeper that is a
	// [Locker] all processes that share it; others have to sign in each for itself. A
	// Keeper is comparable, such as a pointer.
	Keeper  Keeper
	Account string

	// User is the record name of the person's account as [Store.User] once returned it.
	// Another account is ErrSignedOut with a [*WrongAccount]. Empty takes any.
	User string

	// Create makes the zone when it is missing. Without it a missing zone is ErrGone.
	Create bool

	// HTTP sends the requests, but follows no redirects. Nil is a client of this package.
	HTTP *http.Client
}

// A Store is the zone of one account.
type Store struct {
	container, environment string
	apiToken               secret.Text
	session                *session
	user                   string
	http                   *http.Client
}

var _ store.Store = (*Store)(nil)

// Open looks whether the zone is there. Where nobody is signed in, or no longer, it fails
// with ErrSignedOut around a [*SignIn].
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := configured(c)
	if err != nil {
		return nil, err
	}
	zone, err := s.lookupZone(ctx, "open", "")
	if missing(err) && c.Create {
		if err = s.makeZone(ctx); err == nil {
			zone, err = s.lookupZone(ctx, "open", "")
		}
	}
	if err != nil {
		return nil, err
	}
	s.user = zone.Owner
	if c.User != "" && s.user != "" && c.User != s.user {
		return nil, &store.Error{Op: "open", Kind: store.ErrSignedOut, Err: &WrongAccount{Want: c.User, Got: s.user}}
	}
	return s, nil
}

var containerID = regexp.MustCompile(`^iCloud\.[A-Za-z0-9.-]{1,150}$`)

// configured checks c and makes a Store of it, without asking CloudKit.
func configured(c Config) (*Store, error) {
	environment := c.Environment
	if environment == "" {
		environment = "production"
	}
	switch {
	case !containerID.MatchString(c.Container):
		return nil, store.Errorf("open", "", store.ErrRefused, "%q is not the id of a container", c.Container)
	case environment != "production" && environment != "development":
		return nil, store.Errorf("open", "", store.ErrRefused, "there is no environment %q", environment)
	case c.APIToken.Len() == 0:
		return nil, store.Errorf("open", "", store.ErrRefused, "the API token of the container is missing")
	case c.Keeper == nil || !reflect.TypeOf(c.Keeper).Comparable():
		return nil, store.Errorf("open", "", store.ErrRefused, "there is nothing that keeps the sign-in")
	}
	client := defaultClient
	if c.HTTP != nil {
		client = c.HTTP
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Store{
		container: c.Container, environment: environment, apiToken: c.APIToken,
		session: sessionOf(c.Keeper, c.Account), http: &own,
	}, nil
}

var defaultClient = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
	TLSHandshakeTimeout:   15 * time.Second,
	ResponseHeaderTimeout: time.Minute,
	IdleConnTimeout:       30 * time.Second,
	ForceAttemptHTTP2:     true,
	MaxIdleConnsPerHost:   4,
}}

// User is the record name of the account's user in this container, such as "_1a2b…".
// It is not an address and tells nothing about the person. Empty if CloudKit did not say.
func (s *Store) User() string { return s.user }

// String names the place for people.
func (s *Store) String() string {
	name := "iCloud, container " + s.container
	if s.environment != "production" {
		name += " (" + s.environment + ")"
	}
	if len(s.user) > 5 {
		name += ", account " + s.user[:5] + "…"
	}
	return name
}
