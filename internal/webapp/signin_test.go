package webapp

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// clouds is a few clouds in memory, with a person who answers at their pages.
type clouds struct {
	mu       sync.Mutex
	places   map[string]store.Store
	asked    []string                                           // what SignIn was called with
	answers  func(ctx context.Context) (rest string, err error) // the account, or why not
	unlisted error                                              // of every place
	dropped  []string                                           // what Drop was called with
}

func (c *clouds) drop(_ context.Context, address string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropped = append(c.dropped, address)
	return nil
}

func (c *clouds) signIn(ctx context.Context, scheme string, browse func(string) error) (string, string, error) {
	c.mu.Lock()
	c.asked = append(c.asked, scheme)
	answers := c.answers
	c.mu.Unlock()
	if err := browse("https://accounts.example/ask?state=1"); err != nil {
		return "", "", err
	}
	rest, err := answers(ctx)
	if err != nil {
		return "", "", err
	}
	scheme, _, _ = strings.Cut(scheme, ":")
	account, _, _ := strings.Cut(rest, "?")
	return scheme + ":" + rest, mask(account), nil
}

func (c *clouds) open(_ context.Context, address string, _ secret.Text) (cloudseed.Place, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.places == nil {
		c.places = map[string]store.Store{}
	}
	if c.places[address] == nil {
		c.places[address] = storetest.NewMemory()
	}
	if c.unlisted != nil {
		return cloudseed.Place{}, c.unlisted
	}
	return cloudseed.Place{Store: c.places[address]}, nil
}

func (c *clouds) answer(rest string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = func(context.Context) (string, error) { return rest, err }
}

// waits lets the person stay at the page until the sign-in is given up.
func (c *clouds) waits() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return "", signin.ErrCancelled
	}
}

func cloudsClient(t *testing.T, world *clouds) *client {
	t.Helper()
	realms, http := embedded(t)
	c := newClient(t, newApp(t, Config{
		Realms: realms, HTTP: http, Open: world.open, SignIn: world.signIn, Drop: world.drop,
		Providers: []Provider{{Scheme: "gdrive", Title: "Google Drive"}, {Scheme: "dropbox", Title: "Dropbox"},
			{Scheme: "onedrive", Title: "OneDrive", Missing: "Make a client id at https://entra.example."}, {Scheme: nextcloud, Title: "Nextcloud"}},
	}))
	c.post("wallet", "phrase", testPhrase, "name", "Samantha")
	c.post("pin", "pin", testPIN)
	c.post("pin-again", "pin", testPIN)
	return c
}

// signIn posts what begins a sign-in, waits for its end and returns the screen that follows.
func (c *client) signIn(fields ...string) string {
	c.t.Helper()
	if next, body := c.post("sign-in", fields...); next != "sign-in" {
		c.t.Fatalf("signing in leads to %q\n%s", next, body)
	}
	i := c.app.session.signIn
	until(c.t, "the sign-in ends", func() bool { return !i.running() })
	_, next, _ := i.since(0)
	return next
}

