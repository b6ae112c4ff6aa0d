package cloudseed

import (
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

func TestCheck(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), File{Name: "labels.jsonl", Data: []byte("{}")})
	if err := Check(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}
	seen := d.Places[0].Wallet.ReadBack

	w.a.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	wantError(t, "offline", Check(ctx, w.config(), d), store.ErrOffline)
	if d.State(time.Now()) != StateNeedsYou || !d.Places[0].Wallet.ReadBack.Equal(seen) {
		t.Errorf("offline: state %s; old evidence must stay, with its time", d.State(time.Now()))
	}
	w.a.Before = nil

	w.a.Delete(ctx, d.Places[0].Files.File)
	wantError(t, "file gone", Check(ctx, w.config(), d), store.ErrNotFound)
	if d.State(time.Now()) != StateNeedsYou {
		t.Errorf("file gone: state %s", d.State(time.Now()))
	}
	if err := Resume(ctx, w.config(), d); err != nil { // put there again, from the other place
		t.Fatal(err)
	}
	if err := Check(ctx, w.config(), d); err != nil || d.State(time.Now()) != StateProtected {
		t.Errorf("after repair: %v, state %s", err, d.State(time.Now()))
	}

	w.a.Put(d.Places[0].Wallet.File, []byte("something else"))
	wantError(t, "file changed", Check(ctx, w.config(), d), store.ErrCorrupt)
	if err := Resume(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}

	without := w.config()
	without.Places = without.Places[1:]
	wantError(t, "no way to a place", Check(ctx, without, d), store.ErrGone)
	if d.State(time.Now()) != StateNeedsYou {
		t.Errorf("no way to a place: state %s", d.State(time.Now()))
	}

	w.setDown(true, hosts[0])
	if err := Check(ctx, w.config(), d); err != nil {
		t.Errorf("one realm down is within the threshold: %v", err)
	}
	w.setDown(true, hosts[1])
	wantError(t, "two realms down", Check(ctx, w.config(), d), ErrRealms)
	if d.State(time.Now()) != StateNeedsYou {
		t.Errorf("two realms down: state %s", d.State(time.Now()))
	}
	w.setDown(false, hosts...)
	if err := Check(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}
	if s := d.State(time.Now().Add(EvidenceAge + time.Hour)); s != StateOutOfDate {
		t.Errorf("later: %s", s)
	}
}

// A synced folder has a file before its cloud does.
type queued struct{ *storetest.Memory }

func (queued) Queued() bool { return true }

func TestQueuedIsNotProtected(t *testing.T) {
	w := newWorld(t)
	c := w.config()
	c.Places = c.Places[:1]
	c.Places[0].Store = queued{w.a}
	d, err := Create(ctx, c, newWallet(t, 12, phrase.English), pin())
	if err != nil || d.State(time.Now()) != StateQueued {
		t.Errorf("a synced folder alone: %s, %v", d.State(time.Now()), err)
	}
	c.Places = append(c.Places, w.config().Places[1])
	if d, err = Create(ctx, c, newWallet(t, 12, phrase.English), pin()); err != nil || d.State(time.Now()) != StateProtected {
		t.Errorf("with a second place: %s, %v", d.State(time.Now()), err)
	}
}
