package webapp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// A tripwire sees everything that leaves one run of the app: requests to PIN servers and
// operations on the place. It acts at one of them, and can let nothing out any more.
type tripwire struct {
	mu    sync.Mutex
	seen  int
	at    int  // which one; 0 for none
	after bool // when that has been done, but nobody knows yet
	act   func()
	hit   string // which one it was
	dead  bool
}

var errKilled = errors.New("the app was killed")

func (w *tripwire) through(what string, do func() error) error {
	w.mu.Lock()
	w.seen++
	mine := w.seen == w.at
	if mine {
		w.hit = what
	}
	w.mu.Unlock()
	if mine && !w.after {
		w.act()
	}
	if w.isDead() {
		return errKilled
	}
	err := do()
	if mine && w.after {
		w.act()
	}
	if w.isDead() {
		return errKilled
	}
	return err
}

func (w *tripwire) isDead() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dead
}

// set begins to count.
func (w *tripwire) set(at int, after bool, act func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen, w.at, w.after, w.act = 0, at, after, act
}

// A wiredNet is PIN servers behind a tripwire.
type wiredNet struct {
	http.RoundTripper
	wire *tripwire
}

func (n wiredNet) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	err = n.wire.through("PIN server", func() (err error) { answer, err = n.RoundTripper.RoundTrip(r); return err })
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// A wiredPlace is a place behind a tripwire.
type wiredPlace struct {
	store.Store
	wire *tripwire
}

func (p wiredPlace) Create(ctx context.Context, name string, data []byte) error {
	return p.wire.through("create", func() error { return p.Store.Create(ctx, name, data) })
}

func (p wiredPlace) Get(ctx context.Context, name string) (data []byte, err error) {
	err = p.wire.through("get", func() (err error) { data, err = p.Store.Get(ctx, name); return err })
	return data, err
}

func (p wiredPlace) List(ctx context.Context) (entries []store.Entry, err error) {
	err = p.wire.through("list", func() (err error) { entries, err = p.Store.List(ctx); return err })
	return entries, err
}

func (p wiredPlace) Delete(ctx context.Context, name string) error {
	return p.wire.through("delete", func() error { return p.Store.Delete(ctx, name) })
}

// An island is a folder, three PIN servers whose records can be counted, and a keychain.
type island struct {
	folder string
	realms juicebox.Configuration
	http   *http.Client
	memory []*realm.Memory
	keeper *keeper
}

func newIsland(t *testing.T) *island {
	i := &island{folder: t.TempDir(), keeper: new(keeper)}
	i.realms, i.http, i.memory = countedRealms(t)
	return i
}