// TestSignIn adds two accounts of one cloud and one of another, backs up to all three,
// shows each account masked, and restores from one that is signed in to from nothing.
func TestSignIn(t *testing.T) {
	world := &clouds{}
	c := cloudsClient(t, world)
	if body := c.get("places"); !strings.Contains(body, "Not set up yet") || !strings.Contains(body, "https://entra.example") || strings.Contains(body, `value="onedrive"`) {
		t.Errorf("a provider without a client id pretends, or does not say what is missing:\n%s", body)
	}
	for _, who := range [][2]string{{"gdrive", "samantha@example.com"}, {"gdrive", "alex@example.com"}, {"dropbox", "samantha@example.com"}} {
		world.answer(who[1], nil)
		if next := c.signIn("provider", who[0], "flow", "places"); next != "places" {
			t.Fatalf("%s leads to %q:\n%s", who, next, c.get("sign-in"))
		}
		c.get("sign-in")
	}
	world.answer("alex@example.com", nil)
	c.signIn("provider", "gdrive", "flow", "places")
	if body := c.get("places"); !strings.Contains(body, "in the list already") || strings.Count(body, "Do not use ") != 3 {
		t.Errorf("an account that is chosen already is added again, or nothing is said:\n%s", body)
	}
	if next := c.work("begin"); next != "done" {
		t.Fatalf("the backup leads to %q:\n%s", next, c.get("error"))
	}
	for _, screen := range []string{"done", "home", "restore"} {
		body := c.get(screen)
		for _, want := range []string{"s…a@example.com", "a…x@example.com", "Google Drive", "Dropbox"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %s:\n%s", screen, want, body)
			}
		}
		if strings.Contains(body, "samantha@") {
			t.Errorf("%s shows a whole account", screen)
		}
	}

	fresh := cloudsClient(t, world)
	world.answer("somebody@example.com", nil)
	fresh.signIn("provider", "gdrive", "flow", "restore")
	if next := fresh.work("search"); next != "error" {
		t.Fatalf("an empty account leads to %q", next)
	}
	if body := fresh.get("error"); !strings.Contains(body, "No backup found") || !strings.Contains(body, "Another Google Drive account") {
		t.Errorf("no other account is offered:\n%s", body)
	}
	world.answer("alex@example.com", nil)
	if next := fresh.signIn("provider", "gdrive", "flow", "restore"); next != "restore" {
		t.Fatalf("another account leads to %q", next)
	}
	fresh.work("search")
	fresh.post("choose", "backup", "0")
	fresh.post("servers")
	if body := fresh.get("found"); !strings.Contains(body, "Samantha") {
		t.Errorf("the other account's backup is not found:\n%s", body)
	}
}

// TestSignInFails ends a sign-in in every way that is none.
func TestSignInFails(t *testing.T) {
	world := &clouds{}
	c := cloudsClient(t, world)
	for _, test := range []struct {
		err  error
		says string
	}{
		{signin.ErrCancelled, "Signing in to Google Drive was cancelled."},
		{signin.ErrTimedOut, "Nobody finished signing in to Google Drive."},
		{&signin.ConsentError{Provider: signin.Google}, "tick the box"},
		{&signin.NoClientIDError{Provider: signin.Google, Console: "https://console.example"}, "https://console.example"},
		{store.Errorf("sign in", "", store.ErrRefused, "%w", signin.ErrClientID), "refused by Google Drive"},
		{store.Errorf("sign in", "", store.ErrRefused, "%w", signin.ErrKeeper), "could not be kept"},
		{store.ErrOffline, "Could not reach Google Drive."},
		{store.ErrBusy, "asks to wait"},
		{errors.New("a bug"), "Something unexpected happened."},
	} {
		world.answer("", test.err)
		if next := c.signIn("provider", "gdrive", "flow", "places"); next != "sign-in" {
			t.Errorf("%v leads to %q", test.err, next)
		}
		body := c.get("sign-in")
		_, noClient := test.err.(*signin.NoClientIDError)
		if !strings.Contains(body, test.says) || strings.Contains(body, "<button>Try again") == noClient || !strings.Contains(body, "Choose another place") || !strings.Contains(body, "Is my backup safe?") {
			t.Errorf("%v: the screen does not say %q, or not what to do:\n%s", test.err, test.says, body)
		}
		if again := c.get("sign-in"); !strings.Contains(again, test.says) {
			t.Errorf("%v: a reload says something else", test.err)
		}
	}
	world.answer("sam@example.com", nil)
	world.unlisted = store.ErrConsent
	if next := c.signIn("provider", "gdrive", "flow", "places"); next != "sign-in" {
		t.Errorf("a place that cannot be listed leads to %q", next)
	}
	if body := c.get("places"); strings.Contains(body, "Do not use ") {
		t.Errorf("a failed sign-in added a place:\n%s", body)
	}
	if next, _ := c.post("sign-in", "provider", "onedrives"); next != "error" {
		t.Errorf("an unknown provider leads to %q", next)
	}
}

