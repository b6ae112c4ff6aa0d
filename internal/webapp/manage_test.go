package webapp

import (
	"bytes"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
)

const newPINText = "582047"

// managed is a client of an app with a backup in a folder.
func managed(t *testing.T) (c *client, d *cloudseed.Device, folder string) {
	t.Helper()
	folder = t.TempDir()
	realms, http := embedded(t)
	app := newApp(t, Config{Realms: realms, HTTP: http})
	d = app.backedUp(t, folder)
	return newClient(t, app), d, folder
}

func (c *client) says(t *testing.T, screen string, wanted ...string) {
	t.Helper()
	body := html.UnescapeString(c.get(screen))
	for _, w := range wanted {
		if !strings.Contains(body, w) {
			t.Errorf("%s does not say %q:\n%s", screen, w, body)
		}
	}
}

func (c *client) leads(t *testing.T, want, screen string, fields ...string) (body string) {
	t.Helper()
	next, body := c.post(screen, fields...)
	if next != want {
		t.Fatalf("%s %q leads to %q, want %q\n%s", screen, fields, next, want, body)
	}
	return html.UnescapeString(body)
}

// A new PIN: first with a wrong one from before, which is asked again alone.
func TestChangePIN(t *testing.T) {
	c, d, _ := managed(t)
	id := d.Vault.String()
	c.says(t, "manage?vault="+id, "Change the PIN", "Delete this backup everywhere")
	c.leads(t, "new-pin", "change", "vault", id, "why", "", "pin", "111112")
	c.leads(t, "", "new-pin", "pin", "123456")
	if body := c.leads(t, "", "new-pin", "pin", "111112"); !strings.Contains(body, words.English.SamePIN().What) {
		t.Errorf("the PIN from before is taken:\n%s", body)
	}
	c.leads(t, "new-pin-again", "new-pin", "pin", newPINText)
	if body := c.leads(t, "", "new-pin-again", "pin", "582048"); !strings.Contains(body, "not the same") {
		t.Errorf("another PIN is taken:\n%s", body)
	}
	if next := c.work("new-pin-again", "pin", newPINText); next != of("change", id) {
		t.Fatalf("a wrong PIN leads to %q", next)
	}
	c.says(t, of("change", id), "9 tries left", "Your new PIN is remembered")
	if next := c.work("change", "vault", id, "why", "", "keep", "yes", "pin", testPIN); next != of("changed", id) {
		t.Fatalf("the change leads to %q", next)
	}
	c.says(t, of("changed", id), "The PIN is changed", "The PIN from before opens nothing any more, in no place.", "opens with the new PIN: read back")
	if c.app.session.change.begun() {
		t.Error("the PINs are still in the app")
	}
}

// The words stand in for a forgotten PIN; those of another wallet do not.
func TestChangeWithWords(t *testing.T) {
	c, d, _ := managed(t)
	id := d.Vault.String()
	other := "legal winner thank year wave sausage worth useful legal winner thank yellow"
	if body := c.leads(t, "", "change-words", "vault", id, "why", whyStolen, "phrase", other); !strings.Contains(body, "belong to another wallet") || strings.Contains(body, "sausage") {
		t.Errorf("other words:\n%s", body)
	}
	c.leads(t, "new-pin", "change-words", "vault", id, "why", whyStolen, "phrase", testPhrase)
	c.leads(t, "new-pin-again", "new-pin", "pin", newPINText)
	if next := c.work("new-pin-again", "pin", newPINText); next != of("changed", id, "why", whyStolen) {
		t.Fatalf("the change leads to %q", next)
	}
	c.says(t, of("changed", id, "why", whyStolen), "The old PIN is ended", "Now move the money.")
}

// An operator retires: the backup moves to other PIN servers, and keeps its PIN.
func TestChangePINServers(t *testing.T) {
	c, d, _ := managed(t)
	id := d.Vault.String()
	c.leads(t, of("pin-servers", id), "change", "vault", id, "why", whyServers, "pin", testPIN) // no list yet
	if body := c.leads(t, "", "pin-servers", "vault", id, "list", `{"realms": 7}`); !strings.Contains(body, "cannot be used") {
		t.Errorf("no list is taken:\n%s", body)
	}
	fewer := juicebox.Configuration{Realms: c.app.Realms.Realms[:2], RegisterThreshold: 2, RecoverThreshold: 2, PINHashingMode: juicebox.Standard2019}
	list, err := fewer.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	c.leads(t, of("change", id, "why", whyServers), "pin-servers", "vault", id, "list", string(list))
	c.says(t, of("change", id, "why", whyServers), "2 of 2 needed", words.English.Server(fewer.Realms[0].Address))
	c.leads(t, "new-pin", "change", "vault", id, "why", whyServers, "pin", testPIN)
	c.leads(t, "new-pin-again", "new-pin", "pin", testPIN)
	if next := c.work("new-pin-again", "pin", testPIN); next != of("changed", id, "why", whyServers) {
		t.Fatalf("the change leads to %q", next)
	}
	c.says(t, of("changed", id, "why", whyServers), "The PIN servers are changed", "2 of 2 needed")
}

