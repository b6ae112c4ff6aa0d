package cloudseed

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
)

func TestDelete(t *testing.T) {
	w := newWorld(t)
	other := w.create(newWallet(t, 12, phrase.English))
	d := w.create(newWallet(t, 12, phrase.English), File{Name: "labels.jsonl", Data: []byte("one")})
	w.a.Another().Put("notes.age", []byte("not ours"))
	r, err := Delete(ctx, w.config(), d)
	if err != nil || !r.Dead || len(r.Places) != 2 || len(r.Realms) != 3 || len(r.Places[0].Removed) != 2 {
		t.Fatalf("delete: %+v, %v", r, err)
	}
	if len(w.a.Files()) != 2 || len(w.b.Files()) != 1 || w.journal.saved[d.Vault] != nil || w.journal.saved[other.Vault] == nil {
		t.Errorf("left: %d and %d files", len(w.a.Files()), len(w.b.Files()))
	}
	if b := w.find(w.config()); b.Vault != other.Vault {
		t.Error("another wallet's backup is gone")
	}
}

// What could not be deleted is named, nothing is written any more, and it can be repeated.
func TestDeleteIncomplete(t *testing.T) { synctest.Test(t, testDeleteIncomplete) }

func testDeleteIncomplete(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	copied := w.a.Files()
	w.setDown(true, hosts[0])
	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	r, err := Delete(ctx, w.config(), d)
	wantError(t, "delete", err, ErrNotDeleted)
	if !r.Dead || r.Places[0].Err != nil || r.Places[1].Err == nil || r.Realms[0].Err == nil || r.Realms[1].Err != nil {
		t.Errorf("%+v", r)
	}
	d = w.journal.reload(t)
	if d.State(time.Now()) != StateDeleting {
		t.Errorf("state %s", d.State(time.Now()))
	}
	wantError(t, "update", Update(ctx, w.config(), d, File{Name: "labels.jsonl"}), ErrDeleting)
	wantError(t, "new PIN", ChangePIN(ctx, w.config(), d, Unlock{PIN: pin()}, newPIN(), Routine), ErrDeleting)
	if len(w.a.Files()) != 0 {
		t.Error("something was written")
	}
	w.setDown(false, hosts[0])
	w.b.Before = nil
	if err := Resume(ctx, w.config(), d); err != nil || len(w.b.Files()) != 0 || len(w.journal.saved) != 0 {
		t.Errorf("resume: %v", err)
	}
	for name, data := range copied {
		w.a.Another().Put(name, data)
	}
	_, err = w.tryPIN(nil, pin())
	wantError(t, "a copy that somebody kept", err, ErrNoRecord)
}

// An upload that was cut short for the deletion, and arrives after the files were removed, is
// removed too.
func TestDeleteWaitsForLateUpload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		d := w.create(newWallet(t, 12, phrase.English))
		c := NewCourier(w.config(), d)
		cut, stop := context.WithCancel(ctx)
		w.b.Before = func(op, name string) error {
			if op != "create" {
				return nil
			}
			stop() // the caller gives up; the place has all bytes, and is slow
			sent := w.journal.reload(t).Files.Pending
			time.AfterFunc(2*time.Second, func() { w.b.Another().Put(name, sent) })
			return context.Canceled
		}
		if err := c.Offer(labels("one")); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Send(cut); err == nil {
			t.Fatal("nothing was cut short")
		}
		w.b.Before = nil
		r, err := Delete(ctx, w.config(), w.journal.reload(t))
		time.Sleep(time.Minute)
		if err != nil || len(w.a.Files()) != 0 || len(w.b.Files()) != 0 {
			t.Errorf("delete: %+v, %v, left %d and %d", r, err, len(w.a.Files()), len(w.b.Files()))
		}
	})
}
