package cloudseed

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

func text(s string) secret.Text { return secret.Copy([]byte(s)) }

func writeFile(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// withKit is a backup with a kit from the beginning.
func (w *world) withKit(files ...File) (*Wallet, *Device, Kit) {
	w.t.Helper()
	c := w.config()
	c.Kit = NewKit()
	wallet := newWallet(w.t, 12, phrase.English)
	d, err := Create(ctx, c, wallet, pin(), files...)
	if err != nil {
		w.t.Fatal(err)
	}
	return wallet, d, c.Kit
}

// A kit restores when every realm is gone, and what it proves of them is nothing.
func TestRestoreWithKit(t *testing.T) {
	w := newWorld(t)
	wallet, _, k := w.withKit(File{Name: "labels.jsonl", Data: []byte("a label")})
	w.setDown(true, hosts...)
	c := w.config()
	c.Realms = juicebox.Configuration{} // none is known, and none is asked
	r, err := RestoreWithKit(ctx, c, w.find(c), k)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Wallet.Phrase.Equal(wallet.Phrase) || len(r.Files) != 1 {
		t.Errorf("came back as %+v", r)
	}
	d := r.Device
	if !d.Proved.IsZero() || !d.Realms[0].Seen.IsZero() || !d.Places[0].Wallet.Opened.IsZero() || d.State(time.Now()) == StateProtected {
		t.Errorf("it claims what was not seen: %+v", d)
	}
	if d.KitStatus() != KitReady || d.Places[0].Wallet.ReadBack.IsZero() {
		t.Errorf("kit %s, %+v", d.KitStatus(), d.Places[0])
	}
	w.setDown(false, hosts...)
	if err := Check(ctx, w.config(), d); err != nil || d.State(time.Now()) != StateProtected {
		t.Errorf("after a check: %v, %s", err, d.State(time.Now()))
	}
}

func TestWrongKit(t *testing.T) {
	w := newWorld(t)
	_, d, k := w.withKit()
	_, err := RestoreWithKit(ctx, w.config(), w.find(w.config()), NewKit())
	wantError(t, "restore", err, ErrWrongKit)
	wantError(t, "prove", ProveKit(ctx, w.config(), d, NewKit()), ErrWrongKit)
	fresh := w.restore(w.config()).Device // does not know the kit
	wantError(t, "prove on a new device", ProveKit(ctx, w.config(), fresh, NewKit()), ErrWrongKit)
	if d.KitStatus() != KitUnproved || fresh.KitStatus() != KitUnknown {
		t.Errorf("%s, %s", d.KitStatus(), fresh.KitStatus())
	}
	if err := ProveKit(ctx, w.config(), fresh, k); err != nil || fresh.KitStatus() != KitReady {
		t.Errorf("the right one: %v", err)
	}
	// A kit without which the device was made: the newer generation is not opened, and said so.
	if err := AddKit(ctx, w.config(), d, NewKit(), Unlock{PIN: pin()}); err != nil {
		t.Fatal(err)
	}
	r, err := RestoreWithKit(ctx, w.config(), w.find(w.config()), k)
	if err != nil || r.Generation != 1 || len(r.Skipped) != 2 {
		t.Errorf("with the kit before: %v, %+v", err, r)
	}
}

// A new PIN keeps the kit, or ends it where its paper is lost.
func TestKitThroughAChangeOfPIN(t *testing.T) {
	for _, drop := range []bool{false, true} {
		w := newWorld(t)
		_, d, k := w.withKit(File{Name: "labels.jsonl", Data: []byte("a label")})
		c := w.config()
		c.DropKit = drop
		if err := ChangePIN(ctx, c, d, Unlock{PIN: pin()}, newPIN(), Routine); err != nil {
			t.Fatal(err)
		}
		_, err := RestoreWithKit(ctx, w.config(), w.find(w.config()), k)
		if drop {
			wantError(t, "with the lost kit", err, ErrWrongKit)
		} else if err != nil {
			t.Errorf("with the kit: %v", err)
		}
		if has := d.KitStatus() != KitNone; has == drop || d.Files.Kit == drop {
			t.Errorf("dropped: %t, status %s", drop, d.KitStatus())
		}
	}
}

// A device that does not know the kit does not end it by changing the PIN; one that was
// restored with the kit has the words, and chooses a new PIN with them.
func TestKitOfAnotherDeviceThroughAChangeOfPIN(t *testing.T) {
	w := newWorld(t)
	_, _, k := w.withKit()
	fresh := w.restore(w.config()).Device
	wantError(t, "change", ChangePIN(ctx, w.config(), fresh, Unlock{PIN: pin()}, newPIN(), Routine), ErrKitUnknown)
	r, err := RestoreWithKit(ctx, w.config(), w.find(w.config()), k)
	if err != nil {
		t.Fatal(err)
	}
	if err := ChangePIN(ctx, w.config(), r.Device, Unlock{Wallet: &r.Wallet}, newPIN(), Stolen); err != nil {
		t.Fatal(err)
	}
	if _, err := w.tryPIN(nil, newPIN()); err != nil {
		t.Errorf("the new PIN: %v", err)
	}
	if _, err := RestoreWithKit(ctx, w.config(), w.find(w.config()), k); err != nil {
		t.Errorf("the kit: %v", err)
	}
}

// A kit is proved by the bytes in a place, not by those that this device still has.
func TestProveLooksIntoAPlace(t *testing.T) {
	w := newWorld(t)
	_, d, k := w.withKit()
	offline := func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	w.a.Before, w.b.Before = offline, offline
	wantError(t, "places offline", ProveKit(ctx, w.config(), d, k), store.ErrOffline)
	w.a.Before, w.b.Before = nil, nil
	for _, p := range []store.Store{w.a, w.b} {
		p.Delete(ctx, d.Places[0].Wallet.File)
	}
	wantError(t, "files gone", ProveKit(ctx, w.config(), d, k), store.ErrNotFound)
	if d.KitStatus() != KitUnproved {
		t.Errorf("called %s", d.KitStatus())
	}
}

// From a kit on, attached files are sealed to it; where the newest could not be, it is said.
func TestKitAndFiles(t *testing.T) {
	w := newWorld(t)
	file := File{Name: "labels.jsonl", Data: []byte("a label")}
	d := w.create(newWallet(t, 12, phrase.English), file)
	gone := d.Places[0].Files.File
	w.a.Delete(ctx, gone)
	w.b.Delete(ctx, gone)
	k := NewKit()
	AddKit(ctx, w.config(), d, k, Unlock{PIN: pin()})
	if d.KitOpensFiles() {
		t.Error("it claims files that no place gave back")
	}
	if err := Update(ctx, w.config(), d, file); err != nil || !d.KitOpensFiles() {
		t.Fatalf("update: %v", err)
	}
	openWithAge(t, w, d.Places[0].Files.File, k)
}