// TestSignInWaits looks at the page that waits, cancels it, and gives up one by another.
func TestSignInWaits(t *testing.T) {
	world := &clouds{}
	c := cloudsClient(t, world)
	world.waits()
	c.post("sign-in", "provider", "gdrive", "flow", "restore")
	first := c.app.session.signIn
	until(t, "the provider's page is known", func() bool { changes, _, _ := first.since(0); return len(changes) > 0 })
	body := c.get("sign-in")
	for _, want := range []string{`href="https://accounts.example/ask?state=1" target="_blank" rel="noopener noreferrer"`, "Waiting for you to finish", `http-equiv="refresh"`, "sign-in-cancel"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page that waits has no %s:\n%s", want, body)
		}
	}
	if next, _ := c.post("sign-in-cancel"); next != "restore" {
		t.Errorf("cancelling leads to %q", next)
	}
	if body := c.get("restore"); !strings.Contains(body, "Not signed in to Google Drive. Nothing was changed.") {
		t.Errorf("cancelling says nothing:\n%s", body)
	}
	c.post("sign-in", "provider", "gdrive", "flow", "places")
	second := c.app.session.signIn
	until(t, "the second sign-in waits", func() bool { changes, _, _ := second.since(0); return len(changes) > 0 })
	world.answer("sam@example.com", nil)
	if next := c.signIn("provider", "dropbox", "flow", "places"); next != "places" {
		t.Errorf("the second sign-in leads to %q", next)
	}
	until(t, "what was given up has ended", func() bool { return !first.running() && !second.running() })
	if body := c.get("places"); strings.Count(body, "Do not use ") != 1 {
		t.Errorf("not one place was added:\n%s", body)
	}
}

// TestSignInAgain mends a place whose sign-in has ended, with the right account only.
func TestSignInAgain(t *testing.T) {
	world := &clouds{}
	c := cloudsClient(t, world)
	world.answer("sam@example.com?id=1", nil)
	c.signIn("provider", "gdrive", "flow", "places")
	if next := c.work("begin"); next != "done" {
		t.Fatalf("the backup leads to %q:\n%s", next, c.get("error"))
	}
	world.unlisted = store.ErrSignedOut
	devices, _ := c.app.Profile.Devices()
	c.work("check", "vault", devices[0].Vault.String())
	if body := c.get("home"); !strings.Contains(body, "Sign in to Google Drive again") || !strings.Contains(body, `value="Google Drive"`) {
		t.Errorf("home does not offer to sign in again:\n%s", body)
	}
	if _, body := c.post("restore", "kind", "kept", "name", "Google Drive"); !strings.Contains(body, "Sign in to Google Drive again") {
		t.Errorf("choosing the place does not offer to sign in again:\n%s", body)
	}
	world.unlisted = nil
	world.answer("alex@example.com?id=2", nil)
	if next := c.signIn("place", "Google Drive", "flow", "restore"); next != "sign-in" {
		t.Errorf("another account leads to %q", next)
	}
	if body := c.get("sign-in"); !strings.Contains(body, "This is another account: a…x@example.com, not s…m@example.com.") || !strings.Contains(body, "Use another account") {
		t.Errorf("another account is not called that:\n%s", body)
	}
	world.answer("sam@example.com?id=1", nil)
	if next := c.signIn("place", "Google Drive", "flow", "home"); next != "home" {
		t.Errorf("the right account leads to %q", next)
	}
	if asked := world.asked[len(world.asked)-1]; asked != "gdrive:sam@example.com?id=1" {
		t.Errorf("signs in again to %q", asked)
	}
	if next := c.work("check", "vault", devices[0].Vault.String()); next != "home" {
		t.Errorf("the check leads to %q:\n%s", next, c.get("error"))
	}
	c.signIn("provider", nextcloud, "address", "cloud.example", "flow", "restore")
	if asked := world.asked[len(world.asked)-1]; asked != "nextcloud:https://cloud.example" {
		t.Errorf("signs in to %q", asked)
	}
}

