package webapp

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/phrase"
)

// TestPhraseEntry types and pastes phrases of all ten languages in a real browser. The words
// are gone from the page once they were taken, whichever way one comes back to it.
func TestPhraseEntry(t *testing.T) {
	peer.Slow(t)
	t.Parallel()
	b := startBrowser(t)
	d := startDevice(t, Config{})
	b.open(d.App)
	b.see("If this device is lost")
	b.at("wallet")
	for name, want := range map[string]string{"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none", "autocorrect": "off"} {
		if got := ask[string](b, `document.getElementById("phrase").getAttribute("`+name+`")`); got != want {
			t.Errorf("%s of the phrase is %q, want %q", name, got, want)
		}
	}
	for _, l := range phrase.Languages() {
		t.Run(string(l), func(t *testing.T) {
			b := &browser{t, b.ctx, b.screen, b.dir}
			b.language(l)
		})
	}
}

// language enters a phrase of one language.
func (b *browser) language(l phrase.Language) {
	p, err := phrase.New(12, l)
	if err != nil {
		b.t.Fatal(err)
	}
	var words []string
	for _, w := range p.Display() {
		words = append(words, string(w.Reveal()))
	}
	b.at("wallet")

	// The first letters find the word.
	letters := []rune(words[0])
	b.paste("Recovery phrase", string(letters[:min(len(letters), 4)]))
	offered := func() bool {
		return ask[bool](b, `[...document.querySelectorAll(".suggestions button")].some(e => e.textContent.normalize("NFKC") === "`+words[0]+`".normalize("NFKC")) ||
			document.getElementById("phrase").value.normalize("NFKC") === "`+words[0]+`".normalize("NFKC")`)
	}
	until(b.t, words[0]+" is suggested", offered)

	// A wrong word is marked.
	wrong := append(append([]string{}, words[:3]...), append([]string{"xqzv"}, words[4:]...)...)
	b.paste("Recovery phrase", strings.Join(wrong, " "))
	b.says("12 words")
	b.press("Continue")
	b.says("What to do:")
	b.whole()
	b.focused("problem")
	if got := ask[string](b, `[...document.querySelectorAll(".marked .wrong")].map(e => e.firstChild.textContent).join()`); got != "xqzv" {
		b.t.Errorf("marked as wrong is %q", got)
	}

	// The whole phrase at once, as wallets copy it: numbered, over several lines.
	b.paste("Recovery phrase", "  "+strings.Join(words[:6], " ")+"\n"+strings.Join(words[6:], "  ")+"\n")
	b.press("Continue")
	if b.heading("Choose a PIN", "Which list are these words from?") != "Choose a PIN" {
		b.press("Continue")
		b.see("Choose a PIN")
	}
	b.gone(words)
}

// gone looks for the words on every way back to the page where they were typed.
func (b *browser) gone(words []string) {
	b.t.Helper()
	b.not(words[1] + " " + words[2])
	for _, way := range []func(){b.back, func() { b.do(chromedp.Reload()) }, func() { b.at("pin"); b.press("‹ Back") }} {
		way()
		b.see("Which wallet?")
		b.not(words[1] + " " + words[2])
		if got := ask[string](b, `document.getElementById("phrase").value`); got != "" {
			b.t.Fatalf("the phrase is in the page again: %d characters", len(got))
		}
	}
	b.press("Continue") // nothing has to be typed twice
	b.see("Choose a PIN")
}

// TestWordsHide shows the words of a new wallet: only when asked for, and not again on any
// way back to them, nor after their time.
func TestWordsHide(t *testing.T) {
	peer.Slow(t)
	t.Parallel()
	b := startBrowser(t)
	d := startDevice(t, Config{})
	b.open(d.App)
	b.see("If this device is lost")
	b.at("wallet")
	b.press("Make a new wallet instead")
	b.see("Your new wallet")
	word := func() string { return ask[string](b, `document.querySelector(".words li").textContent`) }
	hidden := func(when string) {
		t.Helper()
		b.see("Your new wallet")
		if got := word(); got != "•••••" {
			t.Errorf("%s the first word is shown", when)
		}
	}
	show := func() {
		t.Helper()
		b.press("Show the words")
		b.says("They are hidden again in")
		if word() == "•••••" {
			t.Error("the words are not shown when they are asked for")
		}
	}
	hidden("before they are asked for")
	show()
	b.press("Continue")
	b.see("Choose a PIN")
	b.back()
	hidden("after the back button")
	show()
	b.press("Continue")
	b.see("Choose a PIN")
	b.press("‹ Back")
	hidden("after the link back")
	show()
	d.mu.Lock()
	s := d.session
	d.mu.Unlock()
	s.mu.Lock()
	s.reveal = time.Now().Add(3 * time.Second)
	s.mu.Unlock()
	b.do(chromedp.Reload())
	until(t, "the words are hidden by themselves", func() bool { return strings.Contains(b.page(), "Show the words") && word() == "•••••" })
}
