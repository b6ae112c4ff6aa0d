// Package webdav keeps backups in a folder of a WebDAV server (RFC 4918): Apache,
// Nextcloud, a NAS.
//
// Servers differ in what they honour. Apache refuses a PUT with "If-None-Match: *" where
// something is stored already; others take it and overwrite. What every server tried
// honours is MOVE with "Overwrite: F". So a file is uploaded under a temporary name and
// then moved to its own, which also hides it until it is whole.
//
// Some servers look and then rename, so of two computers that create one name within the
// same few milliseconds both can be told that they moved it, and the later file stays. So
// a temporary name tells for which file it is, and [Store.Settle] looks for those of other
// writers afterwards. Whose file was overwritten is told so; whose file still may be keeps a
// copy beside it under a hidden name. Everybody reads the file that is under the name
// itself, and [Store.Forks] tells where there is another.
//
// The password goes to the configured server only, over TLS (or to this computer itself),
// and no redirect is followed: a person enters the address that the server really has.
package webdav

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// Config says where the folder is and who asks.
type Config struct {
	// URL is the folder: https://host/path, or http:// on this computer. It may name
	// the user (https://samantha@host/path) but not the password.
	URL string

	// User and Password are sent by Basic authentication; none when both User and the
	// URL's user are empty.
	User     string
	Password secret.Text

	// HTTP sends the requests, but follows no redirects. Nil is a client of this package
	// that waits a minute for an answer to begin.
	HTTP *http.Client

	// Create makes the folder, and those above it, when it is missing. Without it a
	// missing folder is ErrGone.
	Create bool
}

// A Store is one folder of a server.
type Store struct {
	base     *url.URL // ends with a slash, has no user
	user     string
	password secret.Text
	http     *http.Client
	sweep    sync.Once
}

var _ store.Forker = (*Store)(nil)

// Open looks whether the folder is there and can be listed.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := configured(c)
	if err != nil {
		return nil, err
	}
	found, err := s.stat(ctx, "open", "", s.base)
	if err == nil && found == nothing && c.Create {
		if err = s.makeFolder(ctx, s.base); err == nil {
			found, err = s.stat(ctx, "open", "", s.base)
		}
	}
	switch {
	case err != nil:
		return nil, err
	case found == nothing:
		return nil, store.Errorf("open", "", store.ErrGone, "the server has no folder %s", s.base.Path)
	case found == aFile:
		return nil, store.Errorf("open", "", store.ErrRefused, "%s is a file, not a folder", s.base.Path)
	}
	return s, nil
}

// configured checks c and makes a Store of it, without asking the server.
func configured(c Config) (*Store, error) {
	u, err := url.Parse(c.URL)
	if err != nil { // not shown: it would repeat the address, maybe with a password
		return nil, store.Errorf("open", "", store.ErrRefused, "this is not an address")
	}
	if _, ok := u.User.Password(); ok {
		return nil, store.Errorf("open", "", store.ErrRefused, "a password does not belong into an address")
	}
	if u.Host == "" || u.Opaque != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, store.Errorf("open", "", store.ErrRefused, "the address must be https://host/path")
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, store.Errorf("open", "", store.ErrRefused, "only https, or http on this computer")
	}
	user := c.User
	if user == "" {
		user = u.User.Username()
	}
	if strings.Contains(user, ":") {
		return nil, store.Errorf("open", "", store.ErrRefused, "a user name for Basic authentication cannot hold a colon")
	}
	client := defaultClient
	if c.HTTP != nil {
		client = c.HTTP
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Store{base: folderURL(u), user: user, password: c.Password, http: &own}, nil
}

// folderURL returns u with a slash at its end and without a user.
func folderURL(u *url.URL) *url.URL {
	f := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	if !strings.HasSuffix(f.EscapedPath(), "/") {
		f.Path, f.RawPath = f.Path+"/", f.EscapedPath()+"/"
	}
	return f
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
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

// String names the folder for people.
func (s *Store) String() string {
	name := "webdav " + s.base.String()
	if s.user != "" {
		name += " as " + s.user
	}
	return name
}

// url returns the address of a file. All but letters, digits and -._~ is escaped, as
// servers disagree about the rest.
func (s *Store) url(name string) *url.URL {
	var escaped strings.Builder
	for _, c := range []byte(name) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			escaped.WriteByte(c)
		} else {
			const hex = "0123456789ABCDEF"
			escaped.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	u := *s.base
	u.Path, u.RawPath = s.base.Path+name, s.base.EscapedPath()+escaped.String()
	return &u
}
