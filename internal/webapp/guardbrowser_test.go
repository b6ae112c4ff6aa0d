package webapp

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// An attacker is a page on another port of this computer. It knows the app's port and, which
// it cannot in truth, even the path of its pages.
type attacker struct {
	*httptest.Server
	mu      sync.Mutex
	cookies string // that it was ever sent
}

func startAttacker(t *testing.T, app *App, base string) *attacker {
	a := new(attacker)
	mux := http.NewServeMux()
	serve := func(path, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			a.mu.Lock()
			a.cookies += r.Header.Get("Cookie")
			a.mu.Unlock()
			http.SetCookie(w, &http.Cookie{Name: app.guard.cookie, Value: "evil", Path: "/"})
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, body)
		})
	}
	target := "http://" + app.Addr() + base
	serve("/frame", `<!doctype html><h1>Framed</h1><iframe src="`+target+`welcome"></iframe>`)
	serve("/post", `<!doctype html><h1>Posting</h1><form method="post" action="`+target+`wallet"><input name="phrase" value="stolen"><button>Win a prize</button></form>`)
	serve("/fetch", `<!doctype html><h1>Fetching</h1><script>
		fetch("`+target+`wallet", {method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams({phrase: "stolen"})}).catch(() => {}).finally(() => document.title = "over")
	</script>`)
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

// TestGuardInBrowser lets another site try, in the browser that is let in: it may not frame
// the app, nor submit to it, nor see its cookie, and a cookie of its own does not shut the
// owner out.
func TestGuardInBrowser(t *testing.T) {
	peer.Slow(t)
	t.Parallel()
	b := startBrowser(t)
	d := startDevice(t, Config{})
	b.open(d.App)
	b.see("If this device is lost")
	d.mu.Lock()
	s := d.session
	d.mu.Unlock()
	typed := func() string { s.mu.Lock(); defer s.mu.Unlock(); return string(s.backup.typed.Reveal()) }
	evil := startAttacker(t, d.App, s.base)

	b.do(chromedp.Navigate(evil.URL + "/frame"))
	b.see("Framed")
	b.whole()
	got, err := chromedp.Call(b.ctx, devpage.GetFrameTree, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	tree := got.FrameTree
	if len(tree.ChildFrames) != 1 || !strings.HasPrefix(tree.ChildFrames[0].Frame.URL, "chrome-error://") {
		t.Errorf("the app can be framed: %+v", tree.ChildFrames)
	}

	b.do(chromedp.Navigate(evil.URL + "/post"))
	b.press("Win a prize")
	until(t, "the post is refused", func() bool { return strings.Contains(b.page(), "came from another web page and was refused") })
	b.do(chromedp.Navigate(evil.URL + "/fetch"))
	b.eventually("the request is over", `document.title === "over"`)
	if got := typed(); got != "" {
		t.Errorf("another site has typed %q", got)
	}

	b.do(chromedp.Navigate("http://" + d.Addr() + s.base + "welcome"))
	b.see("If this device is lost") // with both cookies
	evil.mu.Lock()
	defer evil.mu.Unlock()
	if strings.Contains(evil.cookies, s.cookie) {
		t.Error("the other site was sent the cookie")
	}
}
