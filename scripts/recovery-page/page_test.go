// Package recoverypage tests the offline recovery page as build.mjs makes it.
package recoverypage

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

const (
	abandon  = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
	japanese = "あいこくしん　あいこくしん　あいこくしん　あいこくしん　あいこくしん　あいこくしん　あいこくしん　あいこくしん　あいこくしん　あいこくしん　あいこくしん　あおぞら"
)

func samantha(t *testing.T) *vault {
	return newVault(t, "Samantha", abandon, "TREZOR", phrase.English)
}

// The same sources give the same page, with the licences of all that is in it.
func TestBuild(t *testing.T) {
	one, err := os.ReadFile(build(t))
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.ReadFile(build(t))
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("two builds differ (%v)", err)
	}
	root, _ := filepath.Abs("../..")
	if bytes.Contains(one, []byte(root)) {
		t.Error("it names the folder in which it was built")
	}
	expectIn(t, string(one), "The Cloudseed authors", "@noble/ciphers 2", "@noble/curves 2", "@noble/hashes 2",
		"@noble/post-quantum 0", "@scure/base 2", "@scure/bip39 2", "age-encryption 0", "THIS SOFTWARE IS PROVIDED")
	expectIn(t, string(one), "default-src 'none'")
}

// Kit and files in, vault out.
func TestOpens(t *testing.T) {
	v, dir := samantha(t), t.TempDir()
	data := secret.Random(5000).Reveal()
	files := []envelope.File{{Name: "channel.backup", Data: data}, {Name: "Märkchen.jsonl", Data: []byte("{}\n")}}
	b := openPage(t, build(t))
	b.picture("start")
	kit := kitText(t, v.kit)
	b.typeKit(inBlocks(kit))
	expectIn(t, ask[string](b, `document.getElementById("kit-state").textContent`), "typed right")
	cards := b.open(
		write(t, dir, "1.age", v.sealWallet(t, 1, v.kit)), write(t, dir, "2.age", v.sealWallet(t, 2, v.kit)),
		write(t, dir, "f.age", v.sealFiles(t, files, v.kit)))
	if len(cards) != 3 {
		t.Fatalf("%d cards: %q", len(cards), cards)
	}
	expectIn(t, cards[0], "Samantha", "b4e3f5ed", "The words give this fingerprint", v.stanza.Vault().Short(), "number 2, made 2026-11-02 20:00:00 UTC on Samantha's phone", "Whoever sees the words can spend the money")
	expectIn(t, cards[1], "number 1", "A newer copy is above")
	expectIn(t, cards[2], "Attached files", "2 files", "Save channel.backup (5\u00a0KiB)", "Save Märkchen.jsonl (3\u00a0bytes)")
	if page := ask[string](b, "document.documentElement.outerHTML"); strings.Contains(page, "abandon</li>") || strings.Contains(page, "TREZOR") {
		t.Error("the words are there before they were asked for")
	}
	b.picture("opened")
	b.do(chromedp.Click("article button"))
	shown := ask[string](b, `document.querySelector("article").innerText`)
	expectIn(t, shown, "TREZOR")
	words := ask[[]string](b, `[...document.querySelectorAll("article .words li")].map(li => li.lastChild.textContent)`)
	if got := strings.Join(words, " "); got != abandon {
		t.Errorf("shown: %q", got)
	}
	b.picture("words")
	b.do(chromedp.Click("article button"))
	if ask[bool](b, `document.body.innerText.includes("TREZOR")`) {
		t.Error("the words cannot be hidden again")
	}
	if got := b.save(`a[download="channel.backup"]`, "channel.backup"); !bytes.Equal(got, data) {
		t.Errorf("saved %d bytes, others than were attached", len(got))
	}
	b.do(chromedp.Click("#results > button"), chromedp.WaitNotVisible("#results"))
	if left := ask[string](b, `document.getElementById("kit").value + document.body.innerText`); strings.Contains(left, kit) || strings.Contains(left, "Samantha") {
		t.Error("the page did not forget")
	}
}

// inBlocks is how a kit stands on paper, in small letters as somebody may type it.
func inBlocks(kit string) string {
	data := strings.ToLower(strings.TrimPrefix(kit, "AGE-SECRET-KEY-PQ-1"))
	var blocks []string
	for ; len(data) > 4; data = data[4:] {
		blocks = append(blocks, data[:4])
	}
	return strings.Join(append(blocks, data), " ")
}

