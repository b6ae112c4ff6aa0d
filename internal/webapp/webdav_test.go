package webapp

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	dav "golang.org/x/net/webdav"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store/webdav"
)

// TestTwoPlaces backs up to a folder and to a WebDAV account, checks both later with the
// kept password, and restores from the account alone.
func TestTwoPlaces(t *testing.T) {
	const password = "app-password-71"
	files := &dav.Handler{FileSystem: dav.NewMemFS(), LockSystem: dav.NewMemLS()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, given, _ := r.BasicAuth(); user != "sam" || given != password {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	open := func(ctx context.Context, url string, password secret.Text) (cloudseed.Place, error) {
		rest, ok := strings.CutPrefix(url, "webdav:")
		if !ok {
			return openFolder(ctx, url, password)
		}
		s, err := webdav.Open(ctx, webdav.Config{URL: strings.Replace(rest, "sam@", "", 1), User: "sam", Password: password})
		return cloudseed.Place{Store: s}, err
	}
	realms, client := embedded(t)
	config := Config{Realms: realms, HTTP: client, Open: open}
	c := newClient(t, newApp(t, config))
	c.post("wallet", "phrase", testPhrase, "name", "Samantha")
	c.post("pin", "pin", testPIN)
	c.post("pin-again", "pin", testPIN)
	c.post("places", "kind", "folder", "address", t.TempDir(), "name", "stick")
	account := []string{"kind", "webdav", "address", server.URL + "/", "user", "sam", "name", "cloud"}
	if _, body := c.post("places", append(account, "password", "wrong")...); !strings.Contains(body, "signed-out") {
		t.Errorf("a wrong password is not called that:\n%s", body)
	}
	if next, body := c.post("places", append(account, "password", password)...); next != "places" {
		t.Fatalf("the account is refused:\n%s", body)
	}
	if body := c.get("places"); !strings.Contains(body, "s…m at 127.0.0.1") || strings.Contains(body, password) {
		t.Errorf("the account is not named, or its password is:\n%s", body)
	}
	if next := c.work("begin"); next != "done" {
		t.Fatalf("the backup leads to %q:\n%s", next, c.get("error"))
	}
	devices, err := c.app.Profile.Devices()
	if err != nil || len(devices) != 1 {
		t.Fatalf("%d devices, %v", len(devices), err)
	}
	if next := c.work("check", "vault", devices[0].Vault.String()); next != "home" {
		t.Fatalf("the check leads to %q:\n%s", next, c.get("error"))
	}
	if body := c.get("restore"); !strings.Contains(body, "cloud") || !strings.Contains(body, `value="kept"`) {
		t.Errorf("the known places are not offered:\n%s", body)
	}

	fresh := newClient(t, newApp(t, config))
	fresh.post("restore", append(account, "password", password)...)
	if next := fresh.work("search"); next != "found" {
		t.Fatalf("searching leads to %q", next)
	}
	if next, _ := fresh.post("choose", "backup", "0"); next != "restore-pin" {
		t.Fatalf("choosing leads to %q", next)
	}
	if next := fresh.work("restore-pin", "pin", "999998"); next != "restore-pin" {
		t.Fatalf("a wrong PIN leads to %q", next)
	}
	if body := fresh.get("restore-pin"); !strings.Contains(body, "9 tries") {
		t.Errorf("the tries left are not told:\n%s", body)
	}
	if next := fresh.work("restore-pin", "pin", testPIN); next != "restored" {
		t.Fatalf("the right PIN leads to %q", next)
	}
	if body := fresh.get("restored"); !strings.Contains(body, testPrint) || strings.Contains(body, "abandon") {
		t.Errorf("it shows the words unasked, or no fingerprint:\n%s", body)
	}
	if next := fresh.work("check", "vault", devices[0].Vault.String()); next != "home" {
		t.Errorf("the restored device cannot check: %s", fresh.get("error"))
	}

	elsewhere, otherClient := embedded(t)
	other := newClient(t, newApp(t, Config{Realms: elsewhere, HTTP: otherClient, Open: open}))
	other.post("restore", append(account, "password", password)...)
	other.work("search")
	if next, _ := other.post("choose", "backup", "0"); next != "error" {
		t.Errorf("a trial backup of another computer leads to %q", next)
	}
	if body := other.get("error"); !strings.Contains(body, "inside another computer") {
		t.Errorf("it does not say where it opens:\n%s", body)
	}
}
