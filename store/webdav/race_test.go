package webdav

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	dav "golang.org/x/net/webdav"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// A racy server is x/net/webdav without its locks, which then looks and renames, as Apache
// does; before is called between the two.
type racy struct {
	dav.Dir
	before func(to string)
}

func (r racy) Rename(ctx context.Context, from, to string) error {
	r.before(path.Base(to))
	return r.Dir.Rename(ctx, from, to)
}

// noLocks lets everybody do everything.
type noLocks struct{ dav.LockSystem }

func (noLocks) Create(time.Time, dav.LockDetails) (string, error) { return "lock", nil }
func (noLocks) Unlock(time.Time, string) error                    { return nil }

// serveRacy returns how to open its folder, and the folder itself.
func serveRacy(t *testing.T, before func(to string)) (open func() *Store, dir string) {
	t.Helper()
	dir = t.TempDir()
	server := httptest.NewServer(&dav.Handler{FileSystem: racy{dav.Dir(dir), before}, LockSystem: noLocks{}})
	t.Cleanup(server.Close)
	return func() *Store { return mustOpen(t, Config{URL: server.URL}) }, dir
}

// shorten makes waiting for other writers short.
func shorten(t *testing.T) {
	pause := glancePause
	glancePause = time.Millisecond
	t.Cleanup(func() { glancePause = pause })
}

// wantKept fails the test unless the data of every writer who was told that it succeeded is
// there, all readers see the same of them, and a fork is told exactly where there are two.
func wantKept(t *testing.T, open func() *Store, name string, data [][]byte, errs []error) {
	t.Helper()
	s := open()
	g, err := s.glance(t.Context(), "test", name)
	if err != nil || len(g.claims) > 0 {
		t.Errorf("left behind: %q, %v", g.claims, err)
	}
	var kept [][]byte
	for _, file := range append(g.copies, name) {
		b, err := s.fetch(t.Context(), "test", name, file)
		if err != nil {
			t.Error(err)
		}
		kept = append(kept, b)
	}
	got, err := open().Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	told, winner := 0, false
	for i, err := range errs {
		switch {
		case err == nil && !slices.ContainsFunc(kept, func(b []byte) bool { return bytes.Equal(b, data[i]) }):
			t.Errorf("writer %d was told that it succeeded, and its file is not there", i)
		case err == nil:
			told++
			winner = winner || bytes.Equal(got, data[i])
		case !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrBusy): // 423, while it is another's turn
			t.Errorf("writer %d: %v", i, err)
		}
	}
	if !winner {
		t.Errorf("of %d who were told that they succeeded none is read", told)
	}
	forks, err := open().Forks(t.Context())
	if err != nil || slices.Contains(forks, name) != (told > 1) {
		t.Errorf("%d succeeded, forks are %q, %v", told, forks, err)
	}
	if again, err := open().Get(t.Context(), name); err != nil || !bytes.Equal(again, got) {
		t.Errorf("another reader sees another file: %v", err)
	}
}

// Two writers pass the server's look before either file is renamed.
func TestBothPassTheLook(t *testing.T) {
	shorten(t)
	var passed sync.WaitGroup
	passed.Add(2)
	open, _ := serveRacy(t, func(to string) {
		if to == "a" {
			passed.Done()
			passed.Wait()
		}
	})
	data := [][]byte{[]byte("one"), []byte("two")}
	errs := make([]error, 2)
	var done sync.WaitGroup
	for i := range errs {
		s := open()
		done.Go(func() { errs[i] = s.Create(t.Context(), "a", data[i]) })
	}
	done.Wait()
	wantKept(t, open, "a", data, errs)
}

// The server renames the second file only after the first writer was told that it
// succeeded: the first cannot see that it will be overwritten, and has kept a copy.
func TestOverwrittenLater(t *testing.T) {
	shorten(t)
	looked, told := make(chan bool), make(chan bool)
	var first atomic.Bool
	open, dir := serveRacy(t, func(to string) {
		if to == "a" && first.CompareAndSwap(false, true) {
			close(looked)
			<-told
		}
	})
	data := [][]byte{[]byte("first"), []byte("second")}
	errs := make([]error, 2)
	slow := open()
	var done sync.WaitGroup
	done.Go(func() { errs[1] = slow.Create(t.Context(), "a", data[1]) })
	<-looked
	errs[0] = open().Create(t.Context(), "a", data[0])
	if got, err := open().Get(t.Context(), "a"); err != nil || string(got) != "first" {
		t.Errorf("before it is overwritten: %q, %v", got, err)
	}
	close(told)
	done.Wait()
	wantKept(t, open, "a", data, errs)
	if errs[0] != nil || errs[1] != nil {
		t.Errorf("told: %v, %v", errs[0], errs[1])
	}
	if got, _ := open().Get(t.Context(), "a"); string(got) != "second" {
		t.Errorf("read: %q", got)
	}
	if err := open().Delete(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("left by Delete: %v", files)
	}
}

// The server renames whenever it likes.
func TestRaces(t *testing.T) {
	shorten(t)
	open, _ := serveRacy(t, func(string) { time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond) })
	raceOften(t, open, 6, 15)
}

