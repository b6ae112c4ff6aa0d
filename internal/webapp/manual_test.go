package webapp

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/peer"
)

// The words are shown only behind the PIN, only when they are asked for, and are tapped back;
// then the app has forgotten them and the backup knows that they are on paper.
func TestManual(t *testing.T) {
	c, d, _ := managed(t)
	id := d.Vault.String()
	for _, screen := range []string{"manual-words", "manual-sheet", "manual-check"} {
		if body := c.get(screen); strings.Contains(body, "abandon") {
			t.Fatalf("%s shows words before the PIN", screen)
		}
	}
	c.says(t, of("manual", id), "You will see your recovery phrase next.", "PIN of “Samantha”")
	if next := c.work("manual", "vault", id, "pin", "111112"); next != of("manual", id) {
		t.Fatalf("a wrong PIN leads to %q", next)
	}
	c.says(t, of("manual", id), "9 tries left")
	if next := c.work("manual", "vault", id, "pin", testPIN); next != "manual-words" {
		t.Fatalf("the PIN leads to %q", next)
	}
	if body := c.get("manual-words"); strings.Contains(body, "abandon") || !strings.Contains(body, "Write down your 12 words") {
		t.Errorf("the words are not hidden at first:\n%s", body)
	}
	c.leads(t, "manual-words", "reveal", "to", "manual-words", "show", "yes")
	c.says(t, "manual-words", "abandon", "about", "No screenshots")
	if body := c.get("manual-sheet"); strings.Contains(body, "abandon") || strings.Contains(body, "about</") || !strings.Contains(body, testPrint) {
		t.Errorf("the sheet:\n%s", body)
	}
	c.says(t, "manual-sheet", "m/84'/0'/0'", "wpkh([73c5da0a/84h/0h/0h]xpub")
	c.says(t, "manual-check", "Tap word 1")
	tapAll(t, c)
	c.says(t, "manual-done", "Every word stood in its place.")
	saved, err := c.app.device(id)
	if err != nil || saved.Written.IsZero() {
		t.Errorf("it is not remembered: %v", err)
	}
	c.leads(t, "home", "manual-done")
	if c.app.session.manual.wallet != nil || c.app.session.wordsAtHand() != nil {
		t.Error("the words are still in the app")
	}
	c.says(t, "home", "Your words were shown to be on paper on")
}

// tapAll taps the words in order, after a wrong one, which is said at once.
func tapAll(t *testing.T, c *client) {
	t.Helper()
	order := c.app.session.manual.check.order
	last := slices.Index(order, len(order)-1)
	c.leads(t, "manual-check", "manual-check", "word", strconv.Itoa(last))
	c.says(t, "manual-check", "“about” is not word 1.")
	for n := range order {
		want := "manual-check"
		if n == len(order)-1 {
			want = "manual-done"
		}
		c.leads(t, want, "manual-check", "word", strconv.Itoa(slices.Index(order, n)))
	}
}

// Where a word stands twice, either one will do; a word is used once.
func TestTap(t *testing.T) {
	p := sampleWallet().Phrase // legal winner thank year wave sausage worth useful legal winner thank yellow
	check, err := shuffled(12)
	if err != nil {
		t.Fatal(err)
	}
	at := func(position int) int { return slices.Index(check.order, position) }
	check.tap(p, at(8)) // the second "legal"
	check.tap(p, at(8))
	check.tap(p, -1)
	check.tap(p, 99)
	if check.done != 1 || check.wrong != 0 {
		t.Fatalf("%+v", check)
	}
	check.tap(p, at(3))
	if check.done != 1 || check.wrong != at(3)+1 {
		t.Errorf("a wrong word: %+v", check)
	}
	for _, position := range []int{1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11} {
		if check.over() {
			t.Fatal("over before the last word")
		}
		check.tap(p, at(position))
	}
	if !check.over() {
		t.Errorf("not over: %+v", check)
	}
	sorted := slices.Sorted(slices.Values(check.order))
	if sorted[0] != 0 || sorted[11] != 11 || len(slices.Compact(sorted)) != 12 {
		t.Errorf("shuffled: %v", check.order)
	}
}

