package cloudseed

import (
	"errors"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

func labels(text string) File { return File{Name: "labels.jsonl", Data: []byte(text)} }

// twoWriters makes a vault with attached files "one" whose two devices then both write
// generation 2: the phone "theirs", which arrives, then the laptop "ours", which does not.
func twoWriters(t *testing.T) (*world, *Device, *ConflictError) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), labels("one"))
	phone, _ := w.phone()
	r := w.restoredOn(phone)
	if err := LeaveReceipt(ctx, phone, r); err != nil {
		t.Fatal(err)
	}
	if err := Check(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}
	if err := Update(ctx, phone, r.Device, labels("theirs")); err != nil {
		t.Fatal(err)
	}
	theirs := string(w.a.Files()["Wallet backup - Samantha - files 2.age"])
	var conflict *ConflictError
	if err := Update(ctx, w.config(), d, labels("ours")); !errors.As(err, &conflict) {
		t.Fatalf("the second writer: %v", err)
	}
	if string(w.a.Files()["Wallet backup - Samantha - files 2.age"]) != theirs {
		t.Fatal("it has overwritten the first")
	}
	return w, w.journal.reload(t), conflict
}

func TestTwoWritersOfOneGeneration(t *testing.T) {
	w, d, conflict := twoWriters(t)
	if conflict.Own != 2 || conflict.Theirs.Generation != 2 || conflict.Theirs.Modified.IsZero() || conflict.Device != "Samantha's phone" {
		t.Errorf("whose and when: %+v", conflict)
	}
	if d.State(time.Now()) != StateUndecided {
		t.Errorf("state %s", d.State(time.Now()))
	}
	wantError(t, "the next update", Update(ctx, w.config(), d, labels("ours again")), ErrConflict)
	wantError(t, "resume", Resume(ctx, w.config(), d), ErrConflict)
	wantError(t, "check", Check(ctx, w.config(), d), ErrConflict)
	if r, err := w.tryPIN(nil, pin()); err != nil || string(r.Files[0].Data) != "theirs" {
		t.Errorf("until it is decided: %v", err)
	}
}

func TestSealAbove(t *testing.T) {
	w, d, _ := twoWriters(t)
	if err := SealAbove(ctx, w.config(), d, labels("ours")); err != nil || d.Files.Generation != 3 || d.State(time.Now()) != StateProtected {
		t.Fatalf("seal above: generation %d, %v", d.Files.Generation, err)
	}
	if err := Check(ctx, w.config(), d); err != nil {
		t.Error(err)
	}
	if r, err := w.tryPIN(nil, pin()); err != nil || string(r.Files[0].Data) != "ours" {
		t.Errorf("restored: %v", err)
	}
	for _, m := range []map[string][]byte{w.a.Files(), w.b.Files()} {
		if m["Wallet backup - Samantha - files 2.age"] == nil {
			t.Error("theirs is not kept as an older generation")
		}
	}
}

func TestTakeTheirs(t *testing.T) {
	w, d, _ := twoWriters(t)
	files, err := TakeTheirs(ctx, w.config(), d, Unlock{PIN: pin()})
	if err != nil || len(files) != 1 || string(files[0].Data) != "theirs" || d.Files.Generation != 3 {
		t.Fatalf("take theirs: %+v, %v", files, err)
	}
	if err := Check(ctx, w.config(), d); err != nil {
		t.Error(err)
	}
	if r, err := w.tryPIN(nil, pin()); err != nil || string(r.Files[0].Data) != "theirs" || r.Device.Files.Generation != 3 {
		t.Errorf("restored: %v", err)
	}
}

// The other device has written on: what is sealed goes above all of it.
func TestSealAboveMoreThanOne(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), labels("one"))
	phone, _ := w.phone()
	r := w.restoredOn(phone)
	for _, text := range []string{"two", "three"} {
		if err := Update(ctx, phone, r.Device, labels(text)); err != nil {
			t.Fatal(err)
		}
	}
	var conflict *ConflictError
	if err := Check(ctx, w.config(), d); !errors.As(err, &conflict) || conflict.Theirs.Generation != 3 {
		t.Fatalf("check: %v", err)
	}
	if err := SealAbove(ctx, w.config(), d, labels("ours")); err != nil || d.Files.Generation != 4 {
		t.Errorf("seal above: generation %d, %v", d.Files.Generation, err)
	}
}

// Something that only looks like another device's file is not taken.
func TestTakeTheirsOnlyAuthentic(t *testing.T) {
	w, d, conflict := twoWriters(t)
	sealed := w.a.Files()[conflict.Theirs.File]
	sealed[len(sealed)-20] ^= 1
	w.a.Put(conflict.Theirs.File, sealed)
	if conflict.Theirs.Place != "first" {
		t.Fatalf("theirs is named in %s", conflict.Theirs.Place)
	}
	_, err := TakeTheirs(ctx, w.config(), d, Unlock{PIN: pin()})
	wantError(t, "take theirs", err, ErrDamaged)
	if d.Files.Generation != 2 || d.Conflict == nil {
		t.Error("something has changed")
	}
}

