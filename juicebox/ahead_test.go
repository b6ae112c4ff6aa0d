package juicebox

import (
	"testing"

	"github.com/cloudseed/cloudseed/secret"
)

func TestAhead(t *testing.T) {
	info := []byte("artemis")
	pin := secret.Copy([]byte("1234"))
	c := &Client{Configuration: Configuration{PINHashingMode: FastInsecure}}
	c.Ahead = c.Configuration.Begin(pin, info)
	defer c.Ahead.Clear()
	version, first, err := c.forRegistration(pin, info)
	if err != nil {
		t.Fatal(err)
	}
	want, err := stretch(pin, FastInsecure, version, info)
	if err != nil || *first != *want {
		t.Errorf("for the registration: %v", err)
	}
	// Another version than the one that was drawn is stretched as ever.
	other := RegistrationVersion{1}
	if s, err := c.forRecovery(pin, other, info); err != nil || *s == *want {
		t.Errorf("for another registration: %v", err)
	}
	second, err := c.forRecovery(pin, version, info)
	if err != nil || *second != *want || second == first {
		t.Errorf("for the recovery: %v", err)
	}
	// Each is used once; then the work is done again, for a fresh version.
	if again, s, err := c.forRegistration(pin, info); err != nil || again == version || *s == *want {
		t.Errorf("a second registration: %v", err)
	}
	if s, err := c.forRecovery(pin, version, info); err != nil || *s != *want {
		t.Errorf("a second recovery: %v", err)
	}
}

func TestAheadRefused(t *testing.T) {
	c := &Client{Configuration: Configuration{PINHashingMode: "none"}}
	c.Ahead = c.Configuration.Begin(secret.Copy([]byte("1234")), nil)
	defer c.Ahead.Clear()
	if _, _, err := c.forRegistration(secret.Text{}, nil); err == nil {
		t.Error("a mode that there is not was accepted")
	}
}
