package webapp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
)

// A signIn is one attempt to sign in at a provider: it waits while the person is on the
// provider's page, in another tab.
type signIn struct {
	*job     // its changes and its end
	provider Provider
	flow     string // which gets the place: "places" or "restore"; "home" for none
	again    string // the name of the place that is signed in to again
	want     string // and its address, which has to come out again; "" for any
	server   string // of a Nextcloud
	got      string // the address that came of it; "" if none did, or not yet
	cancel   context.CancelFunc
}

// The lines of a sign-in, in this order.
const (
	pageLine  = "page"  // the label is the provider's address
	placeLine = "place" // signed in; the place is looked at
)

// steps is the job of i, nil for no sign-in.
func (i *signIn) steps() *job {
	if i == nil {
		return nil
	}
	return i.job
}

// submitSignIn begins to sign in. A sign-in that is still waiting is given up: people close
// the provider's tab and press the button again.
func (a *App) submitSignIn(w http.ResponseWriter, r *http.Request, s *session) {
	i, err := a.newSignIn(s.lang, r)
	if err != nil {
		a.fail(w, r, s, err, "")
		return
	}
	s.dropSignIn()
	ctx, cancel := context.WithCancel(a.ctx)
	i.cancel = cancel
	s.signIn = i
	a.jobs.Go(func() {
		defer cancel()
		place, err := a.connect(s.lang, ctx, i)
		s.mu.Lock()
		next := a.signedIn(s, i, place, err)
		stray := !a.countsOn(s, i.got)
		s.mu.Unlock()
		if stray {
			a.drop(i.got)
		}
		i.end(next)
	})
	to(w, r, s, "sign-in")
}

// newSignIn reads the form: a provider (and a server), or the name of a known place.
func (a *App) newSignIn(l *words.Language, r *http.Request) (*signIn, error) {
	i := &signIn{job: newJob(l, "", "", ""), flow: "places", again: r.PostFormValue("place"), server: strings.TrimSpace(r.PostFormValue("address"))}
	if flow := r.PostFormValue("flow"); flow == "restore" || flow == "home" || flow == "add-place" {
		i.flow = flow
	}
	scheme := r.PostFormValue("provider")
	if i.again != "" {
		address, password, err := a.kept(i.again)
		password.Clear()
		if err != nil {
			return nil, err
		}
		scheme, i.want = address, address
		if u := server(address); u != nil {
			i.server = u.Scheme + "://" + u.Host + u.Path
		}
	}
	var ok bool
	if i.provider, ok = a.provider(scheme); !ok {
		return nil, store.Errorf("sign in", "", store.ErrRefused, "no such provider")
	}
	return i, nil
}

// connect signs in and looks at the place. It holds no lock: it can take minutes.
func (a *App) connect(l *words.Language, ctx context.Context, i *signIn) (chosenPlace, error) {
	scheme, err := i.scheme()
	if err != nil {
		return chosenPlace{}, err
	}
	address, account, err := a.SignIn(ctx, scheme, i.browse)
	if err != nil {
		return chosenPlace{}, &cloudseed.PlaceError{Place: i.provider.Title, Err: err}
	}
	i.got = address
	if i.want != "" && address != i.want {
		wrong := &signin.WrongAccountError{Provider: signin.Provider(i.provider.Title), Want: orThat(accountOf(i.want)), Got: orThat(mask(account))}
		return chosenPlace{}, &cloudseed.PlaceError{Place: i.provider.Title, Err: wrong}
	}
	i.tell(line{ID: placeLine})
	place, err := a.look(l, ctx, address, secret.Text{})
	if account == "" {
		account = accountOf(address)
	}
	return chosenPlace{Place: place, account: mask(account)}, err
}

func orThat(account string) string {
	if account == "" {
		return "another account"
	}
	return account
}

// scheme is what Config.SignIn is called with.
func (i *signIn) scheme() (string, error) {
	if i.want != "" {
		return i.want, nil
	}
	if i.provider.Scheme != nextcloud {
		return i.provider.Scheme, nil
	}
	return serverURL(placesScreen{Kind: nextcloud, Address: i.server})
}

// browse takes the address of the provider's page. Only a web address is ever a link.
func (i *signIn) browse(page string) error {
	u, err := url.Parse(page)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return store.Errorf("sign in", "", store.ErrRefused, "the provider's page has no web address")
	}
	i.tell(line{ID: pageLine, Label: page})
	return nil
}

