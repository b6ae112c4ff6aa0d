package cloudseed

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
)

// phone is another device of the same person: it has a journal of its own.
func (w *world) phone() (Config, *journal) {
	c, j := w.config(), &journal{}
	c.Journal, c.DeviceName = j, "Samantha's phone"
	return c, j
}

// restoredOn restores on another device, which then remembers the vault.
func (w *world) restoredOn(c Config) *Restored {
	w.t.Helper()
	s, err := Find(ctx, c)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := Restore(ctx, c, s.Backups[0], pin())
	if err != nil {
		w.t.Fatal(err)
	}
	if err := c.save(r.Device); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// takeOver takes over with the PIN that was typed.
func takeOver(t *testing.T, c Config, r *Restored) *Device {
	t.Helper()
	if err := TakeOver(ctx, c, r.Device, Unlock{Wallet: &r.Wallet}, pin(), Routine); err != nil {
		t.Fatal(err)
	}
	return r.Device
}

func TestTakeOver(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), File{Name: "labels.jsonl", Data: []byte("one")})
	phone, _ := w.phone()
	r := w.restoredOn(phone)
	if err := LeaveReceipt(ctx, phone, r); err != nil {
		t.Fatal(err)
	}
	if err := Check(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}
	for _, part := range []envelope.Part{envelope.WalletPart, envelope.FilesPart} {
		if o := d.OpenedElsewhere(part); o == nil || o.Receipt.Device != "Samantha's phone" || o.Receipt.Registration != 1 {
			t.Errorf("the receipt for the %s part: %+v", part, o)
		}
	}

	if err := Check(ctx, phone, r.Device); err != nil || r.Device.OpenedElsewhere(envelope.WalletPart) != nil {
		t.Errorf("the phone takes its own receipt for another's: %v", err)
	}

	n := takeOver(t, phone, r)
	if n.Registration != 2 || n.State(time.Now()) != StateProtected || n.OpenedElsewhere(envelope.WalletPart) != nil {
		t.Errorf("the new device: %+v", n)
	}
	var replaced *ReplacedError
	err := Check(ctx, w.config(), d)
	if !errors.As(err, &replaced) || replaced.Newer.Registration != 2 || replaced.Own != 1 || replaced.Device != "Samantha's phone" || replaced.Newer.Modified.IsZero() {
		t.Fatalf("check on the old device: %v", err)
	}
	d = w.journal.reload(t)
	if d.State(time.Now()) != StateReplaced {
		t.Errorf("state %s", d.State(time.Now()))
	}
	before := w.a.Files()
	for what, err := range map[string]error{
		"update":  Update(ctx, w.config(), d, File{Name: "labels.jsonl", Data: []byte("late")}),
		"new PIN": ChangePIN(ctx, w.config(), d, Unlock{PIN: pin()}, newPIN(), Routine),
		"kit":     AddKit(ctx, w.config(), d, NewKit(), Unlock{PIN: pin()}),
		"place":   AddPlace(ctx, w.config(), d, "first"),
		"resume":  Resume(ctx, w.config(), d),
	} {
		wantError(t, what, err, ErrReplaced)
	}
	_, err = Delete(ctx, w.config(), d)
	wantError(t, "delete", err, ErrReplaced)
	if len(w.a.Files()) != len(before) {
		t.Error("a replaced device has written")
	}
	if r, err := w.tryPIN(nil, pin()); err != nil || r.Device.Registration != 2 || string(r.Files[0].Data) != "one" {
		t.Errorf("after all that: %v", err)
	}
}

// A device that only updates learns it too, once its last look is an hour old, and an update
// before that is one write and one read-back.
func TestUpdateLearnsIt(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), File{Name: "labels.jsonl", Data: []byte("one")})
	calls := len(w.a.Calls())
	if err := Update(ctx, w.config(), d, File{Name: "labels.jsonl", Data: []byte("two")}); err != nil {
		t.Fatal(err)
	}
	if done := w.a.Calls()[calls:]; len(done) != 2 || !strings.HasPrefix(done[0], "create") || !strings.HasPrefix(done[1], "get") {
		t.Errorf("an update did %q", done)
	}
	phone, _ := w.phone()
	takeOver(t, phone, w.restoredOn(phone))
	d.Surveyed = d.Surveyed.Add(-2 * time.Hour)
	wantError(t, "update", Update(ctx, w.config(), d, File{Name: "labels.jsonl", Data: []byte("three")}), ErrReplaced)
	wantError(t, "the next", Update(ctx, w.config(), w.journal.reload(t), File{Name: "labels.jsonl"}), ErrReplaced)
	r, err := w.tryPIN(nil, pin())
	if err != nil || string(r.Files[0].Data) != "two" {
		t.Errorf("the files of the newer registration: %+v, %v", r, err)
	}
	skippedAs(t, r.Skipped[:1], "Wallet backup - Samantha - files 3.age", ErrOldFiles)
}

