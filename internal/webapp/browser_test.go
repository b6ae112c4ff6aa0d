package webapp

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/folder"
)

// embedded makes three PIN servers in this process, 2 of 3, as the command does.
func embedded(t testing.TB) (juicebox.Configuration, *http.Client) {
	t.Helper()
	c, client, _ := countedRealms(t)
	return c, client
}

// countedRealms makes them too, and returns what they store.
func countedRealms(t testing.TB) (juicebox.Configuration, *http.Client, []*realm.Memory) {
	t.Helper()
	var stores []*realm.Memory
	handlers := map[juicebox.RealmID]http.Handler{}
	c := juicebox.Configuration{RegisterThreshold: 3, RecoverThreshold: 2, PINHashingMode: juicebox.Standard2019}
	for range 3 {
		id := juicebox.RealmID(secret.Random(16).Reveal())
		stores = append(stores, new(realm.Memory))
		r, err := realm.New(realm.Config{ID: id, Store: stores[len(stores)-1]})
		if err != nil {
			t.Fatal(err)
		}
		handlers[id] = r
		c.Realms = append(c.Realms, juicebox.Realm{ID: id, Address: "embedded://" + id.String() + "/"})
	}
	transport := new(http.Transport)
	transport.RegisterProtocol(juicebox.Embedded, realm.InProcess(handlers))
	return c, &http.Client{Transport: transport}, stores
}

// openFolder opens folders, and makes those that are not there, as the command does.
func openFolder(_ context.Context, url string, _ secret.Text) (cloudseed.Place, error) {
	dir, ok := strings.CutPrefix(url, "folder:")
	if !ok {
		return cloudseed.Place{}, store.Errorf("open", "", store.ErrOffline, "no such server in this test")
	}
	s, err := folder.Open(dir)
	return cloudseed.Place{Store: s}, err
}

// A device is one computer with its own profile, running the app.
type device struct {
	*App
	log *logBuffer
}

func startDevice(t testing.TB, c Config, before ...func(*App)) *device {
	t.Helper()
	p, err := profile.Open(filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	p.Keeper = new(keeper)
	log := new(logBuffer)
	c.Profile, c.Log = p, slog.New(slog.NewTextHandler(log, nil))
	if c.Open == nil {
		c.Open = openFolder
	}
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range before {
		f(a)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		p.Close()
	})
	return &device{a, log}
}

type logBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A browser is a real Chromium, looked at as a person does: by what is written on it.
type browser struct {
	t      testing.TB
	ctx    context.Context
	screen screen
	dir    string // where Chromium keeps what it remembers
}

// A screen is what a journey is made on.
type screen struct {
	name          string
	width, height int64
}

var phone, desk = screen{"", 390, 844}, screen{"-desk", 1280, 800}

// onScreens makes a journey on a phone and on a desk, side by side.
func onScreens(t *testing.T, journey func(*testing.T, screen)) {
	t.Parallel()
	for _, s := range []screen{phone, desk} {
		t.Run(fmt.Sprintf("%dx%d", s.width, s.height), func(t *testing.T) {
			t.Parallel()
			journey(t, s)
		})
	}
}

// startBrowserOn starts one of that size.
func startBrowserOn(t *testing.T, s screen, flags ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	b := startBrowser(t, flags...)
	b.screen = s
	b.fit()
	return b
}

// fit makes the window as large as the screen.
func (b *browser) fit() { b.do(chromedp.EmulateViewport(b.screen.width, b.screen.height)) }

func startBrowser(t testing.TB, flags ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	program := peer.Command(t, "chromium")
	dir := t.TempDir()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.WSURLReadTimeout(time.Minute))
	options = append(options, flags...)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopTab := chromedp.NewContext(ctx)
	t.Cleanup(func() { stopTab(); stop() })
	b := &browser{t, ctx, phone, dir}
	err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*runtime.EventExceptionThrown); ok {
			t.Errorf("a script failed: %+v", e.ExceptionDetails)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	b.fit()
	return b
}

// do runs actions, each journey step within two minutes: the machine may be busy.
func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.picture("failure")
		b.t.Fatalf("%v\non the page:\n%s", err, b.page())
	}
}

func (b *browser) page() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname.split("/").pop() + "\n" + document.body.innerText`))
	return text
}

// quoted is a string for an XPath.
func quoted(s string) string { return `"` + s + `"` }

// see waits for a heading.
func (b *browser) see(heading string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(fmt.Sprintf(`//h1[contains(., %s)]`, quoted(heading))))
}

// ask evaluates a script.
func ask[T any](b *browser, script string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return answer
}

// whole waits until the page is there with its scripts: what is pressed on half a page may
// be pressed on one that is being left.
func (b *browser) whole() {
	b.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
		done, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.readyState === "complete"`))
		cancel()
		if err == nil && done { // an error is a page that went away meanwhile
			return
		}
	}
	b.t.Fatalf("the page does not become whole:\n%s", b.page())
}

// press presses the button or link with that text.
func (b *browser) press(label string) {
	b.t.Helper()
	b.whole()
	x := fmt.Sprintf(`//*[self::button or self::a or self::summary][normalize-space(.)=%[1]s or .//*[normalize-space(.)=%[1]s] or @aria-label=%[1]s]`, quoted(label))
	b.steady(chromedp.Click(x, chromedp.NodeVisible))
}

// steady is do for an action that finds an element first: when the page was replaced between
// finding and acting, nothing was done and it is done again.
func (b *browser) steady(action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; {
		ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
		err := chromedp.Do(ctx, action)
		cancel()
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "Could not find node") || time.Now().After(end) {
			b.picture("failure")
			b.t.Fatalf("%v\non the page:\n%s", err, b.page())
		}
		b.whole()
	}
}

// fill types into the input with that label, until what it holds is the text: a slow page can
// take the focus away while one types.
func (b *browser) fill(label, text string) {
	b.t.Helper()
	x := fmt.Sprintf(`//*[@id=//label[normalize-space(.)=%s]/@for]`, quoted(label))
	typed := ""
	for range 3 {
		b.whole()
		b.do(chromedp.WaitVisible(x))
		b.steady(chromedp.Focus(x))
		ask[bool](b, `document.activeElement.value = "", document.activeElement.dispatchEvent(new Event("input"))`)
		b.do(chromedp.KeyEvent(text))
		if strings.HasSuffix(text, kb.Enter) { // it has left the page
			return
		}
		if typed = ask[string](b, `document.activeElement.value || ""`); sameText(typed, text) {
			return
		}
	}
	b.t.Fatalf("%s holds %d characters, not the %d that were typed:\n%s", label, len(typed), len(text), b.page())
}

// sameText compares what is not blank: an input may arrange words and letters of its own.
func sameText(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), ""), strings.Join(strings.Fields(b), ""))
}

// open lets the browser in by the link's file, as the command does.
func (b *browser) open(a *App) {
	b.t.Helper()
	path, err := a.Link()
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Navigate("file://" + path))
}

// picture writes a screenshot when CLOUDSEED_SCREENSHOTS names a folder.
func (b *browser) picture(name string) {
	dir := os.Getenv("CLOUDSEED_SCREENSHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	time.Sleep(150 * time.Millisecond) // the scripts may still lay something out
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Log(err)
		return
	}
	os.MkdirAll(dir, 0o755)
	if err := os.WriteFile(filepath.Join(dir, name+b.screen.name+".png"), png, 0o644); err != nil {
		b.t.Log(err)
	}
}
