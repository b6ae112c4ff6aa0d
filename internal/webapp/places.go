package webapp

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
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
	screen.Action = "places"
	a.fillPlaces(s.lang, &screen, s.backup.places)
	a.show(w, s, "places", page{Title: "Where should it be kept?", Art: "places", Back: "pin", Stage: 4, Stages: backupStages,
		Problem: why, Field: screen.Kind, Body: screen})
}

// fillPlaces adds what both flows show: what is chosen, and what can be.
func (a *App) fillPlaces(l *words.Language, screen *placesScreen, chosen []chosenPlace) {
	screen.Chosen, screen.Kept, screen.Folder = rows(l, chosen), a.keptPlaces(l, chosen), a.DefaultFolder
	screen.Clouds = a.cards(chosen)
	_, screen.NextcloudSignIn = a.provider(nextcloud)
	screen.ICloudDrive = runtime.GOOS == "darwin" || runtime.GOOS == "windows"
	if screen.Kind == "" && len(screen.Chosen)+len(screen.Kept)+len(screen.Clouds) == 0 {
		screen.Kind = "folder"
	}
}

// submitPlaces reaches a place at once and adds it, or says why it cannot be used.
func (a *App) submitPlaces(w http.ResponseWriter, r *http.Request, s *session) {
	if !s.backup.verified {
		to(w, r, s, "pin")
		return
	}
	a.makeFolder(r)
	place, screen, err := a.reach(s.lang, r, s.backup.places)
	screen.Missing = screen.Kind == "folder" && filepath.IsAbs(screen.Address) && errors.Is(err, store.ErrGone)
	if err == nil {
		err = a.nameIsFree(place)
	}
	if err != nil {
		a.askPlaces(w, s, screen, explain(s.lang, err))
		return
	}
	s.backup.places = append(s.backup.places, place)
	to(w, r, s, "places")
}

// submitPlaceRemove takes a place off the list again, of either flow.
func (a *App) submitPlaceRemove(w http.ResponseWriter, r *http.Request, s *session) {
	back := r.PostFormValue("flow")
	if back != "restore" && back != "add-place" {
		back = "places"
	}
	places := s.placesOf(back)
	i := slices.IndexFunc(*places, func(p chosenPlace) bool { return p.Name == r.PostFormValue("name") })
	if i >= 0 {
		address := (*places)[i].URL
		*places = slices.Delete(*places, i, i+1)
		if !a.countsOn(s, address) {
			a.drop(address)
		}
	}
	to(w, r, s, back)
}

// placesOf are the places chosen in a flow: "places", "restore" or "add-place".
func (s *session) placesOf(flow string) *[]chosenPlace {
	switch flow {
	case "restore":
		return &s.restore.places
	case "add-place":
		return &s.add.places
	}
	return &s.backup.places
}

// reach opens the place that a form names and lists it once. The screen it returns holds
// what was typed, but for the password.
func (a *App) reach(l *words.Language, r *http.Request, already []chosenPlace) (chosenPlace, placesScreen, error) {
	screen := placesScreen{
		Kind: r.PostFormValue("kind"), Address: strings.TrimSpace(r.PostFormValue("address")),
		User: strings.TrimSpace(r.PostFormValue("user")), Name: strings.Join(strings.Fields(r.PostFormValue("name")), " "),
		Bucket: strings.Trim(strings.TrimSpace(r.PostFormValue("bucket")), "/"),
	}
	address, err := placeURL(screen)
	password := secret.New([]byte(r.PostFormValue("password")))
	if screen.Kind == "kept" {
		address, password, err = a.kept(screen.Name)
	}
	if err != nil {
		return chosenPlace{}, screen, err
	}
	name := screen.Name
	if name == "" {
		name = placeName(l, address)
	}
	for _, p := range already {
		if p.Name == name || p.URL == address {
			return chosenPlace{}, screen, &profile.Error{Name: name, Kind: profile.ErrPlaceTaken}
		}
	}
	place, err := a.look(l, r.Context(), address, password)
	if err != nil {
		password.Clear()
		if _, ok := a.provider(address); ok && screen.Kind == "kept" && needsSignIn(err) {
			screen.Again = name
		}
		return chosenPlace{}, screen, err
	}
	place.Name = name
	return chosenPlace{place, password, accountOf(address)}, screen, nil
}

// look opens a place and lists it once.
func (a *App) look(l *words.Language, ctx context.Context, address string, password secret.Text) (cloudseed.Place, error) {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	place, err := a.Open(ctx, address, secret.Copy(password.Reveal())) // it keeps its own
	if err == nil {
		_, err = place.Store.List(ctx)
	}
	if err != nil {
		return cloudseed.Place{}, &cloudseed.PlaceError{Place: whereabouts(l, address), Err: err}
	}
	place.URL = address
	return place, nil
}

// needsSignIn tells whether signing in again can mend it.
func needsSignIn(err error) bool {
	return errors.Is(err, store.ErrSignedOut) || errors.Is(err, store.ErrConsent)
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

func rows(l *words.Language, places []chosenPlace) []placeRow {
	var list []placeRow
	for _, p := range places {
		list = append(list, placeRow{Name: p.Name, Kind: l.PlaceKind(p.URL), Address: plainAddress(p.URL), Account: p.account,
			Proof: []proof{{What: "Reached just now", Seen: true}}})
	}
	return list
}
