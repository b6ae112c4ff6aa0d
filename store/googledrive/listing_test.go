package googledrive

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/store"
)

// A listing is whole or an error.
func TestPages(t *testing.T) {
	w, s := started(t)
	w.drive.Page(1)
	for i := range 3 {
		w.drive.Plant(sam, w.id(t, "a"), fmt.Sprint(i), nil, time.Now())
	}
	second := func(r *http.Request) bool { return r.URL.Query().Get("pageToken") != "" }
	for _, c := range []struct {
		fault fakecloud.Fault
		want  error
	}{
		{fakecloud.Fault{Match: second, Drop: true}, store.ErrOffline},
		{fakecloud.Fault{Match: second, Status: 400, Body: drive.Refusal{Status: 400, Reason: "invalid", Location: "pageToken"}.JSON()}, store.ErrRefused},
		{fakecloud.Fault{Change: func(body []byte) []byte {
			return bytes.Replace(body, []byte(`"incompleteSearch":false`), []byte(`"incompleteSearch":true`), 1)
		}}, store.ErrOffline},
		{fakecloud.Fault{Status: 200, Body: `{"files":[],"nextPageToken":"again"}`}, store.ErrCorrupt},
	} {
		c.fault.Times = -1
		w.cloud.Fail(c.fault)
		entries, err := s.List(t.Context())
		wantKind(t, "list", err, c.want)
		if entries != nil {
			t.Errorf("and listed %v", entries)
		}
		w.cloud.Heal()
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 4 {
		t.Errorf("listed %v, %v", entries, err)
	}
}

// A token of a page that is refused once, or twice, costs a new beginning and nothing else: no
// file is missing or twice in the listing. One that is always refused ends it.
func TestPageTokenRefused(t *testing.T) {
	w, s := started(t)
	w.drive.Page(2)
	for i := range 4 {
		w.drive.Plant(sam, w.id(t, "a"), fmt.Sprint(i), nil, time.Now())
	}
	onPages := func(r *http.Request) bool { return strings.Contains(r.URL.Query().Get("q"), "in parents") }
	later := func(r *http.Request) bool { return onPages(r) && r.URL.Query().Get("pageToken") != "" }
	refusal := drive.Refusal{Status: 400, Reason: "invalid", Message: "Invalid Value", Location: "pageToken"}
	for _, status := range []int{400, 410} {
		refusal.Status = status
		for times := 1; times < maxStarts; times++ {
			for after := range 2 {
				w.cloud.Forget()
				w.cloud.Fail(fakecloud.Fault{Match: later, After: after, Times: times, Status: status, Body: refusal.JSON()})
				entries, err := s.List(t.Context())
				if err != nil || len(entries) != 5 || w.cloud.Heal() != 0 {
					t.Errorf("%d refused %d times after %d: listed %v, %v", status, times, after, entries, err)
				}
			}
		}
		w.cloud.Forget()
		w.cloud.Fail(fakecloud.Fault{Match: later, Times: -1, Status: status, Body: refusal.JSON()})
		_, err := s.List(t.Context())
		wantKind(t, "always refused", err, store.ErrRefused)
		starts := 0
		for _, e := range w.cloud.Exchanges() {
			if strings.Contains(e.URL.Query().Get("q"), "in parents") && !e.URL.Query().Has("pageToken") {
				starts++
			}
		}
		if starts != maxStarts {
			t.Errorf("begun %d times, want %d", starts, maxStarts)
		}
		w.cloud.Heal()
	}
}

// The first page has no token: what Drive refuses there is not asked again.
func TestQuestionRefused(t *testing.T) {
	w, s := started(t)
	w.cloud.Forget()
	w.cloud.Fail(fakecloud.Fault{Status: 400, Times: -1})
	_, err := s.List(t.Context())
	wantKind(t, "list", err, store.ErrRefused)
	if asked := len(w.cloud.Exchanges()); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// Listings lag; what this computer wrote itself is known all the same.
func TestLag(t *testing.T) {
	w, _ := started(t)
	w.cloud.Skip(time.Hour)
	s := w.open(t, Config{})
	w.drive.Lag(time.Minute)
	if err := s.Create(t.Context(), "b", []byte("new")); err != nil {
		t.Fatal(err)
	}
	wantFile(t, s, "b", "new")
	wantKind(t, "again", s.Create(t.Context(), "b", []byte("new")), store.ErrExists)
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 2 {
		t.Errorf("listed %v, %v", entries, err)
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(t.Context(), "a") // listed still
	wantKind(t, "get of what is deleted", err, store.ErrNotFound)
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Errorf("delete again: %v", err)
	}
	if err := w.open(t, Config{}).Delete(t.Context(), "b"); err != nil {
		t.Errorf("another computer: %v", err)
	}
	w.drive.Remove(sam, w.id(t, "b"))
	_, err = s.Get(t.Context(), "b")
	wantKind(t, "get of what another computer deleted", err, store.ErrNotFound)
}

// A folder that was made just now is not listed yet.
func TestNewFolderWhileListingsLag(t *testing.T) {
	w := newWorld(t)
	w.drive.Lag(time.Minute)
	s := w.open(t, Config{Create: true})
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	wantFile(t, s, "a", "x")
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 1 {
		t.Errorf("listed %v, %v", entries, err)
	}
	w.cloud.Skip(10 * time.Minute)
	wantFile(t, w.open(t, Config{}), "a", "x")
	w.drive.Remove(sam, w.id(t, DefaultFolder))
	_, err := s.List(t.Context())
	wantKind(t, "list", err, store.ErrGone)
}

// Drive's search does not tell upper from lower case; names here do.
func TestCase(t *testing.T) {
	_, s := started(t)
	_, err := s.Get(t.Context(), "A")
	wantKind(t, "get A", err, store.ErrNotFound)
	if err := s.Create(t.Context(), "A", []byte("capital")); err != nil {
		t.Fatal(err)
	}
	wantFile(t, s, "A", "capital")
	if err := s.Delete(t.Context(), "A"); err != nil {
		t.Fatal(err)
	}
	wantFile(t, s, "a", "stored")
}
