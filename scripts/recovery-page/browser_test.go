package recoverypage

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// build makes the page in a new folder.
func build(t *testing.T) string {
	t.Helper()
	node, _ := peer.Node(t)
	path := filepath.Join(t.TempDir(), "recovery.html")
	if out, err := exec.Command(node, "build.mjs", path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// A tab has the page open from file://, in a Chromium without network.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu   sync.Mutex
	urls []string // all that was asked for
}

func openPage(t *testing.T, path string) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(peer.Command(t, "chromium")), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopTab := chromedp.NewContext(ctx)
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(func() { cancel(); stopTab(); stop() })
	b := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.see); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	b.online(false)
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate("file://"+path))
	t.Cleanup(func() {
		others := slices.DeleteFunc(b.asked(), func(u string) bool { return u == "file://"+path || strings.HasPrefix(u, "blob:") })
		if len(others) > 0 {
			t.Errorf("the page asked for %q", others)
		}
	})
	return b
}

func (b *tab) see(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.mu.Lock()
		b.urls = append(b.urls, e.Request.URL)
		b.mu.Unlock()
	case *runtime.EventExceptionThrown:
		b.t.Errorf("a script failed: %+v", e.ExceptionDetails)
	}
}

func (b *tab) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.urls)
}

func (b *tab) online(on bool) {
	b.t.Helper()
	state := network.OverrideNetworkStateParams{Offline: !on, DownloadThroughput: -1, UploadThroughput: -1}
	if _, err := chromedp.Call(b.ctx, network.OverrideNetworkState, state); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatalf("%v\non the page:\n%s", err, ask[string](b, "document.body.innerText"))
	}
}

func ask[T any](b *tab, script string) T {
	b.t.Helper()
	answer, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return answer
}

// typeKit types what a person types, over what is there.
func (b *tab) typeKit(text string) {
	b.t.Helper()
	ask[bool](b, `document.getElementById("kit").value = "", true`)
	b.do(chromedp.SendKeys("#kit", text))
}

// open chooses the files and presses Open, and returns the text of each card.
func (b *tab) open(paths ...string) []string {
	b.t.Helper()
	b.do(chromedp.SetUploadFiles("#files", paths), chromedp.Click("#open"))
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`!document.getElementById("open").disabled`)); err != nil {
		b.t.Fatal(err)
	}
	if ask[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
		b.t.Error("the page is wider than a phone")
	}
	return ask[[]string](b, `[...document.querySelectorAll("article")].map(a => a.innerText)`)
}

// picture keeps what is seen where CLOUDSEED_SCREENSHOTS says: on a desk, on a phone, in the dark.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("CLOUDSEED_SCREENSHOTS")
	if dir == "" {
		return
	}
	for _, look := range []struct {
		name, scheme  string
		width, height int64
	}{{"desk", "light", 1280, 800}, {"dark", "dark", 390, 844}, {"phone", "light", 390, 844}} {
		scheme := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}}
		if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, scheme); err != nil {
			b.t.Fatal(err)
		}
		b.do(chromedp.EmulateViewport(look.width, look.height))
		png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			b.t.Fatal(err)
		}
		write(b.t, dir, "recovery-"+name+"-"+look.name+".png", png)
	}
}

func expectIn(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing in:\n%s", w, text)
		}
	}
}
