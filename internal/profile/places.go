package profile

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/cloudseed/cloudseed/secret"
)

// A Place is somewhere of the person's own under the name they gave it.
type Place struct {
	Name string `json:"name"`
	URL  string `json:"url"` // "folder:/media/usb"; never with a password in it
}

// settings is profile.json.
type settings struct {
	Format    int             `json:"format"`
	Places    []Place         `json:"places"`
	Passwords []string        `json:"passwords,omitempty"` // names of the places that have one, which the Keeper has
	Realms    json.RawMessage `json:"realms,omitempty"`    // Juicebox configuration JSON, as given
	Language  string          `json:"language,omitempty"`  // a tag of BCP 47, chosen in the app
}

func (p *Profile) settings() (settings, error) {
	s := settings{Format: format}
	_, err := readJSON(p.path("profile.json"), &s)
	return s, err
}

func (p *Profile) saveSettings(s settings) error {
	s.Format = format
	return p.writeJSON(p.path("profile.json"), s)
}

// Places returns the remembered places in the order they were added.
func (p *Profile) Places() ([]Place, error) {
	s, err := p.settings()
	return s.Places, err
}

// AddPlace remembers a place. The name of another place is refused; the same place again
// is fine. A name has no colon, so that it cannot be taken for a URL.
func (p *Profile) AddPlace(place Place) error {
	if n := utf8.RuneCountInString(place.Name); n < 1 || n > 60 || strings.ContainsAny(place.Name, ":\n\r") {
		return &Error{Name: place.Name, Kind: ErrPlaceName}
	}
	s, err := p.settings()
	if err != nil {
		return err
	}
	for _, known := range s.Places {
		if known == place {
			return nil
		}
		if known.Name == place.Name {
			return &Error{Name: place.Name, Kind: ErrPlaceTaken}
		}
	}
	s.Places = append(s.Places, place)
	return p.saveSettings(s)
}

// KeepPlace remembers a place with its password, empty for none, in place of another of
// that name.
func (p *Profile) KeepPlace(name, url string, password secret.Text) error {
	places, err := p.Places()
	if err != nil {
		return err
	}
	for _, known := range places {
		if known.Name == name && known.URL != url {
			if err := p.RemovePlace(name); err != nil {
				return err
			}
		}
	}
	if err := p.AddPlace(Place{Name: name, URL: url}); err != nil {
		return err
	}
	return p.SetPassword(name, password)
}

// RemovePlace forgets a place and its password. The files in it stay.
func (p *Profile) RemovePlace(name string) error {
	s, err := p.settings()
	if err != nil {
		return err
	}
	for i, known := range s.Places {
		if known.Name != name {
			continue
		}
		if err := p.SetPassword(name, secret.Text{}); err != nil {
			return err
		}
		s.Places = append(s.Places[:i:i], s.Places[i+1:]...)
		return p.saveSettings(s)
	}
	return &Error{Name: name, Kind: ErrNoSuch}
}

// Realms returns the PIN servers that were named here last, as Juicebox configuration
// JSON; nil if none were.
func (p *Profile) Realms() ([]byte, error) {
	s, err := p.settings()
	return s.Realms, err
}

// SetRealms remembers PIN servers, given as Juicebox configuration JSON; nil forgets them.
func (p *Profile) SetRealms(configuration []byte) error {
	s, err := p.settings()
	if err != nil {
		return err
	}
	s.Realms = configuration
	return p.saveSettings(s)
}

// Language returns the tag of the language that was chosen in the app; "" if none was.
func (p *Profile) Language() (string, error) {
	s, err := p.settings()
	return s.Language, err
}

// SetLanguage remembers a language by its tag (BCP 47), such as "de".
func (p *Profile) SetLanguage(tag string) error {
	s, err := p.settings()
	if err != nil {
		return err
	}
	s.Language = tag
	return p.saveSettings(s)
}
