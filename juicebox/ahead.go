package juicebox

import (
	"crypto/rand"

	"github.com/cloudseed/cloudseed/secret"
)

// An Ahead is work on a PIN that is begun before it is needed. Stretching takes about a second,
// and depends on nothing but the PIN, info, and the version, which the client itself draws for
// the next registration. So a PIN that is about to be registered and then proved can be
// stretched for both at once, each time on its own, while requests are under way: the proof
// still shows that the PIN as it is stretched again opens what was registered.
//
// Set it as [Client.Ahead] for the registration, and for the recovery that proves it; each of
// the two is used once.
type Ahead struct {
	version           RegistrationVersion
	register, recover chan early
}

type early struct {
	*stretched
	err error
}

// Begin starts to stretch pin for the next registration of c and for the recovery that proves
// it. It keeps copies of pin, which it clears. Call [Ahead.Clear] in the end.
func (c Configuration) Begin(pin secret.Text, info []byte) *Ahead {
	a := &Ahead{register: make(chan early, 1), recover: make(chan early, 1)}
	rand.Read(a.version[:]) // never fails: it ends the program instead (Go 1.24)
	for _, done := range []chan early{a.register, a.recover} {
		own := secret.Copy(pin.Reveal())
		go func() {
			defer close(done)
			defer own.Clear()
			s, err := stretch(own, c.PINHashingMode, a.version, info)
			done <- early{s, err}
		}()
	}
	return a
}

// Clear erases what was not used, as soon as it is there.
func (a *Ahead) Clear() {
	for _, done := range []chan early{a.register, a.recover} {
		go func() {
			if left, ok := <-done; ok && left.err == nil {
				left.clear()
			}
		}()
	}
}

// forRegistration returns the version of a new registration and the PIN stretched for it.
func (c *Client) forRegistration(pin secret.Text, info []byte) (version RegistrationVersion, s *stretched, err error) {
	if c.Ahead != nil {
		if e, ok := <-c.Ahead.register; ok {
			return c.Ahead.version, e.stretched, e.err
		}
	}
	rand.Read(version[:])
	s, err = stretch(pin, c.Configuration.PINHashingMode, version, info)
	return version, s, err
}

// forRecovery returns the PIN stretched for a version.
func (c *Client) forRecovery(pin secret.Text, version RegistrationVersion, info []byte) (*stretched, error) {
	if c.Ahead != nil && c.Ahead.version == version {
		if e, ok := <-c.Ahead.recover; ok {
			return e.stretched, e.err
		}
	}
	return stretch(pin, c.Configuration.PINHashingMode, version, info)
}
