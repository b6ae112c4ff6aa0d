package folder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

func TestSuiteMarked(t *testing.T) {
	storetest.Run(t, column, func(t *testing.T) storetest.Place {
		p := place(t, ways...)
		dir := p.Open(t).(*Store).dir
		marker := adopt(t, dir).Marker()
		p.Open = func(t testing.TB) store.Store {
			s, err := OpenMarked(t.Context(), dir, marker)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		return p
	})
}

func adopt(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Adopt(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The stick is pulled, and its mount point stays as an empty folder; then another stick is
// plugged in; then the first one again.
func TestEmptyMountPointIsGone(t *testing.T) {
	mount := filepath.Join(t.TempDir(), "stick")
	os.Mkdir(mount, 0o700)
	s := adopt(t, mount)
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	gone := func(what string) {
		t.Helper()
		for op, err := range all(t, s) {
			if !errors.Is(err, store.ErrGone) {
				t.Errorf("%s: %s: %v", what, op, err)
			}
		}
		if _, err := OpenAddress(t.Context(), s.Address()); !errors.Is(err, store.ErrGone) {
			t.Errorf("%s: open: %v", what, err)
		}
	}
	pulled := mount + " pulled"
	os.Rename(mount, pulled)
	gone("no mount point")
	os.Mkdir(mount, 0o700)
	gone("empty mount point")
	if left, _ := os.ReadDir(mount); len(left) != 0 {
		t.Errorf("written into the mount point: %v", left)
	}
	adopt(t, mount)
	gone("another stick")
	os.RemoveAll(mount)
	os.Rename(pulled, mount)
	if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "x" {
		t.Errorf("plugged in again: %q, %v", got, err)
	}
}

// The drive goes while the folder is open.
func TestPulledWhileOpen(t *testing.T) {
	s := adopt(t, t.TempDir())
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	os.Remove(filepath.Join(s.dir, markerName))
	if _, err := s.list(root); !errors.Is(err, store.ErrGone) {
		t.Errorf("list: %v", err)
	}
	if err := s.missing(root, "a"); !errors.Is(err, store.ErrGone) {
		t.Errorf("get: %v", err)
	}
}

// Two computers, or two programs at once, agree on one marker; it is not listed and stays.
func TestOneMarker(t *testing.T) {
	dir := t.TempDir()
	found := make([]string, 16)
	var done sync.WaitGroup
	for i := range found {
		done.Go(func() { found[i] = adopt(t, dir).Marker() })
	}
	done.Wait()
	for _, marker := range found {
		if marker != found[0] || !isMarker(marker) {
			t.Errorf("adopted as %q and %q", found[0], marker)
		}
	}
	old := time.Now().Add(-48 * time.Hour)
	os.Chtimes(filepath.Join(dir, markerName), old, old)
	s := adopt(t, dir)
	if err := s.Create(t.Context(), "a", nil); err != nil { // sweeps what is old
		t.Fatal(err)
	}
	if adopt(t, dir).Marker() != found[0] {
		t.Error("another marker")
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 1 {
		t.Errorf("listed %v, %v", entries, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAddress(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a#marker=b")
	plain, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	marked := adopt(t, dir)
	if want := dir + "#marker=" + marked.Marker(); marked.Address() != want || plain.Address() != dir {
		t.Errorf("addresses %q and %q", marked.Address(), plain.Address())
	}
	for _, s := range []*Store{plain, marked} {
		again, err := OpenAddress(t.Context(), s.Address())
		if err != nil || again.Address() != s.Address() {
			t.Errorf("%s: %v, %v", s.Address(), again, err)
		}
	}
	if _, err := OpenMarked(t.Context(), dir, "short"); !errors.Is(err, store.ErrRefused) {
		t.Errorf("no marker: %v", err)
	}
	if _, err := Adopt(t.Context(), dir+"/missing"); !errors.Is(err, store.ErrGone) {
		t.Errorf("missing folder: %v", err)
	}
}

func TestDamagedMarker(t *testing.T) {
	for _, text := range []string{"", "cloudseed place ", "cloudseed place 00", "other\n", strings.Repeat("x", 2000)} {
		s := adopt(t, t.TempDir())
		os.WriteFile(filepath.Join(s.dir, markerName), []byte(text), 0o600)
		if _, err := Adopt(t.Context(), s.dir); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%q: adopt: %v", text, err)
		}
		for op, err := range all(t, s) {
			if !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("%q: %s: %v", text, op, err)
			}
		}
		if s, err := Open(s.dir); err != nil || s.Marker() != "" {
			t.Errorf("%q: open without marker: %v", text, err)
		}
	}
}
