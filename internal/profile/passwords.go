package profile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/cloudseed/cloudseed/internal/replacefile"
	"github.com/cloudseed/cloudseed/secret"
)

// A Keeper keeps secrets by name, as the system's keychain does. Load of what is not there
// is an fs.ErrNotExist; Save is durable; Delete of what is not there is no error.
type Keeper interface {
	Load(name string) ([]byte, error)
	Save(name string, data []byte) error
	Delete(name string) error
}

// passwordOf is where the Keeper has the password of a place.
func passwordOf(place string) string { return "password of " + place }

// Password returns the remembered password of a place, empty if there is none. The Keeper
// is asked only for places that have one: it may ask the person to unlock it.
func (p *Profile) Password(name string) (secret.Text, error) {
	old, err := p.oldPasswords()
	if err != nil {
		return secret.Text{}, err
	}
	if word, ok := old.words()[name]; ok {
		p.moveOld(old) // else they move later; until then they are good where they are
		return secret.New([]byte(word)), nil
	}
	s, err := p.settings()
	if err != nil || !slices.Contains(s.Passwords, name) {
		return secret.Text{}, err
	}
	data, err := p.load(name)
	if errors.Is(err, fs.ErrNotExist) { // the keychain has lost it: to be typed again
		return secret.Text{}, nil
	}
	return secret.New(data), err
}

// SetPassword remembers the password of a place; an empty one is forgotten.
func (p *Profile) SetPassword(name string, password secret.Text) error {
	old, err := p.oldPasswords()
	if err == nil {
		err = p.moveOld(old)
	}
	if err != nil {
		return err
	}
	s, err := p.settings()
	if err != nil {
		return err
	}
	has := slices.Contains(s.Passwords, name)
	switch {
	case password.Len() > 0:
		return p.savePassword(s, name, password.Reveal())
	case !has:
		return nil
	case p.lock == nil:
		return &Error{Path: p.path("profile.json"), Kind: ErrReadOnly}
	case p.Keeper == nil:
		return &Error{Name: name, Kind: ErrPassword, Err: errNoKeeper}
	}
	if err := p.Keeper.Delete(passwordOf(name)); err != nil {
		return &Error{Name: name, Kind: ErrPassword, Err: err}
	}
	s.Passwords = slices.DeleteFunc(s.Passwords, func(other string) bool { return other == name })
	return p.saveSettings(s)
}

var errNoKeeper = errors.New("nothing keeps passwords")

// savePassword gives a password to the Keeper, looks whether it has it, and then notes that
// the place has one.
func (p *Profile) savePassword(s settings, name string, word []byte) error {
	if p.lock == nil {
		return &Error{Path: p.path("profile.json"), Kind: ErrReadOnly}
	}
	if p.Keeper == nil {
		return &Error{Name: name, Kind: ErrPassword, Err: errNoKeeper}
	}
	if err := p.Keeper.Save(passwordOf(name), word); err != nil {
		return &Error{Name: name, Kind: ErrPassword, Err: err}
	}
	kept, err := p.load(name)
	if err != nil {
		return err
	}
	defer clear(kept)
	if !bytes.Equal(kept, word) {
		return &Error{Name: name, Kind: ErrPassword, Err: errors.New("another one came back")}
	}
	if slices.Contains(s.Passwords, name) {
		return nil
	}
	s.Passwords = append(s.Passwords, name)
	return p.saveSettings(s)
}

func (p *Profile) load(name string) ([]byte, error) {
	if p.Keeper == nil {
		return nil, &Error{Name: name, Kind: ErrPassword, Err: errNoKeeper}
	}
	data, err := p.Keeper.Load(passwordOf(name))
	if err != nil {
		return nil, &Error{Name: name, Kind: ErrPassword, Err: err}
	}
	return data, nil
}

// oldPasswords is passwords.json, where earlier versions kept passwords, readable. While it
// is there it counts: it is removed only after the Keeper has all of it.
type oldPasswords struct {
	Format int               `json:"format"`
	Places map[string]string `json:"places"`
}

func (old *oldPasswords) words() map[string]string {
	if old == nil {
		return nil
	}
	return old.Places
}

// oldPasswords returns nil if there is no such file.
func (p *Profile) oldPasswords() (*oldPasswords, error) {
	old := new(oldPasswords)
	there, err := readJSON(p.path("passwords.json"), old)
	if err != nil || !there {
		return nil, err
	}
	return old, nil
}

// moveOld gives the old passwords to the Keeper, and removes their file when it has all of
// them.
func (p *Profile) moveOld(old *oldPasswords) error {
	if old == nil {
		return nil
	}
	for name, word := range old.Places {
		s, err := p.settings()
		if err == nil {
			err = p.savePassword(s, name, []byte(word))
		}
		if err != nil {
			return err
		}
	}
	path := p.path("passwords.json")
	if p.lock == nil {
		return &Error{Path: path, Kind: ErrReadOnly}
	}
	err := os.Remove(path)
	if err == nil {
		err = replacefile.SyncDir(p.dir)
	}
	if err != nil {
		return &Error{Path: path, Kind: ErrWrite, Err: err}
	}
	return nil
}
