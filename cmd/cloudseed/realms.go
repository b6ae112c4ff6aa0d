package main

import (
	"net/http"
	"os"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/embedded"
)

// realms are the PIN servers for a new backup: those of --realms, else those remembered,
// else three embedded ones for trying out.
func (s *session) realms() (juicebox.Configuration, *http.Client, error) {
	named, err := s.namedRealms()
	if err != nil {
		return juicebox.Configuration{}, nil, err
	}
	if len(named.Realms) > 0 && !named.TryingOut() {
		client, err := s.realmClient(false)
		return named, client, err
	}
	client, err := s.realmClient(true)
	if err != nil {
		return juicebox.Configuration{}, nil, err
	}
	return embeddedConfiguration(s.embedded), client, nil
}

// namedRealms reads --realms or what is remembered; empty if there is neither.
func (s *session) namedRealms() (juicebox.Configuration, error) {
	if s.flags.realms == "" {
		remembered, err := s.profile.Realms()
		if err != nil || remembered == nil {
			return juicebox.Configuration{}, err
		}
		return juicebox.ParseConfiguration(remembered)
	}
	text, err := os.ReadFile(s.flags.realms)
	if err != nil {
		return juicebox.Configuration{}, noFile(s.flags.realms, err)
	}
	c, err := juicebox.ParseConfiguration(text)
	if err != nil {
		p := &problem{message: tongue().For(err), cause: err}
		p.message.Details = []string{err.Error()} // says which line of the file, and holds no secret
		return c, p
	}
	return c, nil
}

// rememberRealms keeps the PIN servers of --realms for later commands.
func (s *session) rememberRealms(c juicebox.Configuration) error {
	if s.flags.realms == "" || c.TryingOut() {
		return nil
	}
	text, err := c.MarshalJSON()
	if err != nil {
		return err
	}
	return s.profile.SetRealms(text)
}

// knownRealms are what this computer knows when it opens or checks a backup: named ones
// and, if there are any, its own embedded ones.
func (s *session) knownRealms() (juicebox.Configuration, *http.Client, error) {
	known, err := s.namedRealms()
	if err != nil {
		return known, nil, err
	}
	has, err := hasEmbedded(s.profile.PINServersDir())
	if err != nil {
		return known, nil, err
	}
	client, err := s.realmClient(has)
	if err == nil && has {
		known.Realms = append(known.Realms, embeddedConfiguration(s.embedded).Realms...)
	}
	return known, client, err
}

// realmClient reaches PIN servers over the network, and if wanted those inside this process.
func (s *session) realmClient(withEmbedded bool) (*http.Client, error) {
	if !withEmbedded {
		return embeddedClient(nil), nil
	}
	if err := s.openEmbedded(); err != nil {
		return nil, err
	}
	return embeddedClient(s.embedded), nil
}

// embeddedClient also reaches the PIN servers of e. Redirects are refused: only addresses
// that the person or a backup named are asked.
func embeddedClient(e *embedded.Realms) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if e != nil {
		transport.RegisterProtocol(juicebox.Embedded, e.Transport())
	}
	return &http.Client{
		Transport:     transport,
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (s *session) openEmbedded() error {
	if s.embedded != nil {
		return nil
	}
	e, err := openEmbedded(s.profile.PINServersDir())
	if err != nil {
		return err
	}
	s.embedded = e
	s.closers = append(s.closers, e.Close)
	return nil
}
