package cloudseed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
)

func state(n int) File { return File{Name: "channel.backup", Data: fmt.Appendf(nil, "state %d", n)} }

// newestIn restores from one place alone and returns the attached file.
func (w *world) newestIn(p Place) string {
	w.t.Helper()
	c := w.config()
	c.Places = []Place{p}
	r := w.restore(c)
	if len(r.Files) != 1 {
		w.t.Fatalf("%s: %d files came back", p.Name, len(r.Files))
	}
	return string(r.Files[0].Data)
}

// A place that takes half a minute for each file delays only itself: the other one has every
// state at once, the slow one passes states over, and both have the last.
func TestCourierSlowPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		d := w.create(newWallet(t, 12, phrase.English))
		var fast, slow atomic.Int32
		w.a.Before = func(op, name string) error { return count(op, &fast) }
		w.b.Before = func(op, name string) error {
			if op == "create" {
				time.Sleep(30 * time.Second)
			}
			return count(op, &slow)
		}
		c := NewCourier(w.config(), d)
		sent := make(chan error, 1)
		for n := range 100 {
			if err := c.Offer(state(n)); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				go func() { _, err := c.Send(t.Context()); sent <- err }()
			}
			time.Sleep(2 * time.Second)
			if n%30 != 0 {
				continue
			}
			if got := w.newestIn(w.config().Places[0]); got != string(state(n).Data) {
				t.Fatalf("the fast place has %q after state %d", got, n)
			}
		}
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
		if got := w.newestIn(w.config().Places[1]); got != "state 99" {
			t.Errorf("the slow place has %q", got)
		}
		if fast.Load() != 100 || slow.Load() > 10 {
			t.Errorf("%d files in the fast place, %d in the slow one", fast.Load(), slow.Load())
		}
		if d.Stage != StageDone || d.Files.Pending != nil {
			t.Errorf("after all: %+v", d)
		}
	})
}

func count(op string, n *atomic.Int32) error {
	if op == "create" {
		n.Add(1)
	}
	return nil
}

// A place that is down for days gets the last state when it is back, across restarts, at
// the times that it asks for; the other has it at once.
func TestCourierDaysOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.create(newWallet(t, 12, phrase.English))
		back := time.Now().Add(72 * time.Hour)
		tries := 0
		w.b.Before = func(op, name string) error {
			if time.Now().After(back) {
				return nil
			}
			if op == "create" {
				tries++
			}
			return store.Errorf(op, name, store.ErrOffline, "the cable is cut")
		}
		for n := range 80 { // each a program of its own, an hour long
			d := w.journal.reload(t)
			c := NewCourier(w.config(), d)
			if err := c.Offer(state(n)); err != nil {
				t.Fatal(err)
			}
			end := time.Now().Add(time.Hour)
			for time.Now().Before(end) {
				next, _ := c.Send(t.Context())
				if next.IsZero() || next.After(end) {
					next = end
				}
				time.Sleep(time.Until(next))
			}
			if n%30 > 0 {
				continue
			}
			if got := w.newestIn(w.config().Places[0]); got != string(state(n).Data) {
				t.Fatalf("hour %d: the place that works has %q", n, got)
			}
			if d := w.journal.reload(t); time.Now().Before(back) && (d.FailingSince().IsZero() || d.State(time.Now()) == StateProtected) {
				t.Fatalf("hour %d: %s, failing since %v", n, d.State(time.Now()), d.FailingSince())
			}
		}
		if got := w.newestIn(w.config().Places[1]); got != "state 79" {
			t.Errorf("the other has %q", got)
		}
		if tries > 72*14 {
			t.Errorf("%d tries in 72 hours", tries)
		}
		if d := w.journal.reload(t); !d.FailingSince().IsZero() || d.Stage != StageDone {
			t.Errorf("at the end: %+v", d)
		}
	})
}

// The wait that a provider asks for is kept, also by the Courier after a restart.
func TestCourierWaitsAsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		d := w.create(newWallet(t, 12, phrase.English))
		busyUntil := time.Now().Add(6 * time.Hour)
		w.b.Before = func(op, name string) error {
			if now := time.Now(); now.Before(busyUntil) {
				return &store.Error{Op: op, Name: name, Kind: store.ErrBusy, After: busyUntil.Sub(now)}
			}
			return nil
		}
		c := NewCourier(w.config(), d)
		if err := c.Offer(state(1)); err != nil {
			t.Fatal(err)
		}
		next, err := c.Send(t.Context())
		wantError(t, "first", err, store.ErrBusy)
		if next.Before(busyUntil) || next.After(busyUntil.Add(time.Hour)) {
			t.Errorf("asks again %v, may from %v on", next, busyUntil)
		}
		calls := len(w.b.Calls())
		again, err := NewCourier(w.config(), w.journal.reload(t)).Send(t.Context())
		wantError(t, "after a restart", err, store.ErrBusy)
		if !again.Equal(next) || len(w.b.Calls()) != calls {
			t.Errorf("after a restart: next at %v, %d calls more", again, len(w.b.Calls())-calls)
		}
		time.Sleep(time.Until(next))
		if _, err := NewCourier(w.config(), w.journal.reload(t)).Send(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// What ends a Courier: dangerous files, a journal that cannot be written, a caller that stops.
func TestCourierEnds(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	c := NewCourier(w.config(), d)
	wantError(t, "a channel database", c.Offer(File{Name: "channel.db", Data: []byte("x")}), ErrDangerous)

	full := errors.New("disk full")
	w.journal.fail = full
	if err := c.Offer(state(1)); err != nil {
		t.Fatal(err)
	}
	_, err := c.Send(ctx)
	wantError(t, "the journal", err, full)
	w.journal.fail = nil

	stopped, stop := context.WithCancel(ctx)
	w.a.Before = func(op, name string) error { stop(); return nil }
	d = w.journal.reload(t)
	c = NewCourier(w.config(), d)
	if err := c.Offer(state(2)); err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(stopped)
	wantError(t, "stopped", err, context.Canceled)
	if !d.FailingSince().IsZero() {
		t.Error("a place is blamed for a caller that stopped")
	}
	if _, err := NewCourier(w.config(), w.journal.reload(t)).Send(ctx); err != nil {
		t.Fatal(err)
	}
	if got := w.newestIn(w.config().Places[1]); got != "state 2" {
		t.Errorf("after going on: %q", got)
	}
}

func TestUnchanged(t *testing.T) {
	w := newWorld(t)
	w.create(newWallet(t, 12, phrase.English), state(1))
	d := w.journal.reload(t)
	if !d.Unchanged(state(1)) || d.Unchanged(state(2)) || d.Unchanged() || d.Unchanged(state(1), state(2)) {
		t.Error("changes are not told from none")
	}
	if bytes.Contains(w.journal.saved[d.Vault], []byte("state 1")) {
		t.Error("the journal holds an attached file")
	}
}