// save presses a link and waits for the file.
func (b *tab) save(link, name string) []byte {
	b.t.Helper()
	dir := b.t.TempDir()
	allow := browser.SetDownloadBehaviorParams{Behavior: "allow", DownloadPath: dir}
	if _, err := chromedp.CallBrowser(b.ctx, browser.SetDownloadBehavior, allow); err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Click(link))
	for range 100 {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err == nil && len(data) > 0 {
			return data
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatalf("%s was not saved", name)
	return nil
}

// What is not as simple: files parts without the kit, alone or of others, other languages.
func TestOpensOddSets(t *testing.T) {
	v, dir := samantha(t), t.TempDir()
	other := newVault(t, "", japanese, "ﾊﾟｽ ž", phrase.Japanese)
	moved := newVault(t, "Moved", abandon, "", phrase.English)
	moved.wallet.Fingerprint = other.wallet.Fingerprint
	files := []envelope.File{{Name: "labels.jsonl", Data: []byte("{}\n")}}
	walletPart := write(t, dir, "wallet.age", v.sealWallet(t, 1, v.kit))
	withoutKit := write(t, dir, "without.age", v.sealFiles(t, files))
	withKit := write(t, dir, "with.age", v.sealFiles(t, files, v.kit))
	sameKit := write(t, dir, "japanese.age", other.sealWallet(t, 1, v.kit))
	otherFingerprint := write(t, dir, "moved.age", moved.sealWallet(t, 1, v.kit))
	b := openPage(t, build(t))
	b.typeKit(kitText(t, v.kit))
	for _, test := range []struct {
		name  string
		paths []string
		want  [][]string // in each card
	}{
		{"a files part without the kit", []string{withoutKit}, [][]string{{"without.age", "The kit does not open this file", v.stanza.Vault().Short()}}},
		{"and its wallet part", []string{withoutKit, walletPart}, [][]string{{"Samantha"}, {"Attached files", "1 file.", "labels.jsonl"}}},
		{"a files part alone", []string{withKit}, [][]string{{"Attached files", "could not see that these files belong to your wallet"}}},
		{"words that give another fingerprint", []string{otherFingerprint}, [][]string{{"Moved", "The words do not give this fingerprint"}}},
		{"another language, no name", []string{sameKit}, [][]string{{"A wallet without a name", other.wallet.Fingerprint, "The words give this fingerprint"}}},
	} {
		cards := b.open(test.paths...)
		if len(cards) != len(test.want) {
			t.Errorf("%s: %d cards: %q", test.name, len(cards), cards)
			continue
		}
		for i, want := range test.want {
			expectIn(t, cards[i], want...)
		}
	}
	b.do(chromedp.Click("article button"))
	expectIn(t, ask[string](b, "document.body.innerText"), "12\nあおぞら")
}

func TestKitTypedWrong(t *testing.T) {
	v, dir := samantha(t), t.TempDir()
	path := write(t, dir, "wallet.age", v.sealWallet(t, 1, v.kit))
	kit := kitText(t, v.kit)
	b := openPage(t, build(t))
	swapped := kit[:len(kit)-1] + string("QP"[strings.IndexByte("PQ", max('P', min(kit[len(kit)-1], 'Q')))])
	for _, test := range []struct{ name, typed, state, missing string }{
		{"nothing", "", "", "Type the whole kit first"},
		{"half", kit[:40], "21 of 58 characters", "Type the whole kit first"},
		{"too much", kit + "QQ", "60 characters, 2 too many", "Type the whole kit first"},
		{"one character", swapped, "A character is wrong", "Type the whole kit first"},
		{"an O for a 0", inBlocks(kit)[:5] + "o", "in block 2", "Type the whole kit first"},
		{"another key of age", "AGE-SECRET-KEY-1" + strings.Repeat("Q", 58), "no kit has", "Type the whole kit first"},
		{"a key file", "# a comment: boo\n" + kit + "\n", "typed right", ""},
	} {
		b.typeKit(test.typed)
		if got := ask[string](b, `document.getElementById("kit-state").textContent`); !strings.Contains(got, test.state) || (test.state == "") != (got == "") {
			t.Errorf("%s: the page says %q", test.name, got)
		}
		cards := b.open(path)
		if got := ask[string](b, `document.getElementById("missing").innerText`); !strings.Contains(got, test.missing) || (test.missing == "") != (len(cards) == 1) {
			t.Errorf("%s: %q and %d cards", test.name, got, len(cards))
		}
	}
	b.typeKit(kitText(t, secret.Random(32)))
	cards := b.open(path)
	expectIn(t, strings.Join(cards, ""), "The kit does not open this file", v.stanza.Vault().Short())
	b.picture("refused")
}

// Even a page that was taken over could not send anything: its policy forbids it. The page
// itself says when the computer is online.
func TestNothingLeaves(t *testing.T) {
	var hits atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer server.Close()
	b := openPage(t, build(t))
	expectIn(t, ask[string](b, `document.getElementById("network").innerText`), "offline. Good")
	b.online(true)
	expectIn(t, ask[string](b, `document.getElementById("network").innerText`), "Disconnect it")
	blocked := ask[int](b, fmt.Sprintf(`(async () => {
		let blocked = 0;
		addEventListener("securitypolicyviolation", () => blocked++);
		const url = %q;
		await fetch(url).catch(() => 0);
		for (const [tag, key] of [["img", "src"], ["script", "src"], ["iframe", "src"], ["link", "href"]])
			document.body.append(Object.assign(document.createElement(tag), {[key]: url + "/" + tag, rel: "stylesheet"}));
		try { new WebSocket(url.replace("http", "ws")) } catch {}
		document.body.append(Object.assign(document.createElement("script"), {textContent: "window.bad = true"}));
		const form = Object.assign(document.createElement("form"), {action: url, method: "post"});
		document.body.append(form);
		form.submit();
		await new Promise(done => setTimeout(done, 1000));
		return window.bad ? -1 : blocked;
	})()`, server.URL))
	if blocked < 8 || hits.Load() > 0 {
		t.Errorf("%d ways out were blocked, %d requests came", blocked, hits.Load())
	}
	b.mu.Lock()
	b.urls = nil // these were ours
	b.mu.Unlock()
}
