package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store/storetest"
)

var ctx = context.Background()

// A world is a vault with two places in memory, one realm, and a folder with files.
type world struct {
	t     *testing.T
	a, b  *storetest.Memory
	realm http.Handler
	dir   string
	turn  sync.Mutex

	mu     sync.Mutex
	device []byte
	events []Event
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, a: storetest.NewMemory(), b: storetest.NewMemory(), dir: t.TempDir()}
	r, err := realm.New(realm.Config{ID: juicebox.RealmID{1}, Store: &realm.Memory{}})
	if err != nil {
		t.Fatal(err)
	}
	w.realm = r
	p, err := phrase.New(12, phrase.English)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cloudseed.Create(ctx, w.config(), &cloudseed.Wallet{Name: "Node", Phrase: p}, w.pin()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) pin() secret.Text { return secret.Copy([]byte("482915-canary")) }

func (w *world) config() cloudseed.Config {
	return cloudseed.Config{
		Places:  []cloudseed.Place{{Name: "first", URL: "memory:a", Store: w.a}, {Name: "second", URL: "memory:b", Store: w.b}},
		HTTP:    &http.Client{Transport: w},
		Journal: w,
		Realms: juicebox.Configuration{RegisterThreshold: 1, RecoverThreshold: 1, PINHashingMode: juicebox.Standard2019,
			Realms: []juicebox.Realm{{ID: juicebox.RealmID{1}, Address: "https://realm.example/"}}},
	}
}

func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	answer := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), bytes.NewReader(body))
	request.Header = r.Header
	w.realm.ServeHTTP(answer, request)
	return answer.Result(), nil
}

func (w *world) Save(d *cloudseed.Device) error {
	encoded, err := d.Encode()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.device = encoded
	return err
}

func (w *world) Forget(cloudseed.VaultID) error { return nil }

func (w *world) load() *cloudseed.Device {
	w.mu.Lock()
	defer w.mu.Unlock()
	d, err := cloudseed.DecodeDevice(w.device)
	if err != nil {
		w.t.Error(err)
	}
	return d
}

// watching is a Config over the world's files of those names.
func (w *world) watching(names ...string) Config {
	c := Config{
		Turn: func(context.Context) (*Turn, error) {
			w.turn.Lock()
			return &Turn{Config: w.config(), Device: w.load(), Done: w.turn.Unlock}, nil
		},
		Tell: func(e Event) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.events = append(w.events, e)
		},
	}
	for _, name := range names {
		c.Files = append(c.Files, w.path(name))
	}
	return c
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// replace writes a file as LND does: a temporary one beside it, renamed over it.
func (w *world) replace(name, content string) {
	w.t.Helper()
	temporary := w.path("temp-dont-use.backup")
	if err := os.WriteFile(temporary, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Rename(temporary, w.path(name)); err != nil {
		w.t.Fatal(err)
	}
}

// restored is the content of a file as a new device gets it from one place alone.
func (w *world) restored(place int, name string) string {
	w.t.Helper()
	c := w.config()
	c.Places = c.Places[place : place+1]
	c.Journal = nil
	found, err := cloudseed.Find(ctx, c)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := cloudseed.Restore(ctx, c, found.Backups[0], w.pin())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range r.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func (w *world) run(c Config) (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, c) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("watching: %v", err)
		}
	}
}

// 10,000 changes in ten minutes, with a place that takes twenty seconds for each file: few
// uploads, one copy in memory, and the last state arrives in both.
func TestTenThousandChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var fast, slow atomic.Int32
		w.a.After = func(op, _ string) error { return count(op, &fast) }
		w.b.Before = func(op, _ string) error {
			if op == "create" {
				time.Sleep(20 * time.Second)
			}
			return count(op, &slow)
		}
		c := w.watching("channel.backup")
		c.noEvents, c.Poll = true, time.Second
		defer w.run(c)()
		most := 0
		for n := range 10_000 {
			w.replace("channel.backup", fmt.Sprintf("state %d", n))
			time.Sleep(60 * time.Millisecond)
			most = max(most, len(w.a.Files()))
		}
		time.Sleep(time.Minute)
		for place := range 2 {
			if got := w.restored(place, "channel.backup"); got != "state 9999" {
				t.Errorf("place %d has %q", place, got)
			}
		}
		// Looking once a second makes at most 600 states; the slow place can take 30 of them.
		if fast.Load() > 640 || slow.Load() > 35 {
			t.Errorf("%d files in the fast place, %d in the slow one", fast.Load(), slow.Load())
		}
		if n := len(w.a.Files()); n > 1+3+pruneEvery {
			t.Errorf("%d files are left in the fast place", n)
		}
		if most > 1+3+2*pruneEvery {
			t.Errorf("there were up to %d files in the fast place", most)
		}
		t.Logf("10,000 changes: %d uploads to the fast place, %d to the slow one", fast.Load(), slow.Load())
	})
}

