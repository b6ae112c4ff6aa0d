package webapp

import (
	"testing"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
)

// A reminder: first a wrong PIN, which is asked again, then the right one.
func TestRemind(t *testing.T) {
	c, d, _ := managed(t)
	id := d.Vault.String()
	c.says(t, "home", "The next reminder is on", "Type my PIN", "Practise losing this computer")
	c.says(t, "remind?vault="+id, "Do you remember your PIN?", words.English.Practice("why"))
	c.finishes(t, of("remind", id), "remind", "vault", id, "pin", "739155")
	c.says(t, of("remind", id), "9 tries left")
	c.finishes(t, "home", "remind", "vault", id, "pin", testPIN)
	c.says(t, "home", "The PIN is right. The next reminder is on")
}

// The second wrong PIN ends it, and there is a way on.
func TestRemindOver(t *testing.T) {
	c, d, _ := managed(t)
	id := d.Vault.String()
	c.finishes(t, of("remind", id), "remind", "vault", id, "pin", "739155")
	c.finishes(t, "error", "remind", "vault", id, "pin", "739155")
	c.says(t, "error", "Enough for today", "Choose a new PIN")
}

func TestDrill(t *testing.T) {
	c, d, _ := managed(t)
	id := d.Vault.String()
	c.says(t, of("drill", id), "Practise losing this computer", "USB stick")
	c.finishes(t, "home", "drill", "vault", id, "place", "USB stick", "pin", testPIN)
	c.says(t, "home", "Practised from USB stick alone", "its PIN servers are in this computer")
}

// Somebody who has the file and tries a PIN is on the error page, with the way on.
func TestStrangerIsShown(t *testing.T) {
	c, d, folder := managed(t)
	id := d.Vault.String()
	place, err := c.app.Open(t.Context(), "folder:"+folder, secret.Text{})
	if err != nil {
		t.Fatal(err)
	}
	cfg := c.app.config([]cloudseed.Place{place}, nil)
	cfg.Journal = nil
	found, err := cloudseed.Find(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cloudseed.Restore(t.Context(), cfg, found.Backups[0], secret.Copy([]byte("739155"))); err == nil {
		t.Fatal("a wrong PIN opened it")
	}
	c.finishes(t, "error", "remind", "vault", id, "pin", testPIN)
	c.says(t, "error", "Somebody tried the PIN", "at least 1 try", "Choose a new PIN")
	c.says(t, "home", "Somebody tried the PIN")
}

// finishes submits and waits for the job's end.
func (c *client) finishes(t *testing.T, want, screen string, fields ...string) {
	t.Helper()
	if next := c.work(screen, fields...); next != want {
		t.Fatalf("%s %q ends at %q, want %q", screen, fields, next, want)
	}
}
