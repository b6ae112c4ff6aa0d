package webapp

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

// A notice stays with the page that it stands on, however often that is loaded, and goes
// with it. A job that ends before its page is looked at does not say it there.
func TestNotice(t *testing.T) {
	const text = "Checked just now"
	c, d, _ := managed(t)
	says := func(screen string) bool { return strings.Contains(c.get(screen), text) }
	check := func() {
		t.Helper()
		if next := c.work("check", "vault", d.Vault.String()); next != "home" { // it has ended when progress is looked at
			t.Fatalf("the check leads to %q", next)
		}
		if says("progress") {
			t.Error("the notice is on the progress page, which nobody reads")
		}
		for range 2 {
			if !says("home") {
				t.Error("the notice is not on the page that follows, or not when that is loaded again")
			}
		}
	}
	check()
	if says("help") || says("home") {
		t.Error("the notice follows to another page, or is back after it")
	}
	check()
	c.post("kit", "vault", d.Vault.String())
	if says("home") {
		t.Error("the notice is still there after something was sent")
	}
}

// What a job says that ends at once is read on the page that its progress leads to, and read
// again when that is loaded again.
func TestNoticeInBrowser(t *testing.T) {
	b := startBrowser(t)
	d := startDevice(t, Config{})
	b.open(d.App)
	b.see("If this device is lost")
	d.mu.Lock()
	s := d.session
	d.mu.Unlock()
	j := newJob(words.English, "Testing", "", "send")
	s.mu.Lock()
	d.run(s, j, func(context.Context, func(cloudseed.Step)) error { return nil }, func(error) string { s.say("It is over."); return "help" })
	s.mu.Unlock()
	b.do(chromedp.Navigate(ask[string](b, `new URL("progress", location.href).href`)))
	b.says("It is over.")
	b.do(chromedp.Reload())
	b.says("It is over.")
}
