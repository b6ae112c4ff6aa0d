package webapp

import (
	"slices"
	"strings"
)

// A Provider is a cloud that a person signs in to in the browser.
type Provider struct {
	Scheme  string // of the addresses of its places: "gdrive"
	Title   string // for people: "Google Drive"
	Missing string // what is missing before anybody can sign in, and where to get it; "" for nothing
}

// nextcloud is the one provider whose server the person has to name.
const nextcloud = "nextcloud"

// provider returns the provider of an address such as "gdrive:sam@example.com", or of a
// scheme alone.
func (a *App) provider(address string) (p Provider, ok bool) {
	scheme, _, _ := strings.Cut(address, ":")
	i := slices.IndexFunc(a.Providers, func(p Provider) bool { return p.Scheme == scheme })
	if i < 0 {
		return Provider{}, false
	}
	return a.Providers[i], true
}

// cards are the providers as the screen of places shows them. Nextcloud has a form instead.
func (a *App) cards(chosen []chosenPlace) (list []providerCard) {
	for _, p := range a.Providers {
		if p.Scheme == nextcloud {
			continue
		}
		again := slices.ContainsFunc(chosen, func(c chosenPlace) bool { return strings.HasPrefix(c.URL, p.Scheme+":") })
		list = append(list, providerCard{p, again})
	}
	return list
}

// accountsOf are the providers of the places chosen, each once: where another account can
// be tried.
func (a *App) accountsOf(chosen []chosenPlace) (list []Provider) {
	for _, c := range chosen {
		p, ok := a.provider(c.URL)
		if ok && p.Scheme != nextcloud && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}
