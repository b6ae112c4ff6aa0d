package webapp

import (
	"context"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/cloudkit"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	fakedropbox "github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/internal/places"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
)

const (
	samantha = "samantha@example.com"
	alex     = "alex@example.com"
)

// An internet is Google Drive and Dropbox with two people each, iCloud, and a Nextcloud.
type internet struct {
	*fakecloud.Cloud
	drive    *drive.Server
	dropbox  *fakedropbox.Server
	callback string // where Apple sends the browser
}

func startInternet(t *testing.T) *internet {
	cloud := fakecloud.Start(t)
	people := []oauth.Account{{Email: samantha, Name: "Samantha"}, {Email: alex, Name: "Alex"}}
	google := oauth.New(cloud, oauth.Google(oauth.Client{ID: "cloudseed", Secret: "not confidential"}), people...)
	drop := oauth.New(cloud, oauth.Dropbox(oauth.Client{ID: "cloudseed", Redirects: signin.Dropbox.RedirectURLs()}), people...)
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	callback := "http://" + port.Addr().String() + "/apple"
	port.Close()
	cloudkit.New(cloud, cloudkit.Container{ID: "iCloud.org.example", APIToken: "api", Callback: callback})
	serveNextcloud(t, cloud)
	return &internet{cloud, drive.New(cloud, google), fakedropbox.New(cloud, drop), callback}
}

// chromium are the flags with which a browser sees this internet.
func (n *internet) chromium() (flags []chromedp.ExecAllocatorOption) {
	for name, value := range n.ChromiumFlags() {
		flags = append(flags, chromedp.Flag(name, value))
	}
	return flags
}

// keeper keeps tokens in memory.
type keeper struct{ kept sync.Map }

func (k *keeper) Load(name string) ([]byte, error) {
	data, ok := k.kept.Load(name)
	if !ok {
		return nil, fs.ErrNotExist
	}
	return append([]byte(nil), data.([]byte)...), nil
}

func (k *keeper) Save(name string, data []byte) error {
	k.kept.Store(name, append([]byte(nil), data...))
	return nil
}

func (k *keeper) Delete(name string) error { k.kept.Delete(name); return nil }

// secrets are the tokens that are kept.
func (k *keeper) secrets() (all []string) {
	k.kept.Range(func(_, data any) bool {
		for _, field := range strings.Split(string(data.([]byte)), `"`) {
			if len(field) > 20 && !strings.Contains(field, "/") {
				all = append(all, field)
			}
		}
		return true
	})
	return all
}

// computer is what the command gives to the app, for one computer.
func (n *internet) computer() (*places.Config, *keeper) {
	k := new(keeper)
	return &places.Config{Keeper: k, HTTP: n.Client, Clients: places.Clients{
		OAuth: signin.Clients{
			signin.Google:  {ID: "cloudseed", Secret: secret.New([]byte("not confidential"))},
			signin.Dropbox: {ID: "cloudseed"},
		},
		ICloud: places.ICloud{Container: "iCloud.org.example", APIToken: secret.New([]byte("api")), Callback: n.callback},
	}}, k
}

// start starts the app on one computer of this internet.
func (n *internet) start(t *testing.T, name string, realms juicebox.Configuration, client *http.Client) (*device, *keeper) {
	t.Helper()
	clouds, k := n.computer()
	open := func(ctx context.Context, url string, password secret.Text) (cloudseed.Place, error) {
		return clouds.Open(ctx, url, password, true)
	}
	return startDevice(t, Config{Realms: realms, HTTP: client, DeviceName: name, Open: open, SignIn: clouds.SignIn, Drop: clouds.Drop, Providers: []Provider{
		{Scheme: "gdrive", Title: "Google Drive"}, {Scheme: "dropbox", Title: "Dropbox"}, {Scheme: "icloud", Title: "iCloud"},
		{Scheme: "onedrive", Title: "OneDrive", Missing: "There is no client id for OneDrive. Make one at https://entra.microsoft.com."},
		{Scheme: nextcloud, Title: "Nextcloud"},
	}}), k
}

// TestCloudJourney signs in to Google Drive, Dropbox, iCloud and a Nextcloud at their own
// pages, after each thing that can go wrong there, backs up to all, and restores on computers
// that know nothing, from each of the first three alone.
func TestCloudJourney(t *testing.T) {
	peer.Slow(t)
	onScreens(t, toTheClouds)
}

