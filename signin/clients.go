package signin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/cloudseed/cloudseed/secret"
)

// A ClientID is how a program is known to a provider.
type ClientID struct {
	ID     string
	Secret secret.Text // Google gives one even to desktop apps; the others must have none
	Tenant string      // Microsoft only: "common" (the default), "consumers" or "organizations"
}

// Clients are the client ids of a program, or of a person who brings their own.
type Clients map[Provider]ClientID

// A NoClientIDError says that there is no client id for a provider. One is made, free of
// charge, at Console.
type NoClientIDError struct {
	Provider  Provider
	Console   string   // address of the provider's page
	Redirects []string // to register there
}

func (e *NoClientIDError) Error() string {
	return fmt.Sprintf("sign in to %s: there is no client id; %s makes them", e.Provider.key(), e.Console)
}

// client returns the client id for p, or a *NoClientIDError.
func (c Clients) client(p Provider) (ClientID, error) {
	if id := c[p]; id.ID != "" {
		return id, nil
	}
	return ClientID{}, &NoClientIDError{Provider: p, Console: p.ConsoleURL(), Redirects: p.RedirectURLs()}
}

// clientJSON is a client id in the file.
type clientJSON struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
	Tenant string `json:"tenant"`
}

// ReadClients reads a file of client ids:
//
//	{"google":    {"client_id": "…", "client_secret": "…"},
//	 "dropbox":   {"client_id": "…"},
//	 "microsoft": {"client_id": "…", "tenant": "consumers"}}
//
// What it does not know it refuses: a mistyped name would otherwise look like a missing id.
func ReadClients(data []byte) (Clients, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var file map[Provider]clientJSON
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("client ids: %w", plainJSON(err))
	}
	if d.More() {
		return nil, errors.New("client ids: more than one JSON value")
	}
	clients := Clients{}
	for p, c := range file {
		if err := c.check(p); err != nil {
			return nil, fmt.Errorf("client ids: %s: %w", p.key(), err)
		}
		clients[p] = ClientID{ID: c.ID, Secret: secret.New([]byte(c.Secret)), Tenant: c.Tenant}
	}
	return clients, nil
}

func (c clientJSON) check(p Provider) error {
	d := providers[p]
	switch {
	case d == nil:
		return errors.New("no such provider")
	case !plainText(c.ID):
		return errors.New("client_id is missing, or not a client id")
	case c.Secret != "" && !d.secret:
		return errors.New("this provider wants no client_secret from a program on a person's computer")
	case c.Secret != "" && !plainText(c.Secret):
		return errors.New("client_secret is not a client secret")
	case c.Tenant != "" && !slices.Contains(d.tenants, c.Tenant):
		return fmt.Errorf("tenant can be one of %q", d.tenants)
	}
	return nil
}

// plainText tells whether s is 1 to 256 printable ASCII characters without spaces.
func plainText(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 256
}

// plainJSON is an error of package json without what stands in the file.
func plainJSON(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not valid JSON at byte %d", syntax.Offset)
	}
	return errors.New("not of the form {\"google\": {\"client_id\": \"…\"}}")
}
