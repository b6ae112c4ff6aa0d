package webapp

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// keep remembers places and their passwords, so that they can be looked at again.
func (a *App) keep(places []chosenPlace) error {
	for _, p := range places {
		if err := a.Profile.KeepPlace(p.Name, p.URL, p.password); err != nil {
			return err
		}
	}
	return nil
}

// nameIsFree tells whether the profile can keep the place under its name.
func (a *App) nameIsFree(p chosenPlace) error {
	known, err := a.Profile.Places()
	if err != nil {
		return err
	}
	if strings.ContainsAny(p.Name, ":") || len([]rune(p.Name)) > 60 {
		return &profile.Error{Name: p.Name, Kind: profile.ErrPlaceName}
	}
	for _, k := range known {
		if k.Name == p.Name && k.URL != p.URL {
			return &profile.Error{Name: p.Name, Kind: profile.ErrPlaceTaken}
		}
	}
	return nil
}

// keptPlaces are the places that this computer knows and that are not chosen yet.
func (a *App) keptPlaces(l *words.Language, already []chosenPlace) []placeRow {
	known, err := a.Profile.Places()
	if err != nil {
		a.Log.Warn("reading the places", "error", err)
	}
	var list []placeRow
	for _, k := range known {
		if !slices.ContainsFunc(already, func(p chosenPlace) bool { return p.URL == k.URL }) {
			list = append(list, placeRow{Name: k.Name, Kind: l.PlaceKind(k.URL), Address: plainAddress(k.URL), Account: accountOf(k.URL),
				Cloud: !strings.HasPrefix(k.URL, "folder:")})
		}
	}
	return list
}

// kept returns the address and the password of a place that this computer knows.
func (a *App) kept(name string) (address string, password secret.Text, err error) {
	known, err := a.Profile.Places()
	if err != nil {
		return "", password, err
	}
	for _, k := range known {
		if k.Name == name {
			password, err = a.Profile.Password(name)
			return k.URL, password, err
		}
	}
	return "", password, &profile.Error{Name: name, Kind: profile.ErrNoSuch}
}

// openPlaces opens the places of a device. One that cannot be opened stands in the list
// all the same, and fails with its reason.
func (a *App) openPlaces(ctx context.Context, d *cloudseed.Device) []cloudseed.Place {
	var places []cloudseed.Place
	for _, state := range d.Places {
		password, err := a.Profile.Password(state.Name)
		var place cloudseed.Place
		if err == nil {
			place, err = a.Open(ctx, state.URL, password)
		}
		if err != nil {
			place.Store = closed{err}
		}
		place.Name, place.URL = state.Name, state.URL
		places = append(places, place)
	}
	return places
}

// closed is a store that could not be opened.
type closed struct{ err error }

func (c closed) fail() error {
	var known *store.Error
	if errors.As(c.err, &known) {
		return c.err
	}
	return &store.Error{Op: "open", Kind: store.ErrOffline, Err: c.err}
}

func (c closed) Create(context.Context, string, []byte) error { return c.fail() }
func (c closed) Get(context.Context, string) ([]byte, error)  { return nil, c.fail() }
func (c closed) List(context.Context) ([]store.Entry, error)  { return nil, c.fail() }
func (c closed) Delete(context.Context, string) error         { return c.fail() }
func (c closed) String() string                               { return "not open" }
