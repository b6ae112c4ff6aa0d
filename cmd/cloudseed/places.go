package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cloudseed/cloudseed"
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
		dir, err := s.ask(ctx, "a place", "--place NAME or URL", "A folder to keep the backup in", suggestedFolder())
		if err != nil {
			return nil, err
		}
		given = []string{dir}
		if !isPlaceURL(dir) {
			given = []string{"folder:" + dir}
		}
	}
	return resolvePlaces(given, known)
}

// resolvePlaces finds names among the known places, and gives names to URLs.
func resolvePlaces(given []string, known []profile.Place) ([]profile.Place, error) {
	var places []profile.Place
	taken := make(map[string]bool)
	for _, p := range known {
		taken[p.Name] = true
	}
	for _, g := range given {
		p, err := resolvePlace(g, known, taken)
		if err != nil {
			return nil, err
		}
		places = append(places, p)
	}
	return places, nil
}

func resolvePlace(given string, known []profile.Place, taken map[string]bool) (profile.Place, error) {
	if !isPlaceURL(given) {
		for _, p := range known {
			if p.Name == given {
				return p, nil
			}
		}
		return profile.Place{}, &profile.Error{Name: given, Kind: profile.ErrNoSuch}
	}
	if dir, ok := cutFolder(given); ok {
		given = "folder:" + absolute(dir)
	}
	for _, p := range known {
		if p.URL == given {
			return p, nil
		}
	}
	name := placeName(given)
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s %d", placeName(given), n)
	}
	taken[name] = true
	return profile.Place{Name: name, URL: given}, nil
}

// openNamed opens one place. On a terminal a folder that is not there can be made.
func (s *session) openNamed(ctx context.Context, p profile.Place, mayCreate bool) (opened, error) {
	if err := checkPlaceURL(p.URL); err != nil {
		return opened{}, err
	}
	password, err := s.placePassword(ctx, p)
	if err != nil {
		return opened{}, err
	}
	place, err := openPlace(ctx, p.URL, password, mayCreate)
	if dir, ok := cutFolder(p.URL); ok && mayCreate && s.tty != nil && errors.Is(err, store.ErrGone) {
		yes, askErr := s.confirm(ctx, fmt.Sprintf("There is no folder %s. Make it?", dir))
		if askErr != nil {
			return opened{}, askErr
		}
		if yes {
			place.Store, err = folder.Create(dir)
		}
	}
	var broken *problem
	if errors.As(err, &broken) {
		return opened{}, err // a mistake in the address, not trouble of the place
	}
	if err != nil {
		place.Store = absent{p.URL, err}
	}
	place.Name, place.URL = p.Name, p.URL
	return opened{place, password}, nil
}

func (s *session) placePassword(ctx context.Context, p profile.Place) (secret.Text, error) {
	if !needsPassword(p.URL) {
		return secret.Text{}, nil
	}
	known, err := s.profile.Password(p.Name)
	switch {
	case err != nil || s.flags.passwordFile == "" && known.Len() > 0:
		return known, err
	case s.flags.passwordFile != "":
		return s.passwordOnce()
	case s.tty == nil:
		return secret.Text{}, missing("the password of "+p.Name, "--password-file FILE")
	}
	return s.tty.AskSecret(ctx, "Password for "+p.URL)
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
func (s *session) remember(places []opened) error {
	for _, p := range places {
		if err := s.profile.KeepPlace(p.Name, p.URL, p.password); err != nil {
			return err
		}
	}
	return nil
}

func plain(places []opened) []cloudseed.Place {
	var all []cloudseed.Place
	for _, p := range places {
		all = append(all, p.Place)
	}
	return all
}

func cutFolder(url string) (string, bool) {
	const scheme = "folder:"
	if len(url) > len(scheme) && url[:len(scheme)] == scheme {
		return url[len(scheme):], true
	}
	return "", false
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
