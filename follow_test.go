package cloudseed

import (
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
)

// A computer that knew an older registration takes the newer one over, keeps its places, and
// ends its own old record.
func TestFollowNewer(t *testing.T) {
	w := newWorld(t)
	old := w.create(newWallet(t, 12, phrase.English))
	phone, _ := w.phone()
	phone.Places = phone.Places[:1]
	takeOver(t, phone, w.restoredOn(phone))

	c := w.config()
	c.Places = c.Places[:1]
	s, err := Find(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Restore(ctx, c, s.Backups[0], pin())
	if err != nil {
		t.Fatal(err)
	}
	if !r.Follow(old, false) || r.Device.Registration != 2 || len(r.Device.Places) != 2 || len(r.Device.Old) != 1 {
		t.Fatalf("followed: %+v", r.Device)
	}
	d := r.Device
	if err := w.journal.Save(d); err != nil {
		t.Fatal(err)
	}
	d = w.journal.reload(t)
	if err := Resume(ctx, w.config(), d); err != nil || len(d.Old) != 0 || d.State(time.Now()) != StateProtected {
		t.Fatalf("resume: %v, %s", err, d.State(time.Now()))
	}
	if r, err := w.tryPIN(&w.config().Places[1], pin()); err != nil || r.Device.Registration != 2 {
		t.Errorf("the place that it alone knew: %v", err)
	}
}

// What the computer has seen itself is worth more than the same or less from a place.
func TestFollowNotOlder(t *testing.T) {
	w := newWorld(t)
	old := w.create(newWallet(t, 12, phrase.English), labels("one"))
	phone, _ := w.phone()
	r := w.restoredOn(phone)
	if r.Follow(old, true) {
		t.Error("the same is taken")
	}
	if err := Update(ctx, phone, r.Device, labels("two")); err != nil {
		t.Fatal(err)
	}
	if r := w.restoredOn(phone); !r.Follow(old, false) || r.Device.Files.Generation != 2 || len(r.Device.Old) != 0 {
		t.Error("newer files of the same registration are not taken")
	}
	takeOver(t, w.config(), &Restored{Device: old, Wallet: r.Wallet})
	if r.Follow(old, true) {
		t.Error("an older registration is taken")
	}
}

// Of a fork the person decides for the other side: this computer's own side then ends.
func TestFollowDecidesAFork(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	phone, _ := w.phone()
	r := w.restoredOn(phone)
	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	if err := ChangePIN(ctx, phone, r.Device, Unlock{Wallet: wallet}, newPIN(), Routine); err == nil {
		t.Fatal("the change reached a place that is down")
	}
	w.b.Before = nil
	wantError(t, "the fork", ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, pin(), Routine), ErrFork)

	theirs, err := w.tryPIN(&w.config().Places[0], newPIN())
	if err != nil {
		t.Fatal(err)
	}
	if theirs.Follow(d, false) {
		t.Error("decided without the person")
	}
	if !theirs.Follow(d, true) || len(theirs.Device.Old) != 2 {
		t.Fatalf("followed: %+v", theirs.Device)
	}
	if err := Resume(ctx, w.config(), theirs.Device); err != nil || len(theirs.Device.Old) != 0 {
		t.Fatalf("resume: %v", err)
	}
	for _, p := range w.config().Places {
		if _, err := w.tryPIN(&p, newPIN()); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}