func count(op string, n *atomic.Int32) error {
	if op == "create" {
		n.Add(1)
	}
	return nil
}

// With the system's events a change arrives without waiting for a look; after a restart
// nothing is sealed again that is the same.
func TestEventsAndRestart(t *testing.T) {
	w := newWorld(t)
	c := w.watching("channel.backup", "labels.jsonl")
	c.Poll, c.Settle = time.Hour, 50*time.Millisecond
	stop := w.run(c)
	w.replace("channel.backup", "one")
	w.replace("labels.jsonl", "labels")
	w.eventually(func() bool { return w.sent() == 1 })
	w.replace("channel.backup", "two")
	w.eventually(func() bool { return w.sent() == 2 })
	stop()
	if got := w.restored(1, "channel.backup"); got != "two" {
		t.Errorf("restored %q", got)
	}
	stop = w.run(c)
	time.Sleep(300 * time.Millisecond)
	stop()
	if n := w.load().Files.Generation; n != 2 {
		t.Errorf("after a restart without a change: generation %d", n)
	}
	w.replace("channel.backup", "while nobody watched")
	defer w.run(c)()
	w.eventually(func() bool { return w.sent() == 3 })
	if got := w.restored(0, "channel.backup"); got != "while nobody watched" {
		t.Errorf("restored %q", got)
	}
}

func (w *world) sent() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.events {
		if e.Sent != nil {
			n++
		}
	}
	return n
}

func (w *world) eventually(what func() bool) {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if what() {
			return
		}
	}
	w.t.Fatalf("it never came so far: %+v", w.events)
}

// A file that is written in place is taken when it stands still, never in the middle.
func TestNeverHalfWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		c := w.watching("labels.jsonl")
		c.noEvents, c.Poll = true, 100*time.Millisecond
		defer w.run(c)()
		out, err := os.Create(w.path("labels.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		for range 100 {
			fmt.Fprintln(out, "a line")
			now := time.Now()
			os.Chtimes(out.Name(), now, now) // the disk's clock is not the test's
			time.Sleep(200 * time.Millisecond)
			if n := w.load().Files.Generation; n != 0 {
				t.Fatal("a file that is being written was taken")
			}
		}
		time.Sleep(5 * time.Second)
		if got := len(w.restored(0, "labels.jsonl")); got != 700 {
			t.Errorf("%d bytes came back", got)
		}
	})
}

// A file that is gone is not an empty one: its last content stays in the backup while another
// changes, and without having seen it nothing new is sealed.
func TestMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		c := w.watching("channel.backup", "labels.jsonl")
		c.noEvents, c.Poll = true, time.Second
		w.replace("channel.backup", "one")
		stop := w.run(c)
		time.Sleep(5 * time.Second)
		if n := w.load().Files.Generation; n != 0 {
			t.Error("sealed without a file that was never seen")
		}
		w.replace("labels.jsonl", "labels")
		time.Sleep(5 * time.Second)
		os.Remove(w.path("labels.jsonl"))
		w.replace("channel.backup", "two")
		time.Sleep(5 * time.Second)
		if a, b := w.restored(0, "channel.backup"), w.restored(0, "labels.jsonl"); a != "two" || b != "labels" {
			t.Errorf("restored %q and %q", a, b)
		}
		stop()
		defer w.run(c)()
		w.replace("channel.backup", "three")
		time.Sleep(5 * time.Second)
		if n := w.load().Files.Generation; n != 2 {
			t.Errorf("after a restart without the file: generation %d", n)
		}
		missing := 0
		for _, e := range w.events {
			if e.Missing != nil {
				missing++
			}
		}
		if missing != 3 {
			t.Errorf("told %d times of a missing file", missing)
		}
	})
}

func TestRefused(t *testing.T) {
	w := newWorld(t)
	if err := Run(ctx, w.watching("channel.db")); !errors.Is(err, cloudseed.ErrDangerous) {
		t.Errorf("a channel database: %v", err)
	}
	c := w.watching("a")
	c.Files = append(c.Files, filepath.Join(w.dir, "other", "A"))
	if err := Run(ctx, c); !errors.Is(err, ErrTwice) {
		t.Errorf("two of one name: %v", err)
	}
	w.replace("big", string(make([]byte, 4<<20)))
	f := &file{path: w.path("big"), name: "big"}
	if changed, _ := f.look(0); changed || f.err == nil || f.data != nil {
		t.Errorf("a file that is too large: %v, %d bytes in memory", f.err, len(f.data))
	}
}
