package cloudseed

import (
	"errors"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

func newPIN() secret.Text { return secret.Copy([]byte("another-937205")) }

// tryPIN restores the only backup of a place with a PIN.
func (w *world) tryPIN(place *Place, pin secret.Text) (*Restored, error) {
	c := w.config()
	if place != nil {
		c.Places = []Place{*place}
	}
	s, err := Find(ctx, c)
	if err != nil {
		return nil, err
	}
	return Restore(ctx, c, s.Backups[0], pin)
}

func TestChangePIN(t *testing.T) {
	for name, with := range map[string]func(*Wallet) Unlock{
		"with the PIN":   func(*Wallet) Unlock { return Unlock{PIN: pin()} },
		"with the words": func(w *Wallet) Unlock { return Unlock{Wallet: w} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			wallet := newWallet(t, 12, phrase.English)
			d := w.create(wallet, File{Name: "labels.jsonl", Data: []byte("one")})
			vault := d.Vault
			if err := ChangePIN(ctx, w.config(), d, with(wallet), newPIN(), Routine); err != nil {
				t.Fatal(err)
			}
			if d.Vault != vault || d.Registration != 2 || d.Wallet.Generation != 2 || len(d.Old) != 0 || d.Next != nil || d.State(time.Now()) != StateProtected {
				t.Errorf("the device: %+v", d)
			}
			for _, p := range w.config().Places {
				var wrong *WrongPINError
				if _, err := w.tryPIN(&p, pin()); !errors.As(err, &wrong) {
					t.Errorf("%s with the PIN before: %v", p.Name, err)
				}
				r, err := w.tryPIN(&p, newPIN())
				if err != nil || !r.Wallet.Phrase.Equal(wallet.Phrase) || len(r.Files) != 1 || string(r.Files[0].Data) != "one" {
					t.Errorf("%s with the new PIN: %+v, %v", p.Name, r, err)
				}
			}
			if n := len(w.a.Files()); n != 2 {
				t.Errorf("%d files are left, want the new wallet part and the attached files", n)
			}
			// A later files part belongs to the new registration and comes back with it.
			if err := Update(ctx, w.config(), w.journal.reload(t), File{Name: "labels.jsonl", Data: []byte("two")}); err != nil {
				t.Fatal(err)
			}
			if r, err := w.tryPIN(nil, newPIN()); err != nil || string(r.Files[0].Data) != "two" {
				t.Errorf("after an update: %v", err)
			}
		})
	}
}

func TestChangePINRefused(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	before := w.journal.butTries(t)
	var weak *WeakPINError
	if err := ChangePIN(ctx, w.config(), d, Unlock{PIN: pin()}, secret.Copy([]byte("123456")), Routine); !errors.As(err, &weak) {
		t.Errorf("an easy PIN: %v", err)
	}
	wantError(t, "other words", ChangePIN(ctx, w.config(), d, Unlock{Wallet: newWallet(t, 12, phrase.English)}, newPIN(), Routine), ErrOtherWallet)
	var wrong *WrongPINError
	if err := ChangePIN(ctx, w.config(), d, Unlock{PIN: newPIN()}, newPIN(), Routine); !errors.As(err, &wrong) {
		t.Errorf("a wrong PIN: %v", err)
	}
	if w.journal.butTries(t) != before {
		t.Error("something was remembered of a refused change")
	}
}

// Until every place has the new wallet part both PINs work, each with its files.
func TestBothPINsUntilEveryPlaceHasIt(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	places := w.config().Places
	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	var part *IncompleteError
	if err := ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, newPIN(), Routine); !errors.As(err, &part) {
		t.Fatalf("change: %v", err)
	}
	if d.State(time.Now()) != StateUnfinished || len(d.Old) != 1 {
		t.Errorf("state %s, old %d", d.State(time.Now()), len(d.Old))
	}
	w.b.Before = nil
	if _, err := w.tryPIN(&places[0], newPIN()); err != nil {
		t.Errorf("the place that has it: %v", err)
	}
	if _, err := w.tryPIN(&places[1], pin()); err != nil {
		t.Errorf("the place that lags: %v", err)
	}
	d = w.journal.reload(t)
	if err := Resume(ctx, w.config(), d); err != nil || len(d.Old) != 0 {
		t.Fatalf("resume: %v", err)
	}
	if _, err := w.tryPIN(&places[1], newPIN()); err != nil {
		t.Errorf("after that: %v", err)
	}
}

// After a theft the PIN before ends as soon as one place has the new backup.
func TestStolenEndsAtOnePlace(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	places := w.config().Places
	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	var part *IncompleteError
	if err := ChangePIN(ctx, w.config(), d, Unlock{Wallet: wallet}, newPIN(), Stolen); !errors.As(err, &part) {
		t.Fatalf("change: %v", err)
	}
	w.b.Before = nil
	_, err := w.tryPIN(&places[1], pin())
	wantError(t, "what the thief has", err, ErrNoRecord)
}

// A change that fails before anything has reached a place leaves all as it was.
func TestChangePINTakenBack(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	w.setDown(true, hosts[2])
	wantError(t, "change", ChangePIN(ctx, w.config(), d, Unlock{PIN: pin()}, newPIN(), Routine), ErrRealms)
	if d.Next == nil || d.State(time.Now()) != StateUnfinished {
		t.Error("nothing is remembered of records that may exist")
	}
	if _, err := w.tryPIN(nil, pin()); err != nil {
		t.Errorf("the PIN before: %v", err)
	}
	w.setDown(false, hosts[2])
	d = w.journal.reload(t)
	wantError(t, "resume", Resume(ctx, w.config(), d), ErrNotChanged)
	if d.Next != nil || d.State(time.Now()) != StateProtected {
		t.Errorf("after that: %s", d.State(time.Now()))
	}
}

// One operator retires and another comes: the same procedure, and the realm that is gone for
// good does not keep the old record alive.
func TestRealmRetires(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	fourth, err := realm.New(realm.Config{ID: juicebox.RealmID{4}, Store: &realm.Memory{}})
	if err != nil {
		t.Fatal(err)
	}
	w.realms["four.example"] = fourth
	w.setDown(true, hosts[0])
	c := w.config()
	c.Realms.Realms[0] = juicebox.Realm{ID: juicebox.RealmID{4}, Address: "https://four.example/"}
	if err := ChangePIN(ctx, c, d, Unlock{PIN: pin()}, pin(), Routine); err != nil {
		t.Fatal(err)
	}
	if d.replacing() || d.State(time.Now()) != StateProtected {
		t.Errorf("state %s", d.State(time.Now()))
	}
	s, err := Find(ctx, c)
	if err != nil || len(s.Backups) != 1 {
		t.Fatalf("found %v, %v", s, err)
	}
	if r, err := Restore(ctx, c, s.Backups[0], pin()); err != nil || !r.Wallet.Phrase.Equal(wallet.Phrase) {
		t.Errorf("restore: %v", err)
	}
}
