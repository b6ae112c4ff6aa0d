// Package nextcloud keeps backups in a folder of a person's Nextcloud.
//
// Signing in is Nextcloud's login flow, version 2: [Begin] asks the server for a page, the
// person signs in there with whatever the server wants (password, second factor), and
// [Login.Wait] gets a password of this app alone, which [SignOut] revokes. This package
// opens no browser and stores nothing.
//
// The files themselves go through package webdav, with what it promises: of two computers
// that create one name within the same few milliseconds no file is lost.
// Locked files (423) and servers that are not ready (425, 503) are asked again for a moment.
package nextcloud

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/webdav"
)

// DefaultFolder is where files go when no folder is given.
const DefaultFolder = "Cloudseed"

// Config says where the server is and who asks.
type Config struct {
	// URL is the server, https://host or https://host/nextcloud, or http:// on this
	// computer: what a person enters in a browser. It may name the login name
	// (https://samantha@host) and the folder (…?folder=Backups/Wallet), not the password.
	URL string

	// User is the login name and Password the app password, as [Login.Wait] returned them.
	User     string
	Password secret.Text

	// Folder is a path in the person's files; empty is the URL's, else DefaultFolder.
	Folder string

	// Device is how the server lists this app among the person's devices; empty is
	// "Cloudseed".
	Device string

	// HTTP sends the requests, but follows no redirects. Nil is a client of package webdav.
	HTTP *http.Client

	// Create makes the folder when it is missing. Without it a missing folder is ErrGone.
	Create bool
}

// A Store is one folder of one person.
type Store struct {
	*server
	folder string
	dav    *webdav.Store
}

var _ store.Forker = (*Store)(nil)

// Open asks the server who the person is, since files are under the user's id, which need
// not be the login name, and looks whether the folder is there.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := configured(c)
	if err != nil {
		return nil, err
	}
	if s.user == "" || s.password.Len() == 0 {
		return nil, store.Errorf("open", "", store.ErrSignedOut, "nobody is signed in to %s", s.base)
	}
	folder, err := folderOf(c)
	if err != nil {
		return nil, err
	}
	id, err := s.userID(ctx)
	if err != nil {
		return nil, err
	}
	u := s.base.JoinPath(append([]string{"remote.php", "dav", "files", url.PathEscape(id)}, escaped(folder)...)...)
	dav, err := again(ctx, "open", "", func() (*webdav.Store, error) {
		return webdav.Open(ctx, webdav.Config{URL: u.String(), User: s.user, Password: s.password, HTTP: c.HTTP, Create: c.Create})
	})
	if err != nil {
		return nil, err
	}
	return &Store{server: s, folder: folder, dav: dav}, nil
}

// String names the folder for people.
func (s *Store) String() string {
	return "nextcloud " + s.base.String() + " folder " + s.folder + " as " + s.user
}

// configured checks c, without asking the server.
func configured(c Config) (*server, error) {
	u, err := url.Parse(c.URL)
	if err != nil { // not shown: it would repeat the address, maybe with a password
		return nil, refused("this is not an address")
	}
	if _, ok := u.User.Password(); ok {
		return nil, refused("a password does not belong into an address")
	}
	query, err := url.ParseQuery(u.RawQuery)
	query.Del("folder")
	if err != nil || u.Host == "" || u.Opaque != "" || u.Fragment != "" || len(query) > 0 {
		return nil, refused("the address must be https://host")
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, refused("only https, or http on this computer")
	}
	s := &server{user: c.User, password: c.Password, device: c.Device}
	if s.user == "" {
		s.user = u.User.Username()
	}
	if strings.Contains(s.user, ":") {
		return nil, refused("a login name cannot hold a colon")
	}
	if s.device == "" {
		s.device = "Cloudseed"
	}
	s.base = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/index.php")}
	s.http = withoutRedirects(c.HTTP)
	return s, nil
}

func refused(why string) error { return store.Errorf("open", "", store.ErrRefused, "%s", why) }

// folderOf is the path of the folder, without slashes at its ends.
func folderOf(c Config) (string, error) {
	folder := c.Folder
	if u, err := url.Parse(c.URL); folder == "" && err == nil {
		folder = u.Query().Get("folder")
	}
	folder = strings.Trim(folder, "/")
	if folder == "" {
		return DefaultFolder, nil
	}
	for part := range strings.SplitSeq(folder, "/") {
		if slices.Contains([]string{"", ".", ".."}, part) {
			return "", refused("the folder must not have empty, . or .. parts")
		}
	}
	return folder, nil
}

func escaped(path string) (parts []string) {
	for part := range strings.SplitSeq(path, "/") {
		parts = append(parts, url.PathEscape(part))
	}
	return parts
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
