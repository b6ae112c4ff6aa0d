package webapp

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/internal/words"
)

// mostBytes is what a page may transfer, with everything that it loads and no cache to help.
const mostBytes = 150_000

// traffic is what the browser asks for and receives.
type traffic struct {
	mu    sync.Mutex
	asked []string
	bytes float64
}

// listen notes every request of the tab, those too that the page's policy stops.
func listen(b *browser) *traffic {
	b.t.Helper()
	w := new(traffic)
	err := chromedp.Listen(b.ctx, func(event any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			w.asked = append(w.asked, e.Request.URL)
		case *network.EventLoadingFinished:
			w.bytes += e.EncodedDataLength
		}
	})
	if err == nil {
		_, err = chromedp.Call(b.ctx, network.Enable, network.EnableParams{})
	}
	if err == nil {
		_, err = chromedp.Call(b.ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return w
}

// take returns what was seen since the last time.
func (w *traffic) take() (asked []string, bytes int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked, bytes = w.asked, int(w.bytes)
	w.asked, w.bytes = nil, 0
	return asked, bytes
}

// TestWeight looks at every screen in every state: no page transfers more than 150 kB, or asks
// anything of anybody but the app. CLOUDSEED_SCREENS may hold a pattern of names.
func TestWeight(t *testing.T) {
	peer.Slow(t)
	t.Parallel()
	only := regexp.MustCompile(os.Getenv("CLOUDSEED_SCREENS"))
	b, base := startGallery(t)
	app, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	w := listen(b)
	heaviest, most := "", 0
	for _, s := range samples(words.English) {
		if !only.MatchString(s.Name) {
			continue
		}
		w.take()
		b.do(chromedp.Navigate(base + "gallery?show=" + s.Name))
		b.whole()
		time.Sleep(50 * time.Millisecond) // scripts load what the page needs of them
		asked, bytes := w.take()
		if bytes > mostBytes {
			t.Errorf("%s transfers %d bytes", s.Name, bytes)
		}
		if bytes == 0 || !slices.ContainsFunc(asked, func(a string) bool { return strings.HasSuffix(a, "/static/app.css") }) {
			t.Errorf("%s: nothing was seen: %d bytes, %q", s.Name, bytes, asked)
		}
		for _, address := range asked {
			if u, err := url.Parse(address); err != nil || u.Scheme != "data" && u.Host != app.Host {
				t.Errorf("%s asks %s", s.Name, address)
			}
		}
		if bytes > most {
			heaviest, most = s.Name, bytes
		}
	}
	t.Logf("the heaviest is %s with %d bytes", heaviest, most)
}

// BenchmarkFirstPaint is the time from the click to the first paint with content, on loopback,
// with an empty cache, beside that of an empty page which the same browser gets from a server
// that does nothing else. The goal is under 100 ms on an idle machine.
func BenchmarkFirstPaint(bench *testing.B) {
	b := startBrowser(bench)
	realms, client := embedded(bench)
	d := startDevice(bench, Config{Realms: realms, HTTP: client})
	d.backedUp(bench, bench.TempDir())
	b.open(d.App)
	b.see("Trying out")
	base := ask[string](b, `location.href.replace(/[^/]*$/, "")`)
	empty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>Empty</title><p>Empty</p>`)
	}))
	defer empty.Close()
	listen(b) // and no cache
	for _, name := range []string{"welcome", "wallet", "home"} {
		bench.Run(name, func(bench *testing.B) {
			var ours, theirs []float64
			for bench.Loop() {
				theirs = append(theirs, firstPaint(b, empty.URL))
				ours = append(ours, firstPaint(b, base+name))
			}
			slices.Sort(ours)
			slices.Sort(theirs)
			bench.ReportMetric(ours[len(ours)/2], "ms/paint")
			bench.ReportMetric(theirs[len(theirs)/2], "ms/empty-page")
			bench.ReportMetric(ours[len(ours)/2]/theirs[len(theirs)/2], "ratio")
		})
	}
}

// firstPaint opens a page and returns the milliseconds to its first paint with content.
func firstPaint(b *browser, address string) float64 {
	b.t.Helper()
	b.do(chromedp.Navigate(address))
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ms := ask[float64](b, `performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0`); ms > 0 {
			return ms
		}
	}
	b.t.Fatalf("%s was not painted", address)
	return 0
}
