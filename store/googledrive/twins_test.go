package googledrive

import (
	"slices"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/store"
)

// Another device is faster, between the look and the upload.
func TestOvertaken(t *testing.T) {
	w, s := started(t)
	w.cloud.Fail(fakecloud.Fault{Path: uploads, Do: func() {
		w.drive.Plant(sam, w.id(t, "a"), "b", []byte("faster"), time.Now().Add(-time.Second))
	}})
	wantKind(t, "create", s.Create(t.Context(), "b", []byte("slower")), store.ErrExists)
	wantFile(t, s, "b", "faster")
	if got := w.copies("b"); got != 1 {
		t.Errorf("%d copies: the loser left its own", got)
	}
	w.cloud.Fail(fakecloud.Fault{Path: uploads, Do: func() {
		w.drive.Plant(sam, w.id(t, "a"), "c", []byte("slower"), time.Now().Add(time.Minute))
	}})
	if err := s.Create(t.Context(), "c", []byte("faster")); err != nil {
		t.Errorf("create: %v", err)
	}
	wantFile(t, w.open(t, Config{}), "c", "faster")
}

func TestForks(t *testing.T) {
	w, s := started(t)
	now := time.Now()
	w.drive.Plant(sam, w.id(t, "a"), "a", []byte("newer"), now.Add(time.Hour))
	w.drive.Plant(sam, w.id(t, "a"), "twin", []byte("same"), now)
	w.drive.Plant(sam, w.id(t, "a"), "twin", []byte("same"), now)
	lower := min(w.drive.Plant(sam, w.id(t, "a"), "tie", []byte("?"), now), w.drive.Plant(sam, w.id(t, "a"), "tie", []byte("?"), now))
	w.drive.Damage(sam, lower, func([]byte) []byte { return []byte("?") })
	if forks, err := s.Forks(t.Context()); err != nil || !slices.Equal(forks, []string{"a"}) {
		t.Errorf("forks: %q, %v", forks, err)
	}
	entries, err := s.List(t.Context())
	if err != nil || len(entries) != 3 || entries[0].Name != "a" || entries[0].Size != int64(len("stored")) {
		t.Errorf("listed %v, %v", entries, err)
	}
	for range 3 {
		wantFile(t, w.open(t, Config{}), "a", "stored")
	}
	if files, _, err := s.named(t.Context(), "get", "tie"); err != nil || files[0].Id != lower {
		t.Errorf("of two equally old files the higher id counts")
	}
	wantKind(t, "create", s.Create(t.Context(), "a", []byte("x")), store.ErrExists)
	if err := s.Delete(t.Context(), "a"); err != nil || w.copies("a") != 0 {
		t.Errorf("delete: %v, %d copies left", err, w.copies("a"))
	}
}

// Two computers write one name and do not see each other. Both files stay, everybody reads
// the same one, and the name is reported.
func TestForkWhileListingsLag(t *testing.T) {
	w, one := started(t)
	w.cloud.Skip(10 * time.Minute)
	two := w.open(t, Config{})
	w.drive.Lag(time.Minute)
	for what, s := range map[string]*Store{"one": one, "two": two} {
		if err := s.Create(t.Context(), "b", []byte(what)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		w.cloud.Skip(time.Second)
	}
	w.cloud.Skip(10 * time.Minute)
	read := map[string]bool{}
	for _, s := range []*Store{one, two, w.open(t, Config{})} {
		data, err := s.Get(t.Context(), "b")
		if err != nil {
			t.Error(err)
		}
		read[string(data)] = true
		if forks, err := s.Forks(t.Context()); err != nil || !slices.Equal(forks, []string{"b"}) {
			t.Errorf("forks: %q, %v", forks, err)
		}
	}
	if len(read) != 1 || w.copies("b") != 2 {
		t.Errorf("read %v of %d copies", read, w.copies("b"))
	}
}
