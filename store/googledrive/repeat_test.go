package googledrive

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/store"
)

// Each request of each method fails once in each way, and comes to a good end: one copy.
func TestOneFault(t *testing.T) {
	for what, fault := range map[string]fakecloud.Fault{
		"dropped": {Drop: true}, "lost": {Lost: true}, "cut": {Cut: 1}, "500": {Status: 500}, "503": {Status: 503},
		"rate": drive.Fault("", drive.UserRateLimit),
	} {
		for after := range 8 {
			w, s := started(t)
			fault.After = after
			w.cloud.Fail(fault)
			if err := s.Create(t.Context(), "b", []byte("new")); err != nil {
				t.Errorf("%s, request %d: create: %v", what, after, err)
			}
			wantFile(t, s, "b", "new")
			if err := s.Delete(t.Context(), "a"); err != nil {
				t.Errorf("%s, request %d: delete: %v", what, after, err)
			}
			w.cloud.Heal()
			if w.copies("b") != 1 || w.copies("a") != 0 {
				t.Errorf("%s, request %d: %d copies of b, %d of a", what, after, w.copies("b"), w.copies("a"))
			}
		}
	}
}

// The same for a file that is sent in chunks.
func TestOneFaultLarge(t *testing.T) {
	large := bytes.Repeat([]byte("large"), 1<<20)
	for what, fault := range map[string]fakecloud.Fault{"dropped": {Drop: true}, "lost": {Lost: true}, "503": {Status: 503}} {
		for after := range 5 {
			w, s := started(t)
			fault.After = after
			w.cloud.Fail(fault)
			if err := s.Create(t.Context(), "b", large); err != nil {
				t.Errorf("%s, request %d: %v", what, after, err)
			}
			if got, err := s.Get(t.Context(), "b"); err != nil || !bytes.Equal(got, large) || w.copies("b") != 1 {
				t.Errorf("%s, request %d: %d bytes, %v, %d copies", what, after, len(got), err, w.copies("b"))
			}
		}
	}
}

// No answer ever comes: it is not known what is stored, but it is stored once at most.
func TestAnswersAlwaysLost(t *testing.T) {
	w, s := started(t)
	w.cloud.Fail(fakecloud.Fault{Path: uploads, Lost: true, Times: -1})
	wantKind(t, "create", s.Create(t.Context(), "b", []byte("x")), store.ErrOffline)
	if got := w.copies("b"); got != 1 {
		t.Errorf("%d copies", got)
	}
	w.cloud.Heal()
	wantKind(t, "again", s.Create(t.Context(), "b", []byte("x")), store.ErrExists)
	wantFile(t, w.open(t, Config{}), "b", "x")
}

func TestHangingServer(t *testing.T) {
	w, s := started(t)
	w.cloud.Fail(fakecloud.Fault{Delay: time.Hour, Times: -1})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := s.List(ctx)
	wantKind(t, "list", err, store.ErrOffline)
	if took := time.Since(start); took > time.Second || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("took %v: %v", took, err)
	}
}

// The program overwrites nothing: neither an update nor a second upload of a name is sent.
func TestNeverOverwrites(t *testing.T) {
	w, s := started(t)
	w.cloud.Forget()
	wantKind(t, "create", s.Create(t.Context(), "a", []byte("again")), store.ErrExists)
	for _, e := range w.cloud.Exchanges() {
		if e.Method != http.MethodGet {
			t.Errorf("it is there already, and %s %s was sent", e.Method, e.URL.Path)
		}
	}
	all(t, s)
	for _, e := range w.cloud.Exchanges() {
		if e.Method == http.MethodPatch || e.Method == http.MethodPut {
			t.Errorf("%s %s was sent", e.Method, e.URL.Path)
		}
	}
}
