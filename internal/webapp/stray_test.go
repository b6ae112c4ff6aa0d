package webapp

import (
	"context"
	"slices"
	"testing"

	"github.com/cloudseed/cloudseed/store"
)

// givenUpLate lets the person cancel here, and finish at the provider all the same.
func (c *clouds) givenUpLate(rest string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return rest, nil
	}
}

func (c *clouds) wasDropped(t *testing.T, when string, want ...string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Equal(c.dropped, want) {
		t.Errorf("%s: dropped %q, want %q", when, c.dropped, want)
	}
	c.dropped = nil
}

// cancelLate begins to sign in, cancels, and waits for the sign-in that comes all the same.
func (c *client) cancelLate(flow string) {
	c.t.Helper()
	c.post("sign-in", "provider", "gdrive", "flow", flow)
	i := c.app.session.signIn
	until(c.t, "the page of the provider", func() bool { lines, _, _ := i.since(0); return len(lines) > 0 })
	c.post("sign-in-cancel")
	until(c.t, "the sign-in ends", func() bool { return !i.running() })
}

// A sign-in that nothing counts on is taken back; one that something counts on never is.
func TestStraySignIn(t *testing.T) {
	world := &clouds{}
	c := cloudsClient(t, world)
	world.givenUpLate("sam@example.com")
	c.cancelLate("places")
	world.wasDropped(t, "cancelled at the last moment", "gdrive:sam@example.com")

	world.answer("sam@example.com", nil)
	world.unlisted = store.ErrOffline
	c.signIn("provider", "gdrive", "flow", "places")
	world.wasDropped(t, "the place cannot be looked at", "gdrive:sam@example.com")
	world.unlisted = nil

	c.signIn("provider", "gdrive", "flow", "places")
	c.get("sign-in")
	c.signIn("provider", "gdrive", "flow", "places")
	c.get("sign-in")
	world.givenUpLate("sam@example.com")
	c.cancelLate("places")
	world.wasDropped(t, "chosen, and signed in to again")
	c.post("place-remove", "name", "Google Drive", "flow", "places")
	world.wasDropped(t, "not chosen after all", "gdrive:sam@example.com")

	world.answer("sam@example.com", nil)
	c.signIn("provider", "gdrive", "flow", "places")
	c.get("sign-in")
	if next := c.work("begin"); next != "done" {
		t.Fatalf("the backup leads to %q:\n%s", next, c.get("error"))
	}
	c.signIn("provider", "gdrive", "flow", "restore")
	c.get("sign-in")
	c.post("place-remove", "name", "Google Drive", "flow", "restore")
	world.givenUpLate("sam@example.com")
	c.cancelLate("restore")
	world.wasDropped(t, "a backup is there")
}
