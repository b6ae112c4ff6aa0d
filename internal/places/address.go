package places

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

// Why an address cannot be right, each in an [*AddressError].
var (
	ErrScheme   = errors.New("no kind of place has this scheme")
	ErrForm     = errors.New("not of the form of this kind")
	ErrPassword = errors.New("the address holds a password") // which would stand in shell histories and the profile
)

// An AddressError says why an address cannot be right. It does not quote it: there may be
// a password in it.
type AddressError struct {
	Kind Kind  // the zero Kind with ErrScheme
	Err  error // one of the above
}

func (e *AddressError) Error() string {
	if e.Kind.Scheme == "" {
		return fmt.Sprintf("address of a place: %v", e.Err)
	}
	return fmt.Sprintf("address of a place of the kind %s: %v", e.Kind.Scheme, e.Err)
}

func (e *AddressError) Unwrap() error { return e.Err }

// An Address is where a place is.
type Address struct {
	Kind Kind
	Rest string // after the colon
}

// String is the address as it is written.
func (a Address) String() string { return a.Kind.Scheme + ":" + a.Rest }

// Parse reads an address. The path of a folder becomes an absolute one.
func Parse(address string) (Address, error) {
	scheme, rest, _ := strings.Cut(address, ":")
	for _, k := range kinds {
		if k.Scheme == scheme {
			return parse(Address{k, rest})
		}
	}
	return Address{}, &AddressError{Err: ErrScheme}
}

func parse(a Address) (Address, error) {
	switch a.Kind.Scheme {
	case "folder":
		if a.Rest == "" {
			return Address{}, &AddressError{a.Kind, ErrForm}
		}
		a.Rest = absolute(a.Rest)
	case "icloud-drive":
		if a.Rest != "" {
			a.Rest = absolute(a.Rest)
		}
	case "nextcloud", "webdav", "s3":
		u, err := url.Parse(a.Rest)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return Address{}, &AddressError{a.Kind, ErrForm}
		}
		if _, has := u.User.Password(); has {
			return Address{}, &AddressError{a.Kind, ErrPassword}
		}
	}
	return a, nil
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// user is the name before the @ of a URL.
func (a Address) user() string {
	u, err := url.Parse(a.Rest)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.User.Username()
}

// Host is the server of a place that has one.
func (a Address) Host() string {
	u, err := url.Parse(a.Rest)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Named tells whether the address says which account it is. One that does not, such as
// "gdrive:", is for [Config.SignIn], or stands for the one known place that it [Address.Fits].
func (a Address) Named() bool {
	switch a.Kind.Scheme {
	case "nextcloud":
		return a.user() != ""
	case "gdrive", "dropbox", "onedrive", "icloud":
		return a.Rest != ""
	}
	return true
}

// NeedsPassword tells whether the place is opened with a password.
func (a Address) NeedsPassword() bool { return a.Kind.Password && a.user() != "" }

// Fits tells whether known is the same place, or one that a leaves open: any account of
// a provider, a drive of which a gives the path without its marker.
func (a Address) Fits(known string) bool {
	k, err := Parse(known)
	switch {
	case err != nil || k.Kind != a.Kind:
		return false
	case a.Kind.Scheme == "folder":
		path, _, _ := strings.Cut(k.Rest, "#marker=")
		return a.Rest == k.Rest || a.Rest == path
	case a.Named():
		return a == k
	case a.Kind.Scheme == "nextcloud":
		return withoutUser(a.Rest) == withoutUser(k.Rest)
	}
	return true
}

func withoutUser(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.User = nil
	return strings.TrimSuffix(u.String(), "/")
}

// Account is the account for screens, masked: "s…m@example.com"; empty where there is none.
func (a Address) Account() string {
	switch a.Kind.Scheme {
	case "gdrive", "dropbox", "onedrive":
		masked, _, _ := strings.Cut(a.Rest, idMark)
		return masked
	case "icloud":
		return mask(a.Rest)
	case "nextcloud", "webdav", "s3":
		return mask(a.user())
	}
	return ""
}

// Masked is the address for screens. It does not open the place.
func Masked(address string) string {
	a, err := Parse(address)
	if err != nil {
		return address
	}
	switch a.Kind.Scheme {
	case "gdrive", "dropbox", "onedrive", "icloud":
		return a.Kind.Scheme + ":" + a.Account()
	case "folder":
		path, _, _ := strings.Cut(a.String(), "#marker=")
		return path
	}
	u, err := url.Parse(a.Rest)
	if err != nil || a.user() == "" {
		return a.String()
	}
	u.User = nil
	return a.Kind.Scheme + ":" + strings.Replace(u.String(), "//", "//"+a.Account()+"@", 1)
}

// mask keeps the ends of a name, and the domain of an e-mail address.
func mask(name string) string {
	domain := ""
	if at := strings.LastIndexByte(name, '@'); at > 0 {
		name, domain = name[:at], name[at:]
	}
	letters := []rune(name)
	switch n := len(letters); {
	case n == 0:
		return domain
	case n < 3:
		return string(letters[:1]) + "…" + domain
	}
	return string(letters[:1]) + "…" + string(letters[len(letters)-1:]) + domain
}