func toTheClouds(t *testing.T, s screen) {
	world := startInternet(t)
	b := startBrowserOn(t, s, world.chromium()...)
	realms, client := embedded(t)
	var devices []*device
	var keepers []*keeper
	start := func(name string) *device {
		d, k := world.start(t, name, realms, client)
		devices, keepers = append(devices, d), append(keepers, k)
		return d
	}

	b.backUpToClouds(start("first computer"))
	if n := len(world.drive.Files(samantha)); n < 2 {
		t.Errorf("the Drive has %d files", n)
	}
	if n := len(world.dropbox.Files(alex)); n < 1 {
		t.Errorf("the Dropbox has %d files", n)
	}
	b.restoreFromDropbox(start("second computer"))
	b.restoreFrom(start("third computer"), "Google Drive", "accounts.google.com", "Signed in", allowDrive)
	b.restoreFrom(start("fourth computer"), "iCloud", "idmsa.apple.com", "Thank you", signInApple)

	if refused := world.Refused(); len(refused) > 0 {
		for _, r := range refused {
			if !strings.Contains(r, "google.com") && !strings.Contains(r, "googleapis.com") { // Chromium's own
				t.Errorf("asked for elsewhere: %s", r)
			}
		}
	}
	looksClean(t, b, t.TempDir(), devices...)
	var l leaktest.Look
	for _, k := range keepers {
		for _, token := range k.secrets() {
			l.Secret("a token", []byte(token))
		}
	}
	for _, d := range devices {
		l.Bytes(t, "the log", []byte(d.log.String()))
		l.Dir(t, d.Profile.Dir())
	}
}

func (b *browser) backUpToClouds(d *device) {
	b.open(d.App)
	b.see("If this device is lost")
	b.press("Back up a wallet")
	b.see("Sealed here")
	b.press("Next")
	b.see("How it comes back")
	b.press("Next")
	b.see("Who could open it")
	b.press("Start")
	b.see("Which wallet?")
	b.fill("Name of the wallet", "Samantha")
	b.fill("Recovery phrase", testPhrase)
	b.press("Continue")
	b.see("Choose a PIN")
	b.pad(testPIN)
	b.press("Continue")
	b.see("Type the PIN again")
	b.pad(testPIN)
	b.press("Continue")

	b.see("Where should it be kept?")
	b.says("Not set up yet")
	b.picture("cloud-01-places")
	b.press("OneDrive")
	b.says("There is no client id for OneDrive.")

	// Cancelled at the provider's page.
	b.press("Google Drive")
	b.see("Sign in to Google Drive")
	b.atProvider("Google Drive", "accounts.google.com", "Sign-in cancelled", func(tab *browser) {
		tab.press("Cancel")
	})
	b.see("Not signed in to Google Drive")
	b.says("Signing in to Google Drive was cancelled.")
	b.focused("problem")
	b.picture("cloud-02-cancelled")

	// The box for the files not ticked.
	b.press("Try again")
	b.see("Sign in to Google Drive")
	b.atProvider("Google Drive", "accounts.google.com", "Not signed in", func(tab *browser) {
		tab.press("Allow")
	})
	b.says("The permission for Google Drive is missing.")
	b.says("tick the box")
	b.picture("cloud-03-consent")

	// Cancelled here.
	b.press("Try again")
	b.see("Sign in to Google Drive")
	b.says("Waiting for you to finish")
	b.there(`//a[starts-with(normalize-space(.), "Continue at")]`) // the page has come again, with the link
	b.press("Cancel")
	b.says("Not signed in to Google Drive. Nothing was changed.")

	b.press("Google Drive")
	b.see("Sign in to Google Drive")
	b.atProvider("Google Drive", "accounts.google.com", "Signed in", allowDrive)
	b.says("Signed in to Google Drive.")
	b.says("Account: s…a@example.com")
	b.signInToDropbox("Dropbox", alex)
	b.says("Account: a…x@example.com")
	b.press("iCloud")
	b.see("Sign in to iCloud")
	b.atProvider("iCloud", "idmsa.apple.com", "Thank you", signInApple)
	b.says("Signed in to iCloud.")
	b.signInToNextcloud()
	b.leavesWaiting()
	b.picture("cloud-05-chosen")
	b.press("Back up now")
	b.see("Your trial backup is made")
	b.says("Account: a…x@example.com")
	b.not(samantha)
	b.picture("cloud-06-done")
	b.press("Done")
	b.press("Check now")
	b.says("Checked just now")
}
