// Package onedrive keeps backups in the app folder of a Microsoft OneDrive, by Microsoft
// Graph v1.0 (learn.microsoft.com/graph/onedrive-concept-overview).
//
// The app folder is Apps/NAME, where NAME is the name under which the app is registered.
// The person sees it and may change what is in it; the permission Files.ReadWrite.AppFolder
// shows this program nothing else of the drive. A file is created with conflictBehavior
// "fail", so that of two computers that create one name one is refused by the service.
//
// Names that differ only in case are one name, as for the service itself: with "a.age"
// stored, Create of "A.AGE" is ErrExists and Get of it gives what "a.age" holds. List shows
// the name that was stored.
//
// The bearer token goes to graph.microsoft.com only. The service hands out addresses of
// other hosts for the bytes themselves, which need no token and are secrets for some
// minutes: they are asked without the token, only over TLS, and never shown in an error.
//
// Graph is spoken by hand on net/http: Microsoft's SDK would add 18 MB to the program for
// the six requests that are needed here.
package onedrive

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// Scope is the permission that this package needs, beside offline_access for staying
// signed in.
const Scope = "Files.ReadWrite.AppFolder"

// host is the only one that is told the token, and the only one whose pages are followed.
const host = "graph.microsoft.com"

// Config says who asks.
type Config struct {
	// HTTP asks graph.microsoft.com; its transport signs in: it adds the header
	// Authorization with a bearer token for [Scope]. No redirect is followed.
	HTTP *http.Client

	// Plain asks the other hosts and must not sign in. No redirect is followed. Nil is a
	// client of this package that waits a minute for an answer to begin.
	Plain *http.Client

	// Account names the account for people ("s…@example.com").
	Account string
}

// A Store is the app folder of one account.
type Store struct {
	http, plain *http.Client
	id          string // of the app folder
	name        string // of the app folder
	account     string
	pause       time.Duration // before a question is asked again
}

var _ store.Store = (*Store)(nil)

// Open asks for the app folder, which the service makes when it is not there yet. An
// account or a token that may not use it is ErrConsent.
//
// A folder that the person deletes while it is open is ErrGone from then on, never an
// empty place. Opening again makes a new one.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.HTTP == nil {
		return nil, store.Errorf("open", "", store.ErrSignedOut, "nobody is signed in")
	}
	s := &Store{http: withoutRedirects(c.HTTP), plain: withoutRedirects(defaultClient), account: c.Account, pause: 500 * time.Millisecond}
	if c.Plain != nil {
		s.plain = withoutRedirects(c.Plain)
	}
	root, err := s.ask(ctx, request{op: "open", method: "GET", url: apiURL("/me/drive/special/approot", nil)})
	if err != nil {
		return nil, err
	}
	folder, err := root.item()
	if err != nil {
		return nil, err
	}
	if folder.Folder == nil {
		return nil, store.Errorf("open", "", store.ErrCorrupt, "the service calls a file the app folder")
	}
	s.id, s.name = folder.ID, folder.Name
	return s, nil
}

// String names the folder for people.
func (s *Store) String() string {
	if s.account == "" {
		return "onedrive Apps/" + s.name
	}
	return "onedrive Apps/" + s.name + " of " + s.account
}

func withoutRedirects(c *http.Client) *http.Client {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
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

// apiURL returns the address of an escaped path of Graph v1.0.
func apiURL(escaped string, query url.Values) string {
	u := "https://" + host + "/v1.0" + escaped
	if len(query) > 0 {
		u += "?" + query.Encode()
	}
	return u
}
