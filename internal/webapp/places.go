package webapp

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// reachTime is how long a place may take to show that it is there.
const reachTime = 20 * time.Second

// showPlaces asks where the backup is to be kept.
func (a *App) showPlaces(w http.ResponseWriter, r *http.Request, s *session) {
	if !s.backup.verified {
		to(w, r, s, "pin")
		return
	}
	a.askPlaces(w, s, placesScreen{}, nil)
}

func (a *App) askPlaces(w http.ResponseWriter, s *session, screen placesScreen, why *problem) {
	screen.Action, screen.Chosen, screen.Folder = "places", rows(s.backup.places), a.DefaultFolder
	screen.Kept = a.keptPlaces(s.backup.places)
	if screen.Kind == "" && len(screen.Chosen)+len(screen.Kept) == 0 {
		screen.Kind = "folder"
	}
	a.show(w, s, "places", page{Title: "Where should it be kept?", Art: "places", Back: "pin", Stage: 4, Stages: backupStages,
		Problem: why, Field: screen.Kind, Body: screen})
}

// submitPlaces reaches a place at once and adds it, or says why it cannot be used.
func (a *App) submitPlaces(w http.ResponseWriter, r *http.Request, s *session) {
	if !s.backup.verified {
		to(w, r, s, "pin")
		return
	}
	a.makeFolder(r)
	place, screen, err := a.reach(r, s.backup.places)
	screen.Missing = screen.Kind == "folder" && filepath.IsAbs(screen.Address) && errors.Is(err, store.ErrGone)
	if err == nil {
		err = a.nameIsFree(place)
	}
	if err != nil {
		a.askPlaces(w, s, screen, explain(err))
		return
	}
	s.backup.places = append(s.backup.places, place)
	to(w, r, s, "places")
}

// submitPlaceRemove takes a place off the list again, of either flow.
func (a *App) submitPlaceRemove(w http.ResponseWriter, r *http.Request, s *session) {
	places, back := &s.backup.places, "places"
	if r.PostFormValue("flow") == "restore" {
		places, back = &s.restore.places, "restore"
	}
	*places = slices.DeleteFunc(*places, func(p chosenPlace) bool { return p.Name == r.PostFormValue("name") })
	to(w, r, s, back)
}

// reach opens the place that a form names and lists it once. The screen it returns holds
// what was typed, but for the password.
func (a *App) reach(r *http.Request, already []chosenPlace) (chosenPlace, placesScreen, error) {
	screen := placesScreen{
		Kind: r.PostFormValue("kind"), Address: strings.TrimSpace(r.PostFormValue("address")),
		User: strings.TrimSpace(r.PostFormValue("user")), Name: strings.Join(strings.Fields(r.PostFormValue("name")), " "),
	}
	address, account, err := placeURL(screen)
	password := secret.New([]byte(r.PostFormValue("password")))
	if screen.Kind == "kept" {
		address, password, err = a.kept(screen.Name)
		account = accountOf(address)
	}
	if err != nil {
		return chosenPlace{}, screen, err
	}
	name := screen.Name
	if name == "" {
		name = placeName(screen, address)
	}
	for _, p := range already {
		if p.Name == name || p.URL == address {
			return chosenPlace{}, screen, &profile.Error{Name: name, Kind: profile.ErrPlaceTaken}
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), reachTime)
	defer cancel()
	place, err := a.Open(ctx, address, secret.Copy(password.Reveal())) // it keeps its own
	if err == nil {
		_, err = place.Store.List(ctx)
	}
	if err != nil {
		password.Clear()
		return chosenPlace{}, screen, &cloudseed.PlaceError{Place: whereabouts(address), Err: err}
	}
	place.Name, place.URL = name, address
	return chosenPlace{place, password, account}, screen, nil
}

// makeFolder makes the folder that a form names if the person ticked that, or if it is the
// suggested one. Any other folder that is missing is likely a drive that is not connected,
// and is never made silently. Whether it worked is seen when the place is reached.
func (a *App) makeFolder(r *http.Request) {
	dir := strings.TrimSpace(r.PostFormValue("address"))
	wanted := r.PostFormValue("make") != "" || dir == a.DefaultFolder
	if r.PostFormValue("kind") == "folder" && wanted && filepath.IsAbs(dir) {
		os.Mkdir(dir, 0o700)
	}
}

// placeURL makes the address of a place, such as "webdav:https://sam@cloud.example/x",
// from what a form says. A password in an address is refused: it would be shown.
func placeURL(screen placesScreen) (address, account string, err error) {
	if screen.Kind == "kept" {
		return "", "", nil
	}
	if screen.Kind == "folder" {
		dir := screen.Address
		if dir == "" || !filepath.IsAbs(dir) {
			return "", "", &cloudseed.PlaceError{Place: dir, Err: store.Errorf("open", "", store.ErrGone, "a folder needs its whole path")}
		}
		return "folder:" + filepath.Clean(dir), "", nil
	}
	u, err := url.Parse(screen.Address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", "", &cloudseed.PlaceError{Place: screen.Address, Err: store.Errorf("open", "", store.ErrRefused, "not a web address")}
	}
	if _, has := u.User.Password(); has {
		return "", "", &cloudseed.PlaceError{Place: u.Host, Err: store.Errorf("open", "", store.ErrRefused, "a password in the address")}
	}
	if screen.User != "" {
		u.User = url.User(screen.User)
	}
	account = u.Host
	if u.User != nil {
		account = u.User.Username() + " at " + u.Host
	}
	return "webdav:" + u.String(), account, nil
}

// placeName is what a place is called when the person does not care.
func placeName(screen placesScreen, address string) string {
	if screen.Kind == "folder" {
		return filepath.Base(filepath.Clean(screen.Address))
	}
	u, err := url.Parse(strings.TrimPrefix(address, "webdav:"))
	if err != nil {
		return "WebDAV"
	}
	return u.Hostname()
}

// whereabouts names a place that has no name yet: a folder's path, a server's host.
func whereabouts(address string) string {
	if rest, ok := strings.CutPrefix(address, "webdav:"); ok {
		if u, err := url.Parse(rest); err == nil {
			return u.Hostname()
		}
	}
	return plainAddress(address)
}

func rows(places []chosenPlace) []placeRow {
	var list []placeRow
	for _, p := range places {
		list = append(list, placeRow{Name: p.Name, Kind: words.PlaceKind(p.URL), Address: plainAddress(p.URL), Account: p.account,
			Proof: []proof{{What: "Reached just now", Seen: true}}})
	}
	return list
}

// plainAddress is a place's address without what is only for programs.
func plainAddress(address string) string {
	_, rest, _ := strings.Cut(address, ":")
	return rest
}