// records counts what the PIN servers hold that can still give something back, and the tries
// that are used up there.
func (i *island) records(t *testing.T) (registered, tries []int) {
	t.Helper()
	for _, m := range i.memory {
		n, used := 0, 0
		err := m.Each(context.Background(), func(realm.RecordID) realm.Change {
			return func(encoded []byte) ([]byte, error) {
				record, err := realm.DecodeRecord(encoded)
				if err == nil && record.State == realm.Registered {
					n++
					used += int(record.GuessCount)
				}
				return encoded, err
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		registered, tries = append(registered, n), append(tries, used)
	}
	return registered, tries
}

// A run is the app from its start to its end, with one browser.
type run struct {
	*client
	wire *tripwire
	dir  string // where it would find its profile if it were started again now
	stop context.CancelFunc
	end  func()
}

func (i *island) start(t *testing.T, dir string) *run {
	t.Helper()
	p, err := profile.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	p.Keeper = i.keeper
	r := &run{wire: new(tripwire), dir: dir}
	open := func(ctx context.Context, url string, password secret.Text) (cloudseed.Place, error) {
		place, err := openFolder(ctx, url, password)
		place.Store = wiredPlace{place.Store, r.wire}
		return place, err
	}
	a, err := New(Config{Profile: p, Realms: i.realms, Open: open, HTTP: &http.Client{Transport: wiredNet{i.http.Transport, r.wire}}})
	if err != nil {
		t.Fatal(err)
	}
	a.ctx, r.stop = context.WithCancel(context.Background())
	r.end = sync.OnceFunc(func() { r.stop(); a.listener.Close(); a.wait(time.Minute); a.close(); p.Close() })
	t.Cleanup(r.end)
	r.client = newClient(t, a)
	return r
}

// kill lets nothing out any more, and keeps the profile as it is on the disk now.
func (r *run) kill() {
	dir := r.t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(r.dir)); err != nil {
		r.t.Error(err)
	}
	r.wire.mu.Lock()
	defer r.wire.mu.Unlock()
	r.wire.dead, r.dir = true, dir
}

// backUp types everything that a backup needs and makes it; it returns where that leads.
func (r *run) backUp(folder string) string {
	r.post("wallet", "phrase", testPhrase, "name", "Samantha")
	r.post("pin", "pin", testPIN)
	r.post("pin-again", "pin", testPIN)
	r.post("places", "kind", "folder", "address", folder, "name", "USB stick")
	return r.work("begin")
}

// finish does what the home page of an app that was started again offers, until the backup is made.
func (r *run) finish(t *testing.T, folder string) {
	t.Helper()
	for range 3 {
		devices, err := r.app.Profile.Devices()
		if err != nil || len(devices) > 1 {
			t.Fatalf("%d devices, %v", len(devices), err)
		}
		home, next := r.get("home"), ""
		switch {
		case strings.Contains(home, `action="resume"`):
			next = r.work("resume", "vault", devices[0].Vault.String())
		case len(devices) == 1:
			return
		case !strings.Contains(home, "Not backed up"):
			t.Fatalf("home says:\n%s", home)
		default:
			next = r.backUp(folder)
		}
		if next == "error" {
			t.Fatalf("going on leads to:\n%s", r.get("error"))
		}
	}
	t.Fatalf("the backup does not become whole:\n%s", r.get("home"))
}

// bringBack restores the only backup; it returns where that leads.
func (r *run) bringBack(folder string) string {
	r.post("restore", "kind", "folder", "address", folder, "name", "USB stick")
	if next := r.work("search"); next != "found" {
		return next
	}
	if next, body := r.post("choose", "backup", "0"); next != "restore-pin" {
		r.t.Fatalf("choosing leads to %q\n%s", next, body)
	}
	return r.work("restore-pin", "pin", testPIN)
}

// A cut is one way in which the app ends at one step.
type cut struct {
	at    int
	how   string // "stopped", "killed", or "killed before the answer"
	after bool
}

func (c cut) String() string { return fmt.Sprintf("%s at %d", c.how, c.at) }

// cuts are those of a work with so many steps, each way in its turn: all in a full run.
func cuts(steps int) (all []cut) {
	ways := []cut{{how: "killed"}, {how: "stopped"}, {how: "killed before the answer", after: true}}
	for at := 1; at <= steps; at++ {
		c := ways[at%len(ways)]
		c.at = at
		all = append(all, c)
	}
	return all
}

func (r *run) set(c cut) {
	act := r.kill
	if c.how == "stopped" {
		act = r.stop
	}
	r.wire.set(c.at, c.after, act)
}

// TestBackupSurvives ends the app at every step of a backup that leaves it, starts it again,
// and does what its home page offers. There is one backup then, which opens with the PIN, and
// one record at every PIN server: no second one, and none lost.
func TestBackupSurvives(t *testing.T) {
	peer.Slow(t)
	probe := newIsland(t)
	first := probe.start(t, t.TempDir())
	first.wire.set(0, false, nil)
	if next := first.backUp(probe.folder); next != "done" {
		t.Fatalf("the backup leads to %q:\n%s", next, first.get("error"))
	}
	for _, c := range cuts(first.wire.seen) {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			i := newIsland(t)
			r := i.start(t, t.TempDir())
			r.set(c)
			r.backUp(i.folder)
			r.end()
			if r.wire.hit == "" {
				t.Fatal("nothing was cut")
			}
			i.start(t, r.dir).finish(t, i.folder)
			i.seeOne(t, r.wire.hit)
		})
	}
}

