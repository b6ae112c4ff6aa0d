package webapp

import (
	"net/url"
	"path/filepath"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/store"
)

// placeURL makes the address of a place, such as "webdav:https://sam@cloud.example/x",
// from what a form says.
func placeURL(screen placesScreen) (address string, err error) {
	switch screen.Kind {
	case "kept":
		return "", nil // it has one
	case "icloud-drive":
		return "icloud-drive:", nil
	case "folder":
		dir := screen.Address
		if dir == "" || !filepath.IsAbs(dir) {
			return "", &cloudseed.PlaceError{Place: dir, Err: store.Errorf("open", "", store.ErrGone, "a folder needs its whole path")}
		}
		return "folder:" + filepath.Clean(dir), nil
	case "s3", nextcloud, "webdav":
		return serverURL(screen)
	}
	return "", &cloudseed.PlaceError{Place: screen.Kind, Err: store.Errorf("open", "", store.ErrRefused, "no such kind of place")}
}

// serverURL is the address of a place on a server that the person names: with the user or
// the access key, never with a password, which would be shown.
func serverURL(screen placesScreen) (string, error) {
	address := screen.Address
	if screen.Kind != "webdav" && !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", &cloudseed.PlaceError{Place: screen.Address, Err: store.Errorf("open", "", store.ErrRefused, "not a web address")}
	}
	if _, has := u.User.Password(); has {
		return "", &cloudseed.PlaceError{Place: u.Host, Err: store.Errorf("open", "", store.ErrRefused, "a password in the address")}
	}
	if screen.User != "" {
		u.User = url.User(screen.User)
	}
	if screen.Bucket != "" {
		u = u.JoinPath(screen.Bucket)
	}
	return screen.Kind + ":" + u.String(), nil
}

// placeName is what a place is called when the person does not care.
func placeName(l *words.Language, address string) string {
	scheme, rest, _ := strings.Cut(address, ":")
	if scheme == "folder" {
		return filepath.Base(rest)
	}
	if u := server(address); u != nil {
		return u.Hostname()
	}
	return l.PlaceKind(address)
}

// whereabouts names a place that has no name yet: a folder's path, a server's host.
func whereabouts(l *words.Language, address string) string {
	if strings.HasPrefix(address, "folder:") {
		return plainAddress(address)
	}
	return placeName(l, address)
}

// server is the server of an address, nil where the address names none.
func server(address string) *url.URL {
	_, rest, _ := strings.Cut(address, ":")
	u, err := url.Parse(rest)
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

// plainAddress is a place's address without what is only for programs, and without the
// account, which is shown by itself. It is empty where nothing remains.
func plainAddress(address string) string {
	if u := server(address); u != nil {
		u.User = nil
		return u.String()
	}
	rest, ok := strings.CutPrefix(address, "folder:")
	if !ok {
		return ""
	}
	dir, _, _ := strings.Cut(rest, "#marker=")
	return dir
}

// accountOf says whose account a place is in, from its address.
func accountOf(address string) string {
	scheme, rest, _ := strings.Cut(address, ":")
	u := server(address)
	switch {
	case scheme == "folder", scheme == "icloud-drive":
		return ""
	case u == nil:
		account, _, _ := strings.Cut(rest, "?") // what follows is for programs
		return mask(account)
	case u.User == nil:
		return u.Host
	case scheme == "s3":
		return "access key " + mask(u.User.Username()) + " at " + u.Host
	}
	return mask(u.User.Username()) + " at " + u.Host
}

// mask shortens an account so that its owner knows it and a bystander does not:
// "s…m@example.com". What is short already stays.
func mask(account string) string {
	user, host, isMail := strings.Cut(account, "@")
	r := []rune(user)
	switch {
	case strings.Contains(user, "…"), len(r) < 2:
	case len(r) < 3:
		user = string(r[:1]) + "…"
	default:
		user = string(r[:1]) + "…" + string(r[len(r)-1:])
	}
	if isMail {
		return user + "@" + host
	}
	return user
}
