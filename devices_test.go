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

// What a cloud or a stranger puts there as a receipt is not believed, and costs little.
func TestFalseReceipts(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	other := w.create(newWallet(t, 12, phrase.English))
	phone, _ := w.phone()
	s, err := Find(ctx, phone)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range s.Backups {
		if b.Vault != other.Vault {
			continue
		}
		r, err := Restore(ctx, phone, b, pin())
		if err != nil {
			t.Fatal(err)
		}
		if err := LeaveReceipt(ctx, phone, r); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 * maxReceipts {
		w.a.Put(envelope.ReceiptName("Wallet backup", []byte{byte(i)}), []byte("Samantha's phone was here"))
	}
	calls := len(w.a.Calls())
	if err := Check(ctx, w.config(), d); err != nil || len(d.Openings) != 0 {
		t.Errorf("check: %v, %+v", err, d.Openings)
	}
	if n := len(w.a.Calls()) - calls; n > maxReceipts+4 {
		t.Errorf("a check did %d calls", n)
	}
}

// Delete leaves no receipt of the vault, and no other vault's.
func TestDeleteRemovesReceipts(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	phone, _ := w.phone()
	if err := LeaveReceipt(ctx, phone, w.restoredOn(phone)); err != nil {
		t.Fatal(err)
	}
	w.a.Put(envelope.ReceiptName("Wallet backup", []byte("x")), []byte("not ours"))
	if _, err := Delete(ctx, w.config(), d); err != nil || len(w.a.Files()) != 1 || len(w.b.Files()) != 0 {
		t.Errorf("delete: %v, left %d and %d", err, len(w.a.Files()), len(w.b.Files()))
	}
}

// A device that deletes without having looked does not delete what another one has taken over.
func TestDeleteLooksFirst(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	phone, _ := w.phone()
	takeOver(t, phone, w.restoredOn(phone))
	_, err := Delete(ctx, w.config(), d)
	wantError(t, "delete", err, ErrReplaced)
	if _, err := w.tryPIN(nil, pin()); err != nil {
		t.Errorf("the other device's backup: %v", err)
	}
}

// Two devices make a kit at the same time: the wallet parts meet on one name. Only a new
// registration settles that.
func TestTwoKitsAtOnce(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	phone, _ := w.phone()
	r := w.restoredOn(phone)
	if err := AddKit(ctx, phone, r.Device, NewKit(), Unlock{Wallet: wallet}); err != nil {
		t.Fatal(err)
	}
	err := AddKit(ctx, w.config(), d, NewKit(), Unlock{Wallet: wallet})
	var conflict *ConflictError
	if !errors.As(err, &conflict) || conflict.Part != envelope.WalletPart {
		t.Fatalf("the second kit: %v", err)
	}
	wantError(t, "seal above", SealAbove(ctx, w.config(), d, labels("one")), ErrConflict)
	if err := TakeOver(ctx, w.config(), d, Unlock{Wallet: wallet}, pin(), Routine); err != nil || d.State(time.Now()) != StateProtected {
		t.Fatalf("take over: %v, %s", err, d.State(time.Now()))
	}
	wantError(t, "the first", Check(ctx, phone, r.Device), ErrReplaced)
}

// After a theft the PIN before ends, whatever another device has done meanwhile.
func TestStolenEndsDespiteFork(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	copied := w.a.Files()
	phone, _ := w.phone()
	r := w.restoredOn(phone)
	w.a.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	if err := ChangePIN(ctx, phone, r.Device, Unlock{Wallet: wallet}, newPIN(), Routine); err == nil {
		t.Fatal("the change reached a place that is down")
	}
	w.a.Before = nil
	err := ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, newPIN(), Stolen)
	wantError(t, "the change", err, ErrFork)
	for name, data := range copied {
		w.a.Put("old "+name, data)
	}
	c := w.config()
	c.Places = c.Places[:1]
	s, err := Find(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	thief := s.Backups[len(s.Backups)-1]
	if thief.Registration != 1 {
		t.Fatalf("the copy is not there: %+v", thief)
	}
	_, err = Restore(ctx, c, thief, pin())
	wantError(t, "what the thief has", err, ErrNoRecord)
}

// A take-over that fails before anything has reached a place changes nothing and leaves no
// record behind.
func TestTakeOverTakenBack(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	phone, _ := w.phone()
	takeOver(t, phone, w.restoredOn(phone))
	wantError(t, "check", Check(ctx, w.config(), d), ErrReplaced)
	w.setDown(true, hosts[2])
	wantError(t, "take over", TakeOver(ctx, w.config(), d, Unlock{Wallet: wallet}, pin(), Routine), ErrRealms)
	w.setDown(false, hosts[2])
	d = w.journal.reload(t)
	if d.Next == nil || d.Next.Registration != 3 {
		t.Fatalf("what is remembered of records that may exist: %+v", d.Next)
	}
	wantError(t, "resume", Resume(ctx, w.config(), d), ErrReplaced)
	if d.Next != nil {
		t.Error("the record is still there")
	}
}

// With one place down an update goes on without looking into the others each time.
func TestUpdateWithAPlaceDown(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	d.Surveyed = time.Time{}
	for range 3 {
		var part *IncompleteError
		if err := Update(ctx, w.config(), d, labels("one")); !errors.As(err, &part) {
			t.Fatal(err)
		}
	}
	looks := 0
	for _, call := range w.a.Calls() {
		if strings.HasPrefix(call, "list") {
			looks++
		}
	}
	if looks != 2 { // Create's, and one
		t.Errorf("%d listings of the place that is up", looks)
	}
}

// A fork whose files do not meet on one name is seen before the record before is deleted.
func TestForkUnderOtherNames(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	phone, _ := w.phone()
	r := w.restoredOn(phone)
	if err := AddKit(ctx, phone, r.Device, NewKit(), Unlock{Wallet: wallet}); err != nil {
		t.Fatal(err)
	}
	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	if err := ChangePIN(ctx, phone, r.Device, Unlock{Wallet: wallet}, newPIN(), Routine); err == nil {
		t.Fatal("the change reached a place that is down")
	}
	w.b.Before = nil
	wantError(t, "the second change", ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, newPIN(), Routine), ErrFork)
	if len(d.Old) != 1 || !d.Old[0].Ended.IsZero() {
		t.Error("the record before is deleted already")
	}
}
