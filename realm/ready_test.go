package realm_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloudseed/cloudseed/realm"
)

// flaky is a store that fails while it is told to, and counts who asks.
type flaky struct {
	realm.Memory
	down  atomic.Bool
	asked atomic.Int64
}

func (s *flaky) Update(ctx context.Context, id realm.RecordID, change realm.Change) error {
	s.asked.Add(1)
	if s.down.Load() {
		return errors.New("connection to secret-host refused")
	}
	return s.Memory.Update(ctx, id, change)
}

func get(r *realm.Realm, path string) (status int, body string) {
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code, w.Body.String()
}

func TestReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &flaky{}
		r := newRealm(t, realm.Config{Store: store})
		check := func(when string, want int) {
			t.Helper()
			status, body := get(r, "/readyz")
			if status != want || strings.Contains(body, "secret-host") {
				t.Errorf("%s: ready %d %q, want %d", when, status, body, want)
			}
			if status, _ := get(r, "/livez"); status != 200 {
				t.Errorf("%s: live %d", when, status)
			}
		}
		check("at first", 200)
		store.down.Store(true)
		check("within the second", 200)
		time.Sleep(time.Second)
		check("the store is down", 503)
		for range 100 {
			get(r, "/readyz")
		}
		if asked := store.asked.Load(); asked != 2 {
			t.Errorf("the store was asked %d times, want 2", asked)
		}
		store.down.Store(false)
		time.Sleep(time.Second)
		check("the store is back", 200)
		r.Stopping()
		check("stopping", 503)
	})
}
