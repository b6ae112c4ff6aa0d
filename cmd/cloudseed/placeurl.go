package main

import (
	"context"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/folder"
	"github.com/cloudseed/cloudseed/store/webdav"
)

// notYet are the kinds of place that the design names and this version has not.
var notYet = map[string]bool{"nextcloud": true, "s3": true, "gdrive": true, "dropbox": true, "onedrive": true, "icloud": true, "icloud-drive": true}

// isPlaceURL tells a URL from the name of a remembered place, which has no colon.
func isPlaceURL(s string) bool { return strings.Contains(s, ":") }

// openPlace makes a place of its URL. The place has no name yet. A folder of a server may
// be made if it is missing; one of this computer not, for it may be a drive that is not
// connected.
func openPlace(ctx context.Context, place string, password secret.Text, mayCreate bool) (cloudseed.Place, error) {
	if err := checkPlaceURL(place); err != nil {
		return cloudseed.Place{}, err
	}
	scheme, rest, _ := strings.Cut(place, ":")
	var s store.Store
	var err error
	if scheme == "folder" {
		s, err = openFolder(rest)
		place = "folder:" + absolute(rest)
	} else {
		s, err = openWebDAV(ctx, rest, password, mayCreate)
	}
	return cloudseed.Place{URL: place, Store: s}, err
}

// checkPlaceURL finds mistakes in an address before a password is asked for. A password
// in it would stand in shell histories, lists of processes and the profile.
func checkPlaceURL(place string) error {
	scheme, rest, _ := strings.Cut(place, ":")
	switch {
	case scheme == "folder" && rest != "":
		return nil
	case notYet[scheme]:
		return newProblem("place-kind", words.ExitUsage, "Places of the kind "+scheme+": are not in this version yet.",
			"There are folder:/path and webdav:https://user@host/path.")
	case scheme != "webdav":
		return newProblem("place-url", words.ExitUsage, "This is no address of a place.",
			"Write folder:/path or webdav:https://user@host/path, or a name from: cloudseed places list.")
	}
	u, err := url.Parse(rest)
	if err != nil || u.Host == "" {
		return newProblem("place-url", words.ExitUsage, "This is no address of a WebDAV place.", "Write webdav:https://user@host/path.")
	}
	if _, has := u.User.Password(); has {
		return newProblem("place-url", words.ExitUsage, "A place's address must not hold its password.", "Leave it out, and say --password-file FILE.")
	}
	return nil
}

func openFolder(path string) (store.Store, error) {
	s, err := folder.Open(absolute(path))
	if err != nil {
		return nil, err
	}
	return s, nil
}

// openWebDAV signs in as the user whom the address names.
func openWebDAV(ctx context.Context, address string, password secret.Text, mayCreate bool) (store.Store, error) {
	s, err := webdav.Open(ctx, webdav.Config{URL: address, Password: password, Create: mayCreate})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// needsPassword tells whether a place is signed in to with a password.
func needsPassword(place string) bool {
	rest, ok := strings.CutPrefix(place, "webdav:")
	u, err := url.Parse(rest)
	return ok && err == nil && u.User.Username() != ""
}

// placeName makes a name for a place that was given by its URL.
func placeName(place string) string {
	scheme, rest, _ := strings.Cut(place, ":")
	name := filepath.Base(absolute(rest))
	if u, err := url.Parse(rest); scheme != "folder" && err == nil && u.Host != "" {
		name = u.Hostname()
	}
	name = strings.Map(func(r rune) rune {
		if r == ':' || r < ' ' {
			return '-'
		}
		return r
	}, name)
	if letters := []rune(name); len(letters) > 50 {
		name = string(letters[:50])
	}
	if strings.Trim(name, `/\. `) == "" {
		return scheme
	}
	return name
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