// seeOne looks that there is one backup, one record everywhere, and that the PIN opens it.
func (i *island) seeOne(t *testing.T, cut string) {
	t.Helper()
	if n, _ := i.records(t); fmt.Sprint(n) != "[1 1 1]" {
		t.Errorf("cut at %q: the PIN servers have %v records, not one each", cut, n)
	}
	files, err := filepath.Glob(filepath.Join(i.folder, "*wallet*.age"))
	if err != nil || len(files) != 1 {
		t.Errorf("cut at %q: the place has %q, %v", cut, files, err)
	}
	r := i.start(t, t.TempDir())
	if next := r.bringBack(i.folder); next != "restored" {
		t.Errorf("cut at %q: restoring leads to %q:\n%s", cut, next, r.get("error"))
	}
}

// TestRestoreSurvives is the same for a restore: begun again, it brings the wallet back, and
// neither a record nor a try is lost.
func TestRestoreSurvives(t *testing.T) {
	peer.Slow(t)
	i := newIsland(t)
	if next := i.start(t, t.TempDir()).backUp(i.folder); next != "done" {
		t.Fatalf("the backup leads to %q", next)
	}
	probe := i.start(t, t.TempDir())
	probe.wire.set(0, false, nil)
	if next := probe.bringBack(i.folder); next != "restored" {
		t.Fatalf("restoring leads to %q:\n%s", next, probe.get("error"))
	}
	for _, c := range cuts(probe.wire.seen) {
		t.Run(c.String(), func(t *testing.T) {
			r := i.start(t, t.TempDir())
			r.set(c)
			r.bringBack(i.folder)
			r.end()
			if r.wire.hit == "" && c.at < probe.wire.seen { // the last may come in another order
				t.Fatal("nothing was cut")
			}
			again := i.start(t, r.dir)
			if next := again.bringBack(i.folder); next != "restored" {
				t.Fatalf("cut at %q: again it leads to %q:\n%s", r.wire.hit, next, again.get("error"))
			}
			again.post("reveal", "show", "yes", "to", "restored")
			if !strings.Contains(again.get("restored"), "abandon") {
				t.Errorf("cut at %q: the words are not back", r.wire.hit)
			}
			if n, used := i.records(t); fmt.Sprint(n, used) != "[1 1 1] [0 0 0]" {
				t.Errorf("cut at %q: the PIN servers have %v records with %v tries used up", r.wire.hit, n, used)
			}
		})
	}
}

// TestSecondTab looks at every page from a second tab while a backup is being made, and submits
// there what the first one has submitted: the work is neither changed nor begun again.
func TestSecondTab(t *testing.T) {
	i, hold := newIsland(t), make(chan struct{})
	open := sync.OnceFunc(func() { close(hold) })
	t.Cleanup(open)
	c := newClient(t, newApp(t, Config{Realms: i.realms, HTTP: &http.Client{Transport: gate{i.http.Transport, hold}}}))
	c.post("wallet", "phrase", testPhrase, "name", "Samantha")
	c.post("pin", "pin", testPIN)
	c.post("pin-again", "pin", testPIN)
	c.post("places", "kind", "folder", "address", i.folder)
	c.leads(t, "progress", "begin")
	for route := range routes {
		if method, screen, _ := strings.Cut(route, " "); method == "GET" && screen != "progress" {
			if w := c.send(c.request("GET", c.base+screen, nil)); w.Code >= 500 {
				t.Errorf("%s answers with %d", route, w.Code)
			}
		}
	}
	other := "legal winner thank year wave sausage worth useful legal winner thank yellow"
	for _, form := range [][]string{{"wallet", "phrase", other, "name", "Other"}, {"wallet-new"}, {"pin", "pin", newPINText}, {"pin-again", "pin", testPIN}, {"begin"}, {"search"}} {
		if form[0] == "search" {
			c.post("restore", "kind", "folder", "address", i.folder)
		}
		c.leads(t, "progress", form[0], form[1:]...)
	}
	open()
	j := c.app.session.job
	until(t, "the backup is made", func() bool { return !j.running() })
	if _, next, _ := j.since(0); next != "done" {
		t.Fatalf("the backup leads to %q:\n%s", next, c.get("error"))
	}
	c.leads(t, "places", "begin") // the first tab's button, pressed again
	i.seeOne(t, "nothing")
}
