package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pkg/browser"
	"github.com/spf13/pflag"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/keychain"
	"github.com/cloudseed/cloudseed/internal/places"
	"github.com/cloudseed/cloudseed/internal/webapp"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
)

func (s *session) clientIDsFlag(f *pflag.FlagSet) {
	f.StringVar(&s.flags.clientIDs, "client-ids", "", say("`FILE` of client ids for signing in; clients.json in the data directory when not given"))
}

func (s *session) signInFlags(f *pflag.FlagSet) {
	s.clientIDsFlag(f)
	f.BoolVar(&s.flags.noBrowser, "no-browser", false, say("only print the page to sign in at"))
}

// openClouds returns what opens places and signs in to them. What comes of a sign-in, and
// passwords that are typed, are kept in the system's keychain, or in encrypted files of the
// data directory.
func (s *session) openClouds() (*places.Config, error) {
	if s.clouds != nil {
		return s.clouds, nil
	}
	keeper, err := keychain.Open(keychain.Config{Dir: filepath.Join(s.profile.Dir(), "sign-ins"), File: s.fileKeys})
	if err != nil {
		return nil, &store.Error{Op: "sign in", Kind: store.ErrRefused, Err: fmt.Errorf("%w: %w", signin.ErrKeeper, err)}
	}
	s.profile.Keeper = keeper
	s.clouds = &places.Config{Keeper: keeper, HTTP: s.http}
	s.clouds.Clients, s.badClients = s.clientIDs()
	return s.clouds, nil
}

// clientIDs reads --client-ids, else clients.json in the data directory, if it is there.
func (s *session) clientIDs() (places.Clients, error) {
	path := s.flags.clientIDs
	if path == "" {
		path = filepath.Join(s.profile.Dir(), "clients.json")
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && s.flags.clientIDs == "" {
		return places.Clients{}, nil
	}
	if err != nil {
		return places.Clients{}, noFile(path, err)
	}
	clients, err := places.ReadClients(data)
	if err != nil {
		p := newProblem("client-ids-file", words.ExitUsage, say("The client ids in %s cannot be used.", path), say("docs/providers.md shows such a file."))
		p.message.Details, p.cause = []string{err.Error()}, err // it quotes no secret
		return clients, p
	}
	return clients, nil
}

// signIn lets the person sign in to a place, and returns its address with the account.
func (s *session) signIn(ctx context.Context, a places.Address) (places.Address, error) {
	clouds, err := s.openClouds()
	if err == nil {
		err = s.badClients // they matter only here: a place that is known opens without
	}
	if err != nil {
		return a, err
	}
	url, account, err := clouds.SignIn(ctx, a.String(), func(page string) error { s.showPage(a, page); return nil })
	if err != nil {
		return a, &cloudseed.PlaceError{Place: tongue().PlaceKind(a.String()), Err: err}
	}
	if account == "" {
		s.printer.note("signed in to %s", tongue().PlaceKind(url))
	} else {
		s.printer.note("signed in to %s as %s", tongue().PlaceKind(url), account)
	}
	return places.Parse(url)
}

type signInJSON struct {
	Type  string `json:"type"` // "sign-in"
	Place string `json:"place"`
	Page  string `json:"page"`
}

// showPage leads the person to the provider's page.
func (s *session) showPage(a places.Address, page string) {
	kind := tongue().PlaceKind(a.String())
	if s.printer.json {
		s.printer.object(signInJSON{"sign-in", kind, page})
	}
	s.printer.note("sign in to %s in the browser; this waits five minutes. %s", kind, tongue().SignIn(a.Kind.Scheme))
	s.printer.note("the page: %s", page)
	if s.flags.noBrowser {
		return
	}
	open := s.openURL
	if open == nil {
		browser.Stdout, browser.Stderr = io.Discard, io.Discard
		open = browser.OpenURL
	}
	if err := open(page); err != nil {
		s.printer.note("no browser could be started; open that page in one on this computer")
	}
}

// someAccount finds which account is meant by an address without one, such as "gdrive:". It
// signs in where somebody sits at a terminal; else that has to be done first.
func (s *session) someAccount(ctx context.Context, a places.Address) (places.Address, error) {
	kind := tongue().PlaceKind(a.String())
	if s.tty == nil || s.readOnly {
		p := newProblem("not-signed-in", words.ExitSignIn, say("Nobody is signed in to %s here.", kind),
			say("Sign in first: cloudseed places add NAME %s.", a.String()))
		return a, p
	}
	return s.signIn(ctx, a)
}

func severalAccounts(a places.Address, names []string) error {
	p := newProblem("several-accounts", words.ExitUsage, say("There are several places of the kind %s.", tongue().PlaceKind(a.String())), say("Say the name of one."))
	p.message.Details = names
	return p
}

// providers are what the app offers to sign in to, and what is missing for it.
func (s *session) providers() (all []webapp.Provider) {
	for _, k := range places.Kinds() {
		if !k.SignIn {
			continue
		}
		p := webapp.Provider{Scheme: k.Scheme, Title: tongue().PlaceKind(k.Example)}
		if err := s.clouds.Missing(k.Scheme); err != nil {
			m := tongue().For(err)
			p.Missing = m.What + " " + m.Next
		}
		all = append(all, p)
	}
	return all
}