// TestAddresses makes addresses of what people type, and shows them without what is only
// for programs.
func TestAddresses(t *testing.T) {
	for _, test := range []struct {
		screen                  placesScreen
		address, plain, account string
	}{
		{placesScreen{Kind: "folder", Address: "/media/usb/"}, "folder:/media/usb", "/media/usb", ""},
		{placesScreen{Kind: "icloud-drive"}, "icloud-drive:", "", ""},
		{placesScreen{Kind: "webdav", Address: "https://dav.example/x", User: "sam"}, "webdav:https://sam@dav.example/x", "https://dav.example/x", "s…m at dav.example"},
		{placesScreen{Kind: nextcloud, Address: "cloud.example", User: "sam"}, "nextcloud:https://sam@cloud.example", "https://cloud.example", "s…m at cloud.example"},
		{placesScreen{Kind: "s3", Address: "s3.example", Bucket: "b/wallet", User: "AKIA1"}, "s3:https://AKIA1@s3.example/b/wallet", "https://s3.example/b/wallet", "access key A…1 at s3.example"},
		{placesScreen{Kind: "s3", Address: "http://127.0.0.1:9000", Bucket: "b", User: "k"}, "s3:http://k@127.0.0.1:9000/b", "http://127.0.0.1:9000/b", "access key k at 127.0.0.1:9000"},
		{placesScreen{Kind: "s3", Address: "https://k:secret@s3.example"}, "", "", ""},
		{placesScreen{Kind: "ftp", Address: "ftp.example"}, "", "", ""},
	} {
		address, err := placeURL(test.screen)
		if address != test.address || (err != nil) != (test.address == "") {
			t.Errorf("%+v is %q, %v", test.screen, address, err)
		}
		if err == nil && (plainAddress(address) != test.plain || accountOf(address) != test.account) {
			t.Errorf("%q is shown as %q of %q", address, plainAddress(address), accountOf(address))
		}
	}
	for address, want := range map[string]string{"gdrive:samantha@example.com": "s…a@example.com", "gdrive:s…a@example.com?id=12": "s…a@example.com",
		"dropbox:al@example.com": "a…@example.com", "icloud:_0123456789": "_…9", "folder:/home/sam@home": ""} {
		if got := accountOf(address); got != want {
			t.Errorf("the account of %q is %q, want %q", address, got, want)
		}
	}
}

// TestForms adds an S3 bucket, a Nextcloud with an app password, and iCloud Drive: each is
// opened by the right address, and shown without its secret.
func TestForms(t *testing.T) {
	world := &clouds{}
	c := cloudsClient(t, world)
	for _, fields := range [][]string{
		{"kind", "s3", "address", "s3.example.com", "bucket", " my-backups/wallet/", "user", "AKIAEXAMPLE", "password", "top secret 71", "name", "My bucket"},
		{"kind", nextcloud, "address", "cloud.example", "user", "sam", "password", "top secret 71"},
		{"kind", "icloud-drive"},
	} {
		if next, body := c.post("places", fields...); next != "places" {
			t.Errorf("%q is refused:\n%s", fields, body)
		}
	}
	for _, address := range []string{"s3:https://AKIAEXAMPLE@s3.example.com/my-backups/wallet", "nextcloud:https://sam@cloud.example", "icloud-drive:"} {
		if world.places[address] == nil {
			t.Errorf("%q was not opened", address)
		}
	}
	body := c.get("places")
	for _, want := range []string{"My bucket", "access key A…E at s3.example.com", "s…m at cloud.example", "iCloud Drive"} {
		if !strings.Contains(body, want) {
			t.Errorf("the places do not say %q:\n%s", want, body)
		}
	}
	if strings.Contains(body, "top secret") || strings.Contains(body, "AKIAEXAMPLE") {
		t.Error("a key is shown")
	}
	world.unlisted = store.ErrRefused
	if _, body := c.post("places", "kind", "s3", "address", "s3.example.org", "bucket", "b", "user", "k", "password", "top secret 71"); !strings.Contains(body, "The place s3.example.org refused.") ||
		!strings.Contains(body, `value="s3.example.org"`) || strings.Contains(body, "top secret") {
		t.Errorf("a bucket that is refused:\n%s", body)
	}
}