// signedIn adds the place to its flow, or keeps why there is none, and returns which screen
// follows.
func (a *App) signedIn(s *session, i *signIn, place chosenPlace, err error) string {
	if s.signIn != i || s.ended {
		return i.flow // given up meanwhile
	}
	if err != nil {
		a.Log.Warn("signing in did not succeed", "provider", i.provider.Scheme, "error", err)
		i.problem = explain(s.lang, err)
		return "sign-in"
	}
	if i.again != "" { // a password of before would stand in the way
		if err := a.Profile.KeepPlace(i.again, i.want, secret.Text{}); err != nil {
			i.problem = explain(s.lang, err)
			return "sign-in"
		}
	}
	if i.flow == "home" {
		s.say("Signed in to %s. Check now, to see what is there.", i.provider.Title)
		return "home"
	}
	s.say("Signed in to %s.", i.provider.Title)
	places := s.placesOf(i.flow)
	if slices.ContainsFunc(*places, func(p chosenPlace) bool { return p.URL == place.URL }) {
		s.say("That account of %s is in the list already. For another one, choose it at the provider.", i.provider.Title)
		return i.flow
	}
	place.Name = a.freeName(i, place, *places)
	*places = append(*places, place)
	return i.flow
}

// countsOn tells whether anything counts on the sign-in to the place at address: what is
// chosen just now, what this computer remembers, a backup. Where that cannot be read it is
// assumed.
func (a *App) countsOn(s *session, address string) bool {
	chosen := func(p chosenPlace) bool { return p.URL == address }
	if address == "" || slices.ContainsFunc(s.backup.places, chosen) || slices.ContainsFunc(s.restore.places, chosen) || slices.ContainsFunc(s.add.places, chosen) {
		return true
	}
	known, err := a.Profile.Places()
	if err != nil || slices.ContainsFunc(known, func(p profile.Place) bool { return p.URL == address }) {
		return true
	}
	devices, err := a.Profile.Devices()
	return err != nil || slices.ContainsFunc(devices, func(d *cloudseed.Device) bool {
		return slices.ContainsFunc(d.Places, func(p cloudseed.PlaceState) bool { return p.URL == address })
	})
}

// drop forgets a sign-in that nothing counts on. That a provider could not be told is for
// the log: the person has changed their mind, and here it is forgotten.
func (a *App) drop(address string) {
	if _, ok := a.provider(address); !ok || a.Drop == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), reachTime)
	defer cancel()
	if err := a.Drop(ctx, address); err != nil {
		a.Log.Warn("a sign-in that is not used could not be taken back", "error", err)
	}
}

// freeName is the name of a place that was signed in to: the one that this computer knows
// it by, or "Google Drive", or that with the account, or with a number.
func (a *App) freeName(i *signIn, place chosenPlace, chosen []chosenPlace) string {
	known, err := a.Profile.Places()
	if err != nil {
		a.Log.Warn("reading the places", "error", err)
	}
	taken := map[string]bool{}
	for _, k := range known {
		if k.URL == place.URL {
			return k.Name
		}
		taken[k.Name] = true
	}
	for _, c := range chosen {
		taken[c.Name] = true
	}
	title := i.provider.Title
	if name := title + " " + place.account; taken[title] && place.account != "" && !taken[name] && len([]rune(name)) <= 60 {
		return name
	}
	name := title
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s %d", title, n)
	}
	return name
}

// showSignIn leads to the provider's page and waits, or says why nobody is signed in.
func (a *App) showSignIn(w http.ResponseWriter, r *http.Request, s *session) {
	i := s.signIn
	if i == nil {
		to(w, r, s, "home")
		return
	}
	lines, next, _ := i.since(0)
	if next != "" && i.problem == nil {
		s.signIn = nil
		to(w, r, s, next)
		return
	}
	screen := signInScreen{Provider: i.provider, Flow: i.flow, Hint: s.lang.SignIn(i.provider.Scheme), Again: i.again, Want: accountOf(i.want), Server: i.server,
		Events: "steps?of=sign-in&after=" + strconv.Itoa(len(lines)), Ended: i.problem != nil}
	for _, l := range lines {
		switch l.ID {
		case pageLine:
			screen.Page = l.Label
		case placeLine:
			screen.Looking = true
		}
	}
	a.show(w, s, "sign-in", signInPage(screen, i.problem))
}

// signInPage is the page around the screen.
func signInPage(screen signInScreen, why *problem) page {
	about := page{Title: "Sign in to %s", Facts: []any{screen.Title}, Art: "places", Back: screen.Flow, Problem: why, Body: screen, Settled: screen.Flow != "places"}
	switch screen.Flow {
	case "places":
		about.Stage, about.Stages = 4, backupStages
	case "restore":
		about.Stage, about.Stages = 1, restoreStages
	}
	if why != nil {
		about.Art = "alert"
	}
	return about
}

// submitSignInCancel stops waiting.
func (a *App) submitSignInCancel(w http.ResponseWriter, r *http.Request, s *session) {
	next := "home"
	if s.signIn != nil {
		next = s.signIn.flow
		s.say("Not signed in to %s. Nothing was changed.", s.signIn.provider.Title)
	}
	s.dropSignIn()
	to(w, r, s, next)
}

// dropSignIn gives up a sign-in that is waiting, and forgets one that has ended.
func (s *session) dropSignIn() {
	if s.signIn != nil {
		s.signIn.cancel()
		s.signIn = nil
	}
}
