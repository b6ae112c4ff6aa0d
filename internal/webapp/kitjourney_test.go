package webapp

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// TestKitJourney makes an emergency kit in a real browser, proves it, and restores with it
// on a computer where the PIN servers are not.
func TestKitJourney(t *testing.T) {
	peer.Slow(t)
	onScreens(t, aKit)
}

func aKit(t *testing.T, s screen) {
	b := startBrowserOn(t, s)
	realms, client := embedded(t)
	otherRealms, otherClient := embedded(t)
	for i := range otherRealms.Realms {
		otherRealms.Realms[i].ID[0] ^= 0xff
	}
	usb := t.TempDir()
	first := startDevice(t, Config{Realms: realms, HTTP: client, DeviceName: "first computer"})
	second := startDevice(t, Config{Realms: otherRealms, HTTP: otherClient, DeviceName: "second computer"})
	first.backedUp(t, usb)

	typed := makeKit(b, first)
	restoreWithKit(b, second, usb, typed)

	looksClean(t, b, usb, first, second)
	var l leaktest.Look
	for _, form := range []string{typed, strings.ReplaceAll(typed, " ", ""), typed[:14], strings.ReplaceAll(typed[:14], " ", "")} {
		l.Secret("the kit", []byte(form))
		l.Secret("the kit", []byte(strings.ToLower(form)))
	}
	l.Dir(t, usb)
	for _, d := range []*device{first, second} {
		l.Bytes(t, "the log", []byte(d.log.String()))
		l.Dir(t, d.Profile.Dir())
	}
	history, err := chromedp.Run(b.ctx, chromedp.NavigationEntries())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range history.Entries {
		l.Bytes(t, "the history", []byte(e.URL+e.Title))
	}
}

// backedUp makes a backup as the app would.
func (d *App) backedUp(t testing.TB, folder string) *cloudseed.Device {
	t.Helper()
	p, err := phrase.Parse([]byte(testPhrase))
	if err != nil {
		t.Fatal(err)
	}
	place, err := d.Open(t.Context(), "folder:"+folder, secret.Text{})
	if err != nil {
		t.Fatal(err)
	}
	place.Name, place.URL = "USB stick", "folder:"+folder
	if err := d.Profile.KeepPlace(place.Name, place.URL, secret.Text{}); err != nil {
		t.Fatal(err)
	}
	c := d.config([]cloudseed.Place{place}, nil)
	made, err := cloudseed.Create(t.Context(), c, &cloudseed.Wallet{Name: "Samantha", Phrase: p}, secret.Copy([]byte(testPIN)))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func makeKit(b *browser, d *device) (typed string) {
	b.open(d.App)
	b.see("Trying out")
	b.says("There is no emergency kit.")
	b.press("Recovery card")
	b.see("Recovery card")
	b.says(testPrint)
	b.press("Done")
	b.press("Emergency kit")
	b.see("Emergency kit")
	b.fill("PIN of “Samantha”", "739155")
	b.press("Make the kit")
	b.says("9 tries left")
	b.fill("PIN of “Samantha”", testPIN)
	b.press("Make the kit")
	b.says("With Cloudseed")
	b.picture("journey-kit-1-page")
	typed = ask[string](b, `[...document.querySelectorAll(".kit-blocks li")].map(e => e.textContent).join(" ")`)
	b.press("It is on paper: type it back")

	b.see("Type the kit back")
	b.not(typed[:4])
	other := "Q"
	if typed[0] == 'Q' {
		other = "P"
	}
	b.fill("The 15 blocks", other+typed[1:])
	b.press("It is on paper")
	b.says("block 1 differs")
	b.picture("journey-kit-2-typo")
	b.fill("The 15 blocks", strings.ToLower(typed))
	b.press("It is on paper")
	b.see("Trying out")
	b.says("This app has forgotten it.")
	b.says("The emergency kit is ready")
	b.do(chromedp.Navigate(ask[string](b, `new URL("kit-page", location.href).href`)))
	b.says("Make a new kit") // the page that showed it is gone: it leads to the one before
	b.not(typed[:14])
	return typed
}

func restoreWithKit(b *browser, d *device, usb, typed string) {
	b.open(d.App)
	b.see("If this device is lost")
	b.press("Restore from the cloud")
	b.fill("Folder", usb)
	b.press("Use this folder")
	b.says("Reached just now")
	b.press("Look for backups")
	b.see("Found a backup")
	b.press("Samantha")
	b.see("It opens on another computer")
	b.press("I have my emergency kit")
	b.see("Type your emergency kit")
	b.fill("The 15 blocks", typed)
	b.press("Restore")
	b.see("“Samantha” is back")
	b.says(testPrint)
	b.press("Done, forget the words here")
	b.says("The words are no longer in this app")
}