// A cloud cannot make a device stop by what it can make itself: copies of old stanzas.
func TestOldStanzaDoesNotReplace(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	old := w.a.Files()["Wallet backup - Samantha - wallet 1.age"]
	if err := ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, newPIN(), Routine); err != nil {
		t.Fatal(err)
	}
	w.a.Put("Wallet backup - Samantha - wallet 9.age", old)
	if err := Check(ctx, w.config(), d); err != nil || d.Other != nil {
		t.Errorf("check: %v", err)
	}
}

// The new device has one place; the old one knows another, which lags, and copies it there.
func TestReplacedDeviceCopiesToPlacesThatLag(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	phone, _ := w.phone()
	phone.Places = phone.Places[:1]
	n := takeOver(t, phone, w.restoredOn(phone))
	wantError(t, "check", Check(ctx, w.config(), d), ErrReplaced)
	second := w.config().Places[1]
	r, err := w.tryPIN(&second, pin())
	if err != nil || r.Device.Registration != 2 || r.Device.Wallet.SHA256 != n.Wallet.SHA256 {
		t.Fatalf("the place that lagged: %+v, %v", r, err)
	}
}

// A new device that finds the newer backup in one of two places copies it to the other.
func TestRestoreCopiesToPlacesThatLag(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	if err := ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, pin(), Routine); err == nil {
		t.Fatal("the change reached a place that is down")
	}
	w.b.Before = nil
	phone, _ := w.phone()
	r := w.restoredOn(phone)
	if len(r.Behind) != 1 || r.Behind[0] != (Lag{"second", envelope.WalletPart, 1, 2}) || r.Device.State(time.Now()) != StateUnfinished {
		t.Fatalf("behind: %+v, state %s", r.Behind, r.Device.State(time.Now()))
	}
	if err := Resume(ctx, phone, r.Device); err != nil {
		t.Fatal(err)
	}
	if f := w.b.Files()["Wallet backup - Samantha - wallet 2.age"]; envelope.Sum(f) != d.Wallet.SHA256 {
		t.Error("the newer wallet part is not in the place that lagged")
	}
	if r := w.restoredOn(phone); len(r.Behind) != 0 || r.Device.State(time.Now()) != StateProtected {
		t.Errorf("afterwards: %+v", r.Behind)
	}
}

// The device that was replaced ends what it made, and only when it has seen the newer one.
func TestGiveWay(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	wantError(t, "not replaced", GiveWay(ctx, w.config(), d), ErrNotReplaced)
	copied := w.a.Files()
	phone, _ := w.phone()
	takeOver(t, phone, w.restoredOn(phone))
	if err := GiveWay(ctx, w.config(), d); err != nil || len(w.journal.saved) != 0 {
		t.Fatalf("give way: %v", err)
	}
	if _, err := w.tryPIN(nil, pin()); err != nil {
		t.Errorf("the other device's backup: %v", err)
	}
	for name, data := range copied {
		w.a.Put(name, data)
	}
	s, _ := Find(ctx, w.config())
	_, err := Restore(ctx, w.config(), s.Backups[1], pin())
	wantError(t, "a copy that somebody kept", err, ErrNoRecord)
}

// A place that was down at the restore is named in the wallet part: it stays the device's, a
// new PIN does not leave it behind, and nothing is claimed of what is there.
func TestRestoreKeepsAPlaceThatIsDown(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	w.create(wallet)
	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	phone, _ := w.phone()
	r := w.restoredOn(phone)
	if len(r.Device.Places) != 2 || len(r.Behind) != 0 || r.Device.State(time.Now()) != StateUnfinished {
		t.Errorf("%d places, behind %v, %s", len(r.Device.Places), r.Behind, r.Device.State(time.Now()))
	}
	if err := ChangePIN(ctx, phone, r.Device, Unlock{Wallet: wallet}, newPIN(), Routine); err == nil {
		t.Error("a change is complete without a place that is down")
	}
	w.b.Before = nil
	if _, err := w.tryPIN(&w.config().Places[1], pin()); err != nil {
		t.Errorf("the place that was down: %v", err)
	}
}

// A device that still has to copy the backup somewhere, and finds it nowhere any more, learns
// from Resume that another one has taken over and removed it, not only that it is gone.
func TestResumeLearnsWhyItIsGone(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	w.a.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	phone, _ := w.phone()
	r := w.restoredOn(phone)
	w.a.Before = nil
	if err := ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, newPIN(), Routine); err != nil {
		t.Fatal(err)
	}
	wantError(t, "resume", Resume(ctx, phone, r.Device), ErrReplaced)
	if s := r.Device.State(time.Now()); s != StateReplaced {
		t.Errorf("state %s", s)
	}
}