// Other people's servers.
func TestRacesElsewhere(t *testing.T) {
	base, user, password := peer.Apache(t)
	for what, c := range map[string]Config{
		"Apache": {URL: base, User: user, Password: secret.Copy([]byte(password))},
		"rclone": rclone(t, t.TempDir()),
	} {
		t.Run(what, func(t *testing.T) { raceOften(t, func() *Store { return mustOpen(t, c) }, 16, 8) })
	}
}

// raceOften lets writers create one name after another.
func raceOften(t *testing.T, open func() *Store, writers, rounds int) {
	data := make([][]byte, writers)
	for round := range rounds {
		name := fmt.Sprintf("round %d", round)
		errs := make([]error, writers)
		var done sync.WaitGroup
		for i := range data {
			data[i] = fmt.Appendf(nil, "%d %d", round, i)
			s, delay := open(), time.Duration(rand.IntN(20))*time.Millisecond
			done.Go(func() {
				time.Sleep(delay)
				errs[i] = s.Create(t.Context(), name, data[i])
			})
		}
		done.Wait()
		wantKept(t, open, name, data, errs)
	}
}

// Somebody has removed the file by other means: what was kept beside it stands for it.
func TestOnlyCopiesLeft(t *testing.T) {
	open, dir := serveRacy(t, func(string) {})
	s := open()
	one, two := []byte("one"), []byte("two")
	plant(t, s, copyName("a", one), one)
	want := "one"
	for round := range 2 {
		if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
		if l, err := s.List(t.Context()); err != nil || len(l) != 1 || l[0].Name != "a" || l[0].Size != 3 {
			t.Errorf("listed: %v, %v", l, err)
		}
		if err := s.Create(t.Context(), "a", two); !errors.Is(err, store.ErrExists) {
			t.Errorf("create: %v", err)
		}
		if forks, err := s.Forks(t.Context()); err != nil || len(forks) != round {
			t.Errorf("forks: %q, %v", forks, err)
		}
		plant(t, s, copyName("a", two), two)
		if copyName("a", two) < copyName("a", one) {
			want = "two"
		}
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("left: %v", files)
	}
}

// A writer that died has left its upload: the next keeps a copy that is no fork.
func TestDeadWriter(t *testing.T) {
	shorten(t)
	open, dir := serveRacy(t, func(string) {})
	s := open()
	plant(t, s, claimPrefix("a")+"0"+tempSuffix, []byte("ha"))
	plant(t, s, claimPrefix("b")+"0"+tempSuffix, []byte("another file"))
	if err := s.Create(t.Context(), "a", []byte("half")); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path.Join(dir, copyName("a", []byte("half")))); err != nil || string(got) != "half" {
		t.Errorf("kept: %q, %v", got, err)
	}
	if forks, err := s.Forks(t.Context()); err != nil || len(forks) != 0 {
		t.Errorf("forks: %q, %v", forks, err)
	}
}

// A server that breaks off listings while others upload, as rclone does, is asked again; a
// writer who still cannot know whether it is alone keeps a copy.
func TestListingsThatBreak(t *testing.T) {
	s, f := behind(t)
	var breaks atomic.Int32
	fault := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "MOVE" {
			breaks.CompareAndSwap(-1, 99)
		}
		return r.Header.Get("Depth") == "1" && breaks.Add(-1) >= 0 &&
			raw("207 Multi-Status", "Connection: close", begin+itself+end+"Internal Server Error")(w, r)
	}
	f.set(fault)
	for _, c := range []struct {
		breaks int32
		want   error
	}{{listings - 1, nil}, {listings, store.ErrOffline}} {
		breaks.Store(c.breaks)
		if _, err := s.List(t.Context()); !errors.Is(err, c.want) {
			t.Errorf("%d break: %v", c.breaks, err)
		}
	}
	breaks.Store(-1) // from MOVE on
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		return (r.Method == "MOVE" || breaks.Load() >= 0) && fault(w, r)
	})
	if err := s.Create(t.Context(), "b", []byte("x")); err != nil {
		t.Errorf("create: %v", err)
	}
	f.set(nil)
	if g, err := s.glance(t.Context(), "test", "b"); err != nil || !g.file || len(g.copies) != 1 || len(g.claims) != 0 {
		t.Errorf("then there is %+v, %v", g, err)
	}
}

func TestCopyNames(t *testing.T) {
	long := strings.Repeat("n", 120)
	for _, name := range []string{"a", "a.age", "a.0123456789abcdef.fork", long} {
		file := copyName(name, []byte("x"))
		if of, hash, ok := copyOf(file); !ok || of != name || hash != shortHash([]byte("x")) {
			t.Errorf("%q reads back as %q, %q", file, of, hash)
		}
		if len(file) > 143 || store.CheckName(file) == nil {
			t.Errorf("%q has %d bytes, or is a name for files", file, len(file))
		}
	}
	for _, file := range []string{"", ".fork", ".a.fork", "a.0123456789abcdef.fork", ".a.0123456789abcde.fork",
		"..0123456789abcdef.fork", ".a/.0123456789abcdef.fork", ".a.my own notes on.fork", "." + long + "n.0123456789abcdef.fork", ".cloudseed-0.tmp"} {
		if of, _, ok := copyOf(file); ok {
			t.Errorf("%q is taken for a copy of %q", file, of)
		}
	}
}
