package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/places"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/folder"
)

// An opened place, with the password to remember it by.
type opened struct {
	cloudseed.Place
	password secret.Text
}

// places opens the places of --place, else those remembered, else asks for one folder.
// A place that cannot be opened now stays in the list and fails when it is used, so that
// the others still serve.
func (s *session) places(ctx context.Context, mayCreate bool) ([]opened, error) {
	wanted, err := s.wantedPlaces(ctx)
	if err != nil {
		return nil, err
	}
	var all []opened
	for _, p := range wanted {
		o, err := s.openNamed(ctx, p, mayCreate)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

func (s *session) wantedPlaces(ctx context.Context) ([]profile.Place, error) {
	known, err := s.profile.Places()
	if err != nil {
		return nil, err
	}
	if len(s.flags.places) == 0 && len(known) > 0 {
		return known, nil
	}
	given := s.flags.places
	if len(given) == 0 {
		dir, err := s.ask(ctx, say("a place"), say("--place NAME or URL"), say("A folder to keep the backup in, or an address such as gdrive:"), suggestedFolder())
		if err != nil {
			return nil, err
		}
		given = []string{dir}
		if !isPlaceURL(dir) {
			given = []string{"folder:" + dir}
		}
	}
	var wanted []profile.Place
	for _, g := range given {
		p, err := s.wantedPlace(ctx, g, append(wanted, known...))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(wanted, p) {
			wanted = append(wanted, p)
		}
	}
	return wanted, nil
}

// wantedPlace finds a name or an address among the known places, or gives a name to an
// address that is new here.
func (s *session) wantedPlace(ctx context.Context, given string, known []profile.Place) (profile.Place, error) {
	if !isPlaceURL(given) {
		return namedPlace(given, known)
	}
	a, err := parsePlace(given)
	if err != nil {
		return profile.Place{}, err
	}
	fitting := fittingPlaces(a, known)
	switch {
	case len(fitting) > 1:
		return profile.Place{}, severalAccounts(a, placeNames(fitting))
	case len(fitting) == 1:
		return fitting[0], nil
	case a.Named():
		return profile.Place{Name: freeName(a, known), URL: a.String()}, nil
	}
	if a, err = s.someAccount(ctx, a); err != nil {
		return profile.Place{}, err
	}
	p := profile.Place{Name: freeName(a, known), URL: a.String()}
	return p, s.profile.AddPlace(p) // a sign-in is not to be done twice, whatever comes next
}

func namedPlace(name string, known []profile.Place) (profile.Place, error) {
	for _, p := range known {
		if p.Name == name {
			return p, nil
		}
	}
	return profile.Place{}, &profile.Error{Name: name, Kind: profile.ErrNoSuch}
}

// fittingPlaces are the known places that an address can mean, each once.
func fittingPlaces(a places.Address, known []profile.Place) (fitting []profile.Place) {
	for _, p := range known {
		if a.Fits(p.URL) && !slices.Contains(fitting, p) {
			fitting = append(fitting, p)
		}
	}
	return fitting
}

func placeNames(all []profile.Place) (names []string) {
	for _, p := range all {
		names = append(names, p.Name)
	}
	return names
}

// freeName is a name for a new place that no known one has.
func freeName(a places.Address, known []profile.Place) string {
	name := placeName(a)
	for n := 2; slices.Contains(placeNames(known), name); n++ {
		name = fmt.Sprintf("%s %d", placeName(a), n)
	}
	return name
}

// openNamed opens one place. On a terminal a folder that is not there can be made.
func (s *session) openNamed(ctx context.Context, p profile.Place, mayCreate bool) (opened, error) {
	a, err := parsePlace(p.URL)
	if err != nil {
		return opened{}, err
	}
	clouds, err := s.openClouds()
	if err != nil {
		return opened{}, err
	}
	password, err := s.placePassword(ctx, p, a)
	if err != nil {
		return opened{}, err
	}
	place, err := clouds.Open(ctx, a.String(), password, mayCreate)
	if a.Kind.Scheme == "folder" && mayCreate && s.tty != nil && errors.Is(err, store.ErrGone) && !strings.Contains(a.Rest, "#marker=") {
		yes, askErr := s.confirm(ctx, say("There is no folder %s. Make it?", a.Rest))
		if askErr != nil {
			return opened{}, askErr
		}
		if yes {
			place.Store, err = folder.Create(a.Rest)
		}
	}
	if err != nil {
		place.Store = absent{places.Masked(p.URL), err}
	}
	place.Name, place.URL = p.Name, p.URL
	return opened{place, password}, nil
}

// placePassword is the password of a place that has one. Nextcloud's comes from the sign-in,
// unless a file is given with one that was made by hand.
func (s *session) placePassword(ctx context.Context, p profile.Place, a places.Address) (secret.Text, error) {
	byHand := a.Kind.Scheme == "nextcloud" && s.flags.passwordFile != "" && a.Named()
	if !a.NeedsPassword() && !byHand {
		return secret.Text{}, nil
	}
	if s.flags.passwordFile != "" {
		return s.passwordOnce()
	}
	known, err := s.profile.Password(p.Name)
	switch {
	case err != nil || known.Len() > 0:
		return known, err
	case s.tty == nil:
		return secret.Text{}, missing(say("the password of %s", p.Name), say("--password-file FILE"))
	}
	return s.tty.AskSecret(ctx, say("Password for %s", places.Masked(p.URL)))
}

// passwordOnce reads --password-file once, for all places: it may be standard input.
func (s *session) passwordOnce() (secret.Text, error) {
	if s.filePassword == nil {
		password, err := s.secretFile(s.flags.passwordFile)
		if err != nil {
			return password, err
		}
		s.filePassword = &password
	}
	return *s.filePassword, nil
}

// remember keeps places, so that later commands find them by themselves.
func (s *session) remember(all []opened) error {
	for _, p := range all {
		if err := s.profile.KeepPlace(p.Name, p.URL, p.password); err != nil {
			return err
		}
	}
	return nil
}

func plain(given []opened) []cloudseed.Place {
	var all []cloudseed.Place
	for _, p := range given {
		all = append(all, p.Place)
	}
	return all
}

func suggestedFolder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, "Cloudseed backup")
}

// absent is a place that could not be opened: whatever is done with it fails so.
type absent struct {
	url string
	err error
}

func (a absent) Create(context.Context, string, []byte) error { return a.err }
func (a absent) Get(context.Context, string) ([]byte, error)  { return nil, a.err }
func (a absent) List(context.Context) ([]store.Entry, error)  { return nil, a.err }
func (a absent) Delete(context.Context, string) error         { return a.err }
func (a absent) String() string                               { return a.url }
