package cloudseed

import (
	"errors"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/phrase"
)

// A restore on another device is explained by its receipt: nobody is frightened. A stranger
// beside it is still seen.
func TestReceiptExplainsARestore(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	other := w.config()
	other.Journal, other.DeviceName = &journal{}, "new phone"
	r := w.restore(other)
	wantError(t, "before the receipt", Remind(ctx, w.config(), d, pin()), ErrStranger)
	if err := LeaveReceipt(ctx, other, r); err != nil {
		t.Fatal(err)
	}
	if err := Remind(ctx, w.config(), d, pin()); err != nil {
		t.Fatalf("after it: %v", err)
	}
	for _, p := range d.Report(time.Now()).Parts {
		if p.Elsewhere.IsZero() {
			t.Errorf("%s: opened elsewhere is not shown", p.Place)
		}
	}
	if err := Check(ctx, w.config(), d); err != nil {
		t.Errorf("check: %v", err)
	}
	w.stranger(d, "canary-000001")
	wantError(t, "and a stranger", Remind(ctx, w.config(), d, pin()), ErrStranger)
}

// A restore on a computer that knows the backup is its own guess, right or wrong.
func TestRestoreBesideAKnownDevice(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	c := w.config()
	c.Known = []*Device{d}
	if _, err := Restore(ctx, c, w.find(c), newPIN()); !errors.As(err, new(*WrongPINError)) {
		t.Fatal(err)
	}
	w.restore(c)
	if err := Check(ctx, w.config(), w.journal.reload(t)); err != nil {
		t.Errorf("check: %v", err)
	}
}

// Each of several restores explains itself, even if they were in the same second by devices
// of one name.
func TestReceiptsOfOneSecond(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	for range 3 {
		other := w.config()
		other.Journal, other.DeviceName = &journal{}, "new phone"
		if err := LeaveReceipt(ctx, other, w.restore(other)); err != nil {
			t.Fatal(err)
		}
	}
	if err := Check(ctx, w.config(), d); err != nil {
		t.Errorf("check: %v", err)
	}
}
