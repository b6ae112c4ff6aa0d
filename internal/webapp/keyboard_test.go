package webapp

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// A keyboarder has no mouse.
type keyboarder struct{ *browser }

// lands waits for a page and looks where the focus is: on its heading, its problem, or an
// input of it, in what can be seen.
func (k keyboarder) lands(heading string) {
	k.t.Helper()
	k.see(heading)
	k.whole()
	k.eventually("the focus is on "+heading, `(() => {
		const a = document.activeElement;
		if (!a) return false; // between two pages
		const box = a.getBoundingClientRect();
		return (a.matches("h1, #problem") || a.matches("main input, main textarea")) && box.bottom > 0 && box.top < innerHeight;
	})()`)
}

// focusText is how a person would call what has the focus, with "(unseen)" after it where the
// focus cannot be seen.
const focusText = `(() => {
	const a = document.activeElement;
	if (!a || a === document.body) return "";
	const style = getComputedStyle(a);
	const ring = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
	const label = a.id && document.querySelector("label[for=" + CSS.escape(a.id) + "]");
	const box = a.getBoundingClientRect();
	const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
	const name = a.getAttribute("aria-label") || (label || a).innerText || a.value || a.tagName;
	return name.replace(/\s+/g, " ").trim() + (ring && inside ? "" : " (unseen)");
})()`

// tab presses Tab until what has the focus is called that, or begins with it.
func (k keyboarder) tab(name string) {
	k.t.Helper()
	var passed []string
	for range 80 {
		k.act(chromedp.KeyEvent(kb.Tab))
		got := ask[string](k.browser, focusText)
		for end := time.Now().Add(5 * time.Second); strings.HasSuffix(got, "(unseen)") && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			got = ask[string](k.browser, focusText) // the page may still be scrolling there
		}
		if strings.HasSuffix(got, "(unseen)") && got != "" {
			k.t.Errorf("the focus cannot be seen on %q", got)
			got = strings.TrimSuffix(got, " (unseen)")
		}
		if got == name || strings.HasPrefix(got, name+" ") {
			return
		}
		passed = append(passed, got)
	}
	k.t.Fatalf("no Tab leads to %q, only to %q", name, passed)
}

// enter goes there and presses Enter.
func (k keyboarder) enter(name string) {
	k.t.Helper()
	k.tab(name)
	k.act(chromedp.KeyEvent(kb.Enter))
}

// write goes there and types.
func (k keyboarder) write(name, text string) {
	k.t.Helper()
	k.tab(name)
	k.act(chromedp.KeyEvent(text))
}

// TestKeyboard backs up and restores with Tab, Enter, Space and letters alone. The focus can
// always be seen, and is at the beginning of every page, or on what is wrong with it.
func TestKeyboard(t *testing.T) {
	peer.Slow(t)
	onScreens(t, byKeyboard)
}

func byKeyboard(t *testing.T, s screen) {
	k := keyboarder{startBrowserOn(t, s)}
	realms, client := embedded(t)
	usb := t.TempDir()
	k.open(startDevice(t, Config{Realms: realms, HTTP: client, DefaultFolder: usb}).App)
	k.lands("If this device is lost")
	k.enter("Back up a wallet")
	k.lands("Sealed here")
	k.at("wallet") // the pages before have a test of their own
	k.lands("Which wallet?")
	k.write("Name of the wallet", "Samantha")
	k.write("Recovery phrase", strings.Replace(testPhrase, "about", "abuot", 1))
	k.enter("Continue")
	k.lands("Which wallet?")
	k.focused("problem")
	k.tab("Name of the wallet")
	k.tab("Recovery phrase")
	k.act(chromedp.KeyEvent("a", chromedp.KeyModifiers(2))) // Ctrl+A
	k.act(chromedp.KeyEvent(strings.TrimSuffix(testPhrase, "about") + "abou"))
	k.suggested("abou", "about")
	k.tab("about")
	k.act(chromedp.KeyEvent(" ")) // takes it
	k.enter("Continue")
	k.lands("Choose a PIN")
	k.typesPIN("Type the PIN again")
	k.typesPIN("Where should it be kept?")
	k.unfolds("A folder, or a USB drive", "Folder")
	k.enter("Use this folder")
	k.says("Reached just now")
	k.lands("Where should it be kept?")
	k.enter("Back up now")
	k.lands("Your trial backup is made")
	k.enter("Done")
	k.lands("Trying out")

	k.open(startDevice(t, Config{Realms: realms, HTTP: client, DefaultFolder: usb}).App)
	k.lands("If this device is lost")
	k.enter("Restore from the cloud")
	k.lands("Where is your backup?")
	k.unfolds("A folder, or a USB drive", "Folder")
	k.enter("Use this folder")
	k.says("Reached just now")
	k.enter("Look for backups")
	k.lands("Found a backup")
	k.enter("Samantha")
	k.lands("Type your PIN")
	k.typesPIN("“Samantha” is back")
	k.not("abandon")
	k.tab("Show the words")
	k.act(chromedp.KeyEvent(" "))
	k.says("They are hidden again in")
	k.says("abandon")
	k.enter("Hide the words")
	k.says("•••••")
	k.enter("Done, forget the words here")
	k.lands("Trying out")
}

// typesPIN types where the page has put the focus: digits find the PIN's field by themselves.
func (k keyboarder) typesPIN(next string) {
	k.t.Helper()
	k.eventually("the number pad is there", `!document.querySelector("[data-pad]").hidden`)
	k.act(chromedp.KeyEvent(testPIN))
	k.says("6 characters")
	k.act(chromedp.KeyEvent(kb.Enter))
	k.lands(next)
}

// unfolds opens a part of a page if it is folded.
func (k keyboarder) unfolds(part, inside string) {
	k.t.Helper()
	k.tab(part)
	if !ask[bool](k.browser, `document.activeElement.parentElement.open`) {
		k.act(chromedp.KeyEvent(kb.Enter))
	}
	k.tab(inside)
}
