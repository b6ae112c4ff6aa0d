package cloudseed

import (
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/phrase"
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
