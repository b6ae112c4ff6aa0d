package main

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/cloudseed/cloudseed/internal/places"
	"github.com/cloudseed/cloudseed/internal/words"
)

// isPlaceURL tells a URL from the name of a remembered place, which has no colon.
func isPlaceURL(s string) bool { return strings.Contains(s, ":") }

// parsePlace reads the address of a place. Mistakes are found before a password is asked
// for or anybody signs in. A password in it would stand in shell histories, lists of
// processes and the profile.
func parsePlace(address string) (places.Address, error) {
	a, err := places.Parse(address)
	var bad *places.AddressError
	if err == nil || !errors.As(err, &bad) {
		return a, err
	}
	switch {
	case errors.Is(err, places.ErrPassword):
		return a, newProblem("place-url", words.ExitUsage, say("A place's address must not hold its password."), say("Leave it out, and say --password-file FILE."))
	case errors.Is(err, places.ErrForm):
		return a, newProblem("place-url", words.ExitUsage, say("This is no address of a place of the kind %s.", bad.Kind.Title), say("Write it like %s.", bad.Kind.Example))
	}
	p := newProblem("place-url", words.ExitUsage, say("This is no address of a place."), say("Write one like these, or a name from: cloudseed places list."))
	for _, k := range places.Kinds() {
		p.message.Details = append(p.message.Details, k.Example)
	}
	return a, p
}

// placeName makes a name for a place that was given by its address: the folder's, the
// server's, or that of the kind.
func placeName(a places.Address) string {
	name := tongue().PlaceKind(a.String())
	switch a.Kind.Scheme {
	case "folder":
		path, _, _ := strings.Cut(a.Rest, "#marker=")
		name = filepath.Base(path)
	case "nextcloud", "webdav", "s3":
		name = a.Host()
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
		return a.Kind.Scheme
	}
	return name
}