// TestManualJourney makes a wallet, writes it down and taps it back by keyboard, in a real
// browser.
func TestManualJourney(t *testing.T) {
	peer.Slow(t)
	b := startBrowser(t)
	realms, client := embedded(t)
	d := startDevice(t, Config{Realms: realms, HTTP: client})
	b.open(d.App)
	b.see("If this device is lost")
	b.press("Back up a wallet")
	b.see("Sealed here")
	b.do(chromedp.WaitVisible("[data-carousel][data-ready]"))
	b.typing(kb.ArrowRight)
	b.see("How it comes back")
	b.do(chromedp.WaitVisible("[data-carousel][data-ready]"))
	b.typing(kb.ArrowLeft)
	b.see("Sealed here")
	b.press("I would rather use paper")
	b.see("Your words on paper")
	b.press("Go on with a wallet")
	b.press("Make a new wallet instead")
	b.see("Your new wallet")
	b.press("Write them down, and check")
	b.says("You will see your recovery phrase next.")
	b.press("Continue")
	b.see("Write down your 12 words")
	b.press("Show the words")
	b.says("hidden again in")
	paper := ask[[]string](b, `[...document.querySelectorAll(".words li")].map((li) => li.textContent)`)
	b.press("sheet to print and fill in")
	b.see("Recovery phrase of")
	for _, word := range paper {
		if ask[bool](b, `[...document.querySelectorAll("main *")].some((e) => e.textContent === "`+word+`")`) {
			t.Error("the sheet holds a word")
		}
	}
	b.press("Back to the words")
	b.press("I have written them down")
	for i, word := range paper {
		b.see("Tap word " + strconv.Itoa(i+1))
		b.whole()
		b.press(word)
	}
	b.see("Your words are on paper")
	b.press("Go on to the PIN")
	b.see("Choose a PIN")
}

// What people type as an amount.
func TestAmounts(t *testing.T) {
	for text, want := range map[string]float64{"250": 250, " 0,5 ": 0.5, "1 250": 1250, "0.00312345": 0.00312345, "12,50": 12.5} {
		if got, err := readNumber(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a lot", "-5", "1e9", "Inf", "NaN", "1,000", "1.000,50", "1,2,3", "0x10", "."} {
		if got, err := readNumber(text); !errors.Is(err, cloudseed.ErrAmount) {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	c, d, _ := managed(t)
	id := d.Vault.String()
	c.says(t, "home", "For at most 500 EUR")
	c.leads(t, of("amount", id), "amount", "vault", id, "amount", "240", "limit", "500", "currency", "EUR")
	c.says(t, of("amount", id), "240 EUR", "This backup is meant for such amounts")
	c.leads(t, of("amount", id), "amount", "vault", id, "amount", "250", "limit", "500", "currency", "eur")
	c.says(t, of("amount", id), "Think of a stronger way", "Your words on paper or steel")
	c.leads(t, of("amount", id), "amount", "vault", id, "amount", "500", "limit", "", "currency", "EUR")
	c.says(t, of("amount", id), "too much for a backup that a PIN opens")
	c.says(t, "home", "See stronger ways")
	if body := c.leads(t, "", "amount", "vault", id, "amount", "much", "limit", "500", "currency", "EUR"); !strings.Contains(body, "no amount of money") {
		t.Errorf("no number:\n%s", body)
	}
	c.says(t, of("amount", id), "500 EUR") // as before
	c.leads(t, of("amount", id), "amount", "vault", id, "amount", "", "limit", "0,01", "currency", "btc")
	c.says(t, of("amount", id), "Not said yet", "0.01 BTC") // euros are no bitcoins
}

// The tries that the PIN servers have counted, and when the last was wrong.
func TestTries(t *testing.T) {
	c, d, _ := managed(t)
	id := d.Vault.String()
	c.says(t, of("tries", id), "10 tries in all")
	if next := c.work("manual", "vault", id, "pin", "111112"); next != of("manual", id) {
		t.Fatalf("a wrong PIN leads to %q", next)
	}
	if next := c.work("tries", "vault", id); next != of("tries", id) {
		t.Fatalf("asking leads to %q", next)
	}
	c.says(t, of("tries", id), "9 of 10 tries are left", "3 of 3 PIN servers answered")
	if body := c.get(of("tries", id)); strings.Contains(body, "<dd>Never</dd>") {
		t.Error("does not say when the last was wrong")
	}
}
