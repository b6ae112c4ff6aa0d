package webapp

import (
	"context"
	"html"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// forked is a place with two files of one name.
type forked struct{ store.Store }

func (f forked) Forks(ctx context.Context) ([]string, error) {
	entries, err := f.List(ctx)
	if err != nil {
		return nil, err
	}
	return []string{entries[0].Name}, nil
}

// Two files of one name are said where a backup is chosen, and at home after a check.
func TestForks(t *testing.T) {
	const address = "gdrive:sam@example.com"
	world := &clouds{places: map[string]store.Store{address: storetest.NewMemory()}}
	c := cloudsClient(t, world)
	world.answer("sam@example.com", nil)
	c.signIn("provider", "gdrive", "flow", "places")
	c.get("sign-in")
	if next := c.work("begin"); next != "done" {
		t.Fatalf("the backup leads to %q", next)
	}
	devices, err := c.app.Profile.Devices()
	if err != nil {
		t.Fatal(err)
	}
	says := func(screen string, want bool) {
		t.Helper()
		body := html.UnescapeString(c.get(screen))
		if got := strings.Contains(body, "Google Drive holds two different files called “"+devices[0].Places[0].Wallet.File+"”"); got != want {
			t.Errorf("%s says that there are two files: %t, want %t:\n%s", screen, got, want, body)
		}
	}
	says("home", false)
	world.places[address] = forked{world.places[address]}
	if next := c.work("check", "vault", devices[0].Vault.String()); next != "home" {
		t.Fatalf("the check leads to %q", next)
	}
	says("home", true)
	restarted := newClient(t, c.app) // another session; what was seen is in the profile
	if body := html.UnescapeString(restarted.get("home")); !strings.Contains(body, "two different files") {
		t.Errorf("forgotten:\n%s", body)
	}
	c = newClient(t, c.app)
	c.signIn("provider", "gdrive", "flow", "restore")
	c.get("sign-in")
	if next := c.work("search"); next != "found" {
		t.Fatalf("looking leads to %q", next)
	}
	says("found", true)
}
