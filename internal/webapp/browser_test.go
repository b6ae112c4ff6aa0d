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
		chromedp.Flag("allow-pre-commit-input", true), // else what is pressed on a new page at once may be lost
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
