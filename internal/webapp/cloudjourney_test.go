package webapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	fakedropbox "github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store/dropbox"
	"github.com/cloudseed/cloudseed/store/googledrive"
)

const (
	samantha = "samantha@example.com"
	alex     = "alex@example.com"
)

// An internet is Google Drive and Dropbox with two people each.
type internet struct {
	*fakecloud.Cloud
	drive   *drive.Server
	dropbox *fakedropbox.Server
}

func startInternet(t *testing.T) *internet {
	cloud := fakecloud.Start(t)
	people := []oauth.Account{{Email: samantha, Name: "Samantha"}, {Email: alex, Name: "Alex"}}
	google := oauth.New(cloud, oauth.Google(oauth.Client{ID: "cloudseed", Secret: "not confidential"}), people...)
	drop := oauth.New(cloud, oauth.Dropbox(oauth.Client{ID: "cloudseed", Redirects: signin.Dropbox.RedirectURLs()}), people...)
	return &internet{cloud, drive.New(cloud, google), fakedropbox.New(cloud, drop)}
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

// signedInPlaces is what the command gives to the app, for one computer: it opens Drives and
// Dropboxes, and signs in to them.
type signedInPlaces struct {
	keeper   *keeper
	accounts *signin.Accounts
}

func (n *internet) computer() *signedInPlaces {
	k := new(keeper)
	return &signedInPlaces{k, &signin.Accounts{Keeper: k, Transport: n.Transport(), Clients: signin.Clients{
		signin.Google:  {ID: "cloudseed", Secret: secret.New([]byte("not confidential"))},
		signin.Dropbox: {ID: "cloudseed"},
	}}}
}

func (p *signedInPlaces) open(ctx context.Context, address string, _ secret.Text) (place cloudseed.Place, err error) {
	switch scheme, _, _ := strings.Cut(address, ":"); scheme {
	case "gdrive":
		place.Store, err = googledrive.Open(ctx, googledrive.Config{HTTP: p.accounts.Client(address), Create: true})
	case "dropbox":
		place.Store, err = dropbox.Open(ctx, dropbox.Config{HTTP: p.accounts.Client(address), Account: address})
	default:
		return openFolder(ctx, address, secret.Text{})
	}
	return place, err
}

func (p *signedInPlaces) signIn(ctx context.Context, scheme string, browse func(string) error) (address, account string, err error) {
	provider := map[string]signin.Provider{"gdrive": signin.Google, "dropbox": signin.Dropbox, "onedrive": signin.Microsoft}[scheme]
	a, err := p.accounts.SignIn(ctx, signin.Request{Name: "passing", Provider: provider, Browse: browse})
	if err != nil {
		return "", "", err
	}
	sum := sha256.Sum256([]byte(a.Subject))
	address = scheme + ":" + a.Masked + "?id=" + hex.EncodeToString(sum[:4])
	data, err := p.keeper.Load("passing")
	if err == nil {
		err = p.keeper.Save(address, data)
	}
	p.keeper.Delete("passing")
	return address, a.Masked, err
}

// TestCloudJourney signs in to Google Drive and Dropbox at their own pages, after each thing
// that can go wrong there, backs up to both, and restores on a computer that knows nothing
// from the Dropbox alone.
func TestCloudJourney(t *testing.T) {
	peer.Slow(t)
	if testing.Short() {
		t.Skip("-short")
	}
	world := startInternet(t)
	b := startBrowser(t, world.chromium()...)
	realms, client := embedded(t)
	start := func(name string) (*device, *signedInPlaces) {
		places := world.computer()
		return startDevice(t, Config{Realms: realms, HTTP: client, DeviceName: name, Open: places.open, SignIn: places.signIn, Providers: []Provider{
			{Scheme: "gdrive", Title: "Google Drive"}, {Scheme: "dropbox", Title: "Dropbox"},
			{Scheme: "onedrive", Title: "OneDrive", Missing: "There is no client id for OneDrive. Make one at https://entra.microsoft.com."},
		}}), places
	}
	first, tokens := start("first computer")
	second, moreTokens := start("second computer")

	b.backUpToClouds(first)
	if n := len(world.drive.Files(samantha)); n < 2 {
		t.Errorf("the Drive has %d files", n)
	}
	if n := len(world.dropbox.Files(alex)); n < 1 {
		t.Errorf("the Dropbox has %d files", n)
	}
	b.restoreFromDropbox(second)

	if refused := world.Refused(); len(refused) > 0 {
		for _, r := range refused {
			if !strings.Contains(r, "google.com") && !strings.Contains(r, "googleapis.com") { // Chromium's own
				t.Errorf("asked for elsewhere: %s", r)
			}
		}
	}
	looksClean(t, b, t.TempDir(), first, second)
	var l leaktest.Look
	for _, token := range append(tokens.keeper.secrets(), moreTokens.keeper.secrets()...) {
		l.Secret("a token", []byte(token))
	}
	for _, d := range []*device{first, second} {
		l.Bytes(t, "the log", []byte(d.log.String()))
		l.Dir(t, d.Profile.Dir())
	}
}

func (b *browser) backUpToClouds(d *device) {
	b.open(d.App)
	b.press("Back up a wallet")
	b.press("Next")
	b.see("How it comes back")
	b.press("Next")
	b.press("Start")
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
	b.do(chromedp.WaitVisible(`//a[starts-with(normalize-space(.), "Continue at")]`)) // the page has come again, with the link
	b.press("Cancel")
	b.says("Not signed in to Google Drive. Nothing was changed.")

	b.press("Google Drive")
	b.see("Sign in to Google Drive")
	b.atProvider("Google Drive", "accounts.google.com", "Signed in", func(tab *browser) {
		tab.picture("cloud-04-google")
		tab.tick("specific Google Drive files")
		tab.press("Allow")
	})
	b.says("Signed in to Google Drive.")
	b.says("Account: s…a@example.com")
	b.press("Dropbox")
	b.see("Sign in to Dropbox")
	b.atProvider("Dropbox", "www.dropbox.com", "Signed in", func(tab *browser) {
		tab.tick(alex)
		tab.press("Allow")
	})
	b.says("Account: a…x@example.com")
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

func (b *browser) restoreFromDropbox(d *device) {
	b.open(d.App)
	b.press("Restore from the cloud")
	b.see("Where is your backup?")
	b.press("Dropbox")
	b.see("Sign in to Dropbox")
	b.atProvider("Dropbox", "www.dropbox.com", "Signed in", func(tab *browser) {
		tab.press("Allow") // Samantha's, which is empty
	})
	b.says("Signed in to Dropbox.")
	b.press("Look for backups")
	b.see("No backup found")
	b.picture("cloud-11-none")
	b.press("Another Dropbox account")
	b.see("Sign in to Dropbox")
	b.atProvider("Dropbox", "www.dropbox.com", "Signed in", func(tab *browser) {
		tab.tick(alex)
		tab.press("Allow")
	})
	b.says("Dropbox a…x@example.com")
	b.press("Look for backups")
	b.see("Found a backup")
	b.picture("cloud-12-found")
	b.press("Samantha")
	b.see("Type your PIN")
	b.pad(testPIN)
	b.press("Restore")
	b.see("“Samantha” is back")
	b.says(testPrint)
	b.picture("cloud-13-restored")
	b.press("Done, forget the words here")
	b.says("The words are no longer in this app")
}

// atProvider follows the link to a provider's page, which opens in a tab of its own, lets the
// person act there, and waits for the page that they come to, by its title.
func (b *browser) atProvider(title, host, end string, person func(tab *browser)) {
	b.t.Helper()
	b.press("Continue at " + title)
	info := b.tab("https://"+host+"/", "")
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithTargetID(info))
	defer stop()
	if _, err := chromedp.Run(ctx, chromedp.Title()); err != nil { // attaches, for as long as ctx lasts
		b.t.Fatal(err)
	}
	person(&browser{b.t, ctx})
	b.tab("http://127.0.0.1:", end)
}

// tab waits for a tab with an address and a title.
func (b *browser) tab(address, title string) target.ID {
	b.t.Helper()
	var found target.ID
	until(b.t, "a tab at "+address+" "+title, func() bool {
		targets, err := chromedp.Targets(b.ctx)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, info := range targets {
			if info.Type == "page" && strings.HasPrefix(info.URL, address) && strings.Contains(info.Title, title) {
				found = info.TargetID
				return true
			}
		}
		return false
	})
	return found
}

// tick chooses the box or the account whose label says that.
func (b *browser) tick(label string) {
	b.t.Helper()
	b.do(chromedp.Click(fmt.Sprintf(`//label[contains(., %s)]/input`, quoted(label)), chromedp.NodeVisible))
}
