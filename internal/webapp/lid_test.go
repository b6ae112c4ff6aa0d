package webapp

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"

	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/internal/profile"
)

// A cutter is a listener whose connections can all be cut, as a sleeping computer's are.
type cutter struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

func (c *cutter) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.mu.Lock()
		c.conns = append(c.conns, conn)
		c.mu.Unlock()
	}
	return conn, err
}

func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.Close()
	}
	c.conns = nil
}

// gate holds what goes to the PIN servers until it is opened.
type gate struct {
	http.RoundTripper
	open chan struct{}
}

func (g gate) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-g.open:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return g.RoundTripper.RoundTrip(r)
}

// TestLid closes the lid of a computer in the middle of a backup: the page is frozen and its
// connections are cut, and the work ends meanwhile. Opened again, the page goes on to the end by
// itself.
func TestLid(t *testing.T) {
	peer.Slow(t)
	t.Parallel()
	b := startBrowser(t)
	realms, client, memory := countedRealms(t)
	i := &island{folder: t.TempDir(), memory: memory}
	wire, hold := new(cutter), make(chan struct{})
	d := startDevice(t, Config{Realms: realms, HTTP: &http.Client{Transport: gate{client.Transport, hold}}, DefaultFolder: i.folder},
		func(a *App) { wire.Listener, a.listener = a.listener, wire })
	b.beginBackup(d.App)

	b.freeze(devpage.SetWebLifecycleStateStateFrozen)
	wire.cut()
	close(hold)
	d.mu.Lock()
	s := d.session
	d.mu.Unlock()
	s.mu.Lock()
	j := s.job
	s.mu.Unlock()
	until(t, "the work ends", func() bool { return !j.running() })
	wire.cut()
	b.freeze(devpage.SetWebLifecycleStateStateActive)
	b.see("Your trial backup is made")

	if n, _ := i.records(t); n[0] != 1 || n[1] != 1 || n[2] != 1 {
		t.Errorf("the PIN servers have %v records, not one each", n)
	}
}

// beginBackup goes as far as the progress page.
func (b *browser) beginBackup(a *App) {
	b.t.Helper()
	b.open(a)
	b.see("If this device is lost")
	b.at("wallet")
	b.fill("Name of the wallet", "Samantha")
	b.fill("Recovery phrase", testPhrase)
	b.press("Continue")
	b.see("Choose a PIN")
	b.pad(testPIN)
	b.press("Continue")
	b.see("Type the PIN again")
	b.pad(testPIN)
	b.press("Continue")
	b.see("Where should it be kept?")
	b.press("Use this folder")
	b.says("Reached just now")
	b.press("Back up now")
	b.see("Backing up")
	b.whole()
}

func (b *browser) freeze(state devpage.SetWebLifecycleStateState) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, devpage.SetWebLifecycleState, devpage.SetWebLifecycleStateParams{State: state}); err != nil {
		b.t.Fatal(err)
	}
}

// TestAppEnds ends the app in the middle of a backup, while its page is looked at: the page says
// so. Started again on the same port, it asks to be opened anew, and its home page offers to go on.
func TestAppEnds(t *testing.T) {
	peer.Slow(t)
	t.Parallel()
	b := startBrowser(t)
	realms, client, memory := countedRealms(t)
	i := &island{folder: t.TempDir(), realms: realms, memory: memory, keeper: new(keeper)}
	hold := make(chan struct{})
	dir := filepath.Join(t.TempDir(), "data")
	start := func(c Config) (a *App, end func()) {
		p, err := profile.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		p.Keeper, c.Profile, c.Open, c.Realms, c.DefaultFolder = i.keeper, p, openFolder, realms, i.folder
		if a, err = New(c); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- a.Serve(ctx) }()
		end = sync.OnceFunc(func() { stop(); <-ended; p.Close() })
		t.Cleanup(end)
		return a, end
	}
	first, end := start(Config{HTTP: &http.Client{Transport: gate{client.Transport, hold}}})
	b.beginBackup(first)
	end()
	b.says("Cloudseed does not answer")
	b.picture("app-ended")

	again, _ := start(Config{HTTP: client, Port: first.listener.Addr().(*net.TCPAddr).Port})
	b.see("Please open Cloudseed again")
	b.open(again)
	switch b.heading("If this device is lost", "Not backed up", "Not finished") {
	case "Not finished":
		b.press("Finish the backup")
		b.heading("Not backed up", "If this device is lost", "Your trial backup is made")
	}
	if n, _ := i.records(t); n[0] > 1 || n[1] > 1 || n[2] > 1 {
		t.Errorf("the PIN servers have %v records, more than one", n)
	}
}