func TestDeleteEverywhere(t *testing.T) {
	c, d, folder := managed(t)
	id := d.Vault.String()
	if body := c.leads(t, "", "delete", "vault", id, "name", "samantha"); !strings.Contains(body, "not the wallet's name") {
		t.Errorf("another name is taken:\n%s", body)
	}
	if next := c.work("delete", "vault", id, "name", " Samantha "); next != "deleted" {
		t.Fatalf("deleting leads to %q", next)
	}
	c.says(t, "deleted", "The backup of “Samantha” is deleted", "No copy of it opens with its PIN any more", "1 file removed. Looked again: none is left.")
	c.says(t, "home", "Not backed up")
	if left, _ := filepath.Glob(filepath.Join(folder, "*.age")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// A place that is gone is named, and the deletion goes on without the name typed again.
func TestDeleteGoesOn(t *testing.T) {
	c, d, folder := managed(t)
	id := d.Vault.String()
	away := folder + " away"
	if err := os.Rename(folder, away); err != nil {
		t.Fatal(err)
	}
	if next := c.work("delete", "vault", id, "name", "Samantha"); next != "deleted" {
		t.Fatalf("deleting leads to %q", next)
	}
	c.says(t, "deleted", "Not everything is deleted yet", "The folder of USB stick is not there.", "It may still be there.")
	c.says(t, "home", "Being deleted", "Go on deleting")
	if err := os.Rename(away, folder); err != nil {
		t.Fatal(err)
	}
	if next := c.work("delete", "vault", id); next != "deleted" {
		t.Fatalf("going on leads to %q", next)
	}
	c.says(t, "deleted", "The backup of “Samantha” is deleted")
}

// A saved copy is what the place has, byte for byte; versions are listed with what opens them.
func TestExportAndVersions(t *testing.T) {
	c, d, folder := managed(t)
	id := d.Vault.String()
	c.leads(t, "home", "exported", "file", "0") // nothing fetched
	if next := c.work("export", "vault", id); next != of("export", id) {
		t.Fatalf("export leads to %q", next)
	}
	c.says(t, of("export", id), "Save Wallet backup - Samantha - wallet 1.age")
	want, err := os.ReadFile(filepath.Join(folder, "Wallet backup - Samantha - wallet 1.age"))
	if err != nil {
		t.Fatal(err)
	}
	if _, got := c.post("exported", "file", "0"); !bytes.Equal([]byte(got), want) {
		t.Errorf("saved %d bytes that are not those of the place (%d)", len(got), len(want))
	}
	if next := c.work("versions", "vault", id); next != of("versions", id) {
		t.Fatalf("versions lead to %q", next)
	}
	c.says(t, of("versions", id), "Wallet, version 1", "Opens with your PIN.", "in use")
	os.Rename(folder, folder+" away")
	if next := c.work("versions", "vault", id); next != of("versions", id) {
		t.Fatalf("versions lead to %q", next)
	}
	c.says(t, of("versions", id), "The folder of USB stick is not there.", "There may be versions here.")
}

// One more place gets the same bytes without the PIN; giving the first one up leaves its files,
// and the last place is not given up.
func TestPlacesOfABackup(t *testing.T) {
	c, d, folder := managed(t)
	id, second := d.Vault.String(), t.TempDir()
	c.says(t, of("add-place", id), "One more place for “Samantha”")
	c.leads(t, "add-place", "add-place", "kind", "folder", "address", second, "name", "Second")
	c.says(t, "add-place", "Reached just now", "Put the backup there")
	if next := c.work("begin-add"); next != of("backup-places", id) {
		t.Fatalf("adding leads to %q", next)
	}
	c.says(t, of("backup-places", id), "Put there and read back", "Give up Second")
	const name = "Wallet backup - Samantha - wallet 1.age"
	one, _ := os.ReadFile(filepath.Join(folder, name))
	two, err := os.ReadFile(filepath.Join(second, name))
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("the new place has other bytes: %v", err)
	}
	if next := c.work("release", "vault", id, "name", "USB stick"); next != of("backup-places", id) {
		t.Fatalf("giving up leads to %q", next)
	}
	if body := c.get(of("backup-places", id)); strings.Contains(body, "Give up USB stick") {
		t.Errorf("still there:\n%s", body)
	}
	if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
		t.Errorf("the file in the place is gone: %v", err)
	}
	if next := c.work("release", "vault", id, "name", "Second"); next != "error" {
		t.Fatalf("giving up the last place leads to %q", next)
	}
}

// Every page about a backup leads home when there is none of that id, and those of a flow
// when nothing was typed.
func TestPagesOfNoBackup(t *testing.T) {
	c := newClient(t, newApp(t, Config{}))
	for route := range routes {
		screen, get := strings.CutPrefix(route, "GET ")
		about := []string{"manage", "change", "change-words", "new-pin", "new-pin-again", "changed", "pin-servers", "delete", "deleted", "export", "versions", "backup-places", "add-place"}
		if !get || !slices.Contains(about, screen) {
			continue
		}
		w := c.send(c.request("GET", c.base+screen+"?vault=none", nil))
		if next := strings.TrimPrefix(w.Header().Get("Location"), c.base); next != "home" {
			t.Errorf("%s leads to %q", screen, next)
		}
	}
}