// Two devices choose a new PIN at the same time. Each backup opens with its own PIN, and no
// record is deleted until a person decides for one of them.
func TestFork(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	phone, phoneJournal := w.phone()
	r := w.restoredOn(phone)

	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	if err := ChangePIN(ctx, phone, r.Device, Unlock{Wallet: wallet}, newPIN(), Routine); err == nil {
		t.Fatal("the change reached a place that is down")
	}
	w.b.Before = nil
	other := secret.Copy([]byte("third-550917"))
	err := ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, other, Routine)
	var fork *ForkError
	if !errors.As(err, &fork) || fork.Own.Registration != 2 || fork.Theirs.Registration != 2 || fork.Theirs.Place != "first" {
		t.Fatalf("the second to change it: %v", err)
	}
	d = w.journal.reload(t)
	phoneDevice := phoneJournal.reload(t)
	wantError(t, "the first, going on", Resume(ctx, phone, phoneDevice), ErrFork)
	for place, pin := range []secret.Text{newPIN(), other} {
		if _, err := w.tryPIN(&w.config().Places[place], pin); err != nil {
			t.Errorf("place %d with its own PIN: %v", place, err)
		}
	}
	if len(d.Old) != 1 || len(phoneDevice.Old) != 1 || d.State(time.Now()) != StateUndecided || phoneDevice.State(time.Now()) != StateUndecided {
		t.Error("a record was deleted before anybody decided")
	}
	wantError(t, "changing it again", ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, other, Routine), ErrFork)

	if err := TakeOver(ctx, w.config(), d, Unlock{Wallet: wallet}, other, Routine); err != nil || d.Registration != 3 || len(d.Old) != 0 {
		t.Fatalf("take over: %+v, %v", d, err)
	}
	for _, p := range w.config().Places {
		if _, err := w.tryPIN(&p, other); err != nil {
			t.Errorf("%s after the decision: %v", p.Name, err)
		}
	}
	wantError(t, "the first", Check(ctx, phone, phoneDevice), ErrReplaced)
	if err := GiveWay(ctx, phone, phoneDevice); err != nil {
		t.Errorf("give way: %v", err)
	}
	if s, err := Find(ctx, w.config()); err != nil || len(s.Backups) != 1 {
		t.Errorf("left: %+v, %v", s, err)
	}
}

// A place that gives last month's list back is told from one that lost a file.
func TestRollback(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), labels("one"))
	month := w.a.Files()
	if err := Update(ctx, w.config(), d, labels("two")); err != nil {
		t.Fatal(err)
	}
	w.a.Delete(ctx, "Wallet backup - Samantha - files 2.age")
	err := Check(ctx, w.config(), d)
	wantError(t, "check", err, ErrRolledBack)
	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || len(incomplete.Failed) != 1 || incomplete.Failed[0].Place != "first" || d.State(time.Now()) != StateNeedsYou {
		t.Errorf("%v, state %s", err, d.State(time.Now()))
	}
	phone, _ := w.phone()
	if r := w.restoredOn(phone); len(r.Behind) != 1 || r.Behind[0] != (Lag{"first", envelope.FilesPart, 1, 2}) || string(r.Files[0].Data) != "two" {
		t.Errorf("comparing two places: %+v", r.Behind)
	}
	// One place alone: nobody can tell, and nothing claims it.
	phone.Places = phone.Places[:1]
	if r := w.restoredOn(phone); len(r.Behind) != 0 || r.Device.Files.Generation != 1 {
		t.Errorf("one place: %+v", r.Behind)
	}
	if err := Resume(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}
	if len(w.a.Files()) != len(month)+1 {
		t.Error("it is not mended")
	}
}

// A different wallet under the same name is not in the way, and not touched.
func TestAnotherWalletOfTheSameName(t *testing.T) {
	w := newWorld(t)
	one := w.create(newWallet(t, 12, phrase.English), labels("one"))
	two := w.create(newWallet(t, 12, phrase.English), labels("two"))
	for _, d := range []*Device{one, two} {
		if err := Check(ctx, w.config(), d); err != nil {
			t.Error(err)
		}
		if err := Update(ctx, w.config(), d, labels("again")); err != nil {
			t.Error(err)
		}
	}
	if one.Places[0].Beside(one) || !two.Places[0].Beside(two) {
		t.Errorf("named %q and %q", one.Places[0].Base, two.Places[0].Base)
	}
}
