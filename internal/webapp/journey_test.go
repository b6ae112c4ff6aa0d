package webapp

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/internal/peer"
)

// The phrase of a published test vector, with its fingerprint and first address.
const (
	testPhrase  = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
	testPrint   = "73c5da0a"
	testAddress = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"
	testPIN     = "739154"
)

// TestJourneys is the whole story in a real browser: a backup on one computer, then a
// restore on another with an empty profile, where the same PIN servers are known.
func TestJourneys(t *testing.T) {
	peer.Slow(t)
	onScreens(t, aWholeStory)
}

func aWholeStory(t *testing.T, s screen) {
	b := startBrowserOn(t, s)
	realms, client := embedded(t)
	usb := t.TempDir()
	first := startDevice(t, Config{Realms: realms, HTTP: client, DefaultFolder: usb, DeviceName: "first computer"})
	second := startDevice(t, Config{Realms: realms, HTTP: client, DeviceName: "second computer"})

	backUp(b, first, usb)
	restore(b, second, usb)
	looksClean(t, b, usb, first, second)
	b.forgot(t)
}

func backUp(b *browser, d *device, usb string) {
	b.open(d.App)
	b.see("If this device is lost")
	b.says("Trying out.")
	b.picture("journey-01-welcome")
	b.press("Back up a wallet")
	b.see("Sealed here")
	b.press("Next")
	b.see("How it comes back")
	b.press("Next")
	b.see("Who could open it")
	b.says("500 euros")
	b.press("Start")

	b.see("Which wallet?")
	b.fill("Name of the wallet", "Samantha")
	b.fill("Recovery phrase", strings.Replace(testPhrase, "about", "abuot", 1))
	b.press("Continue")
	b.says("Nearest words: about")
	b.focused("problem")
	b.picture("journey-02-wrong-word")
	b.fill("Recovery phrase", strings.TrimSuffix(testPhrase, "about"))
	b.typing("abou")
	b.suggested("abou", "about")
	b.press("about")
	b.says("12 words")
	b.press("Continue")

	b.see("Choose a PIN")
	b.pad("123456")
	b.press("Continue")
	b.says("it just counts up or down")
	b.picture("journey-03-weak-pin")
	b.pad(testPIN)
	b.says("6 characters")
	b.press("Continue")
	b.see("Type the PIN again")
	b.pad("739155")
	b.press("Continue")
	b.says("not the same")
	b.fill("The same PIN", testPIN+kb.Enter)

	b.see("Where should it be kept?")
	b.fill("Folder", filepath.Join(usb, "nowhere"))
	b.press("Use this folder")
	b.says("is not there")
	b.picture("journey-04-no-folder")
	b.fill("Folder", usb)
	b.fill("Call it", "USB stick")
	b.press("Use this folder")
	b.says("Reached just now")
	b.do(chromedp.Reload())
	b.says("USB stick") // survives a reload
	b.press("Back up now")

	b.see("Backing up")
	b.picture("journey-05-progress")
	b.do(chromedp.Reload()) // and so does the work itself
	b.see("Your trial backup is made")
	b.says("Wallet backup - Samantha - wallet 1.age")
	b.says(testPrint)
	b.picture("journey-06-done")
	b.press("Done")
	b.see("Trying out")
	b.press("Check now")
	b.says("Checked just now")
	b.picture("journey-07-home")
	b.not("Protected")
}

func restore(b *browser, d *device, usb string) {
	b.open(d.App)
	b.see("If this device is lost")
	b.press("Restore from the cloud")
	b.see("Where is your backup?")
	b.fill("Folder", b.t.TempDir())
	b.fill("Call it", "empty")
	b.press("Use this folder")
	b.says("Reached just now")
	b.press("Look for backups")
	b.see("No backup found")
	b.says("Every place was looked at completely")
	b.press("Try another account or place")
	b.press("Do not use empty")
	b.see("Where is your backup?")
	b.fill("Folder", usb)
	b.press("Use this folder")
	b.says("Reached just now")
	b.press("Look for backups")
	b.see("Found a backup")
	b.picture("journey-11-found")
	b.press("Samantha")

	b.see("Type your PIN")
	b.pad("111112")
	b.press("Restore")
	b.see("Type your PIN")
	b.says("9 tries left")
	b.picture("journey-12-wrong-pin")
	b.pad(testPIN)
	b.press("Restore")
	b.see("“Samantha” is back")
	b.says(testPrint)
	b.says(testAddress)
	b.not("abandon")
	b.picture("journey-13-restored")
	b.press("Show the words")
	b.says("They are hidden again in")
	b.says("abandon")
	b.picture("journey-14-words")
	b.press("Hide the words")
	b.says("•••••")
	b.not("abandon")
	b.press("Done, forget the words here")
	b.says("The words are no longer in this app")
	b.act(chromedp.Evaluate[chromedp.Void](`history.back()`))
	b.see("Trying out") // the page that showed them is gone: it leads home
	b.not("abandon")
}

// looksClean looks for the words and the PIN where they must not be.
func looksClean(t *testing.T, b *browser, usb string, devices ...*device) {
	t.Helper()
	var l leaktest.Look
	l.Phrase("the phrase", []byte(testPhrase))
	l.Secret("the PIN", []byte(testPIN))
	l.Dir(t, usb)
	for _, d := range devices {
		l.Bytes(t, "the log", []byte(d.log.String()))
		if l.Dir(t, d.Profile.Dir()) == 0 {
			t.Error("the profile has no file to look at")
		}
	}
	history, err := chromedp.Run(b.ctx, chromedp.NavigationEntries())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range history.Entries {
		l.Bytes(t, "the history", []byte(e.URL))
		if strings.Contains(e.URL, "/enter") {
			t.Errorf("the history holds %s", e.URL)
		}
	}
}

// forgot ends Chromium, and looks for the words in everything that it has written: history,
// cache, form data, sessions to restore.
func (b *browser) forgot(t *testing.T) {
	t.Helper()
	if err := chromedp.Cancel(b.ctx); err != nil {
		t.Fatal(err)
	}
	var l leaktest.Look
	l.Phrase("the phrase", []byte(testPhrase))
	if n := l.Dir(t, b.dir); n < 10 {
		t.Errorf("Chromium's folder has only %d files", n)
	}
}
