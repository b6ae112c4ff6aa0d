package cloudseed

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

func TestRefusedBeforeAnything(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	try := func(change func(*Config, *Wallet), pin string, files ...File) error {
		c, w2 := w.config(), *wallet
		if change != nil {
			change(&c, &w2)
		}
		_, err := Create(ctx, c, &w2, secret.Copy([]byte(pin)), files...)
		return err
	}
	wantError(t, "no place", try(func(c *Config, _ *Wallet) { c.Places = nil }, pinText), ErrNoPlace)
	wantError(t, "no realms", try(func(c *Config, _ *Wallet) { c.Realms.Realms = nil }, pinText), ErrUnsafe)
	wantError(t, "plain HTTP", try(func(c *Config, _ *Wallet) { c.Realms.Realms[0].Address = "http://one.example/" }, pinText), ErrUnsafe)
	wantError(t, "no name", try(func(_ *Config, w *Wallet) { w.Name = "" }, pinText), ErrName)
	wantError(t, "channel database", try(nil, pinText, File{Name: "Channel.DB"}), ErrDangerous)
	wantError(t, "path", try(nil, pinText, File{Name: "../x"}), ErrBadFile)
	var weak *WeakPINError
	if err := try(nil, "123456"); !errors.As(err, &weak) {
		t.Errorf("trivial PIN: %v", err)
	}
	w.a.Before = func(string, string) error { return store.Errorf("list", "", store.ErrOffline, "test") }
	w.b.Before = w.a.Before
	wantError(t, "places offline", try(nil, pinText), store.ErrOffline)
	if w.answers(juicebox.Register1{}) != 0 || len(w.journal.saved) != 0 || len(w.a.Files()) != 0 {
		t.Error("something was done before the refusal")
	}
}

func TestUndoneWhenARealmIsDown(t *testing.T) {
	w := newWorld(t)
	w.setDown(true, hosts[1])
	_, err := Create(ctx, w.config(), newWallet(t, 12, phrase.English), pin())
	wantError(t, "create", err, ErrRealms)
	if len(w.a.Files())+len(w.b.Files()) != 0 {
		t.Error("something was put into a place")
	}
	// The realm that is down may hold a record: the journal keeps what is needed to delete it.
	d := w.journal.reload(t)
	if d.Stage != StagePrepared || d.State(time.Now()) != StateUnfinished {
		t.Errorf("stage %s", d.Stage)
	}
	w.setDown(false, hosts[1])
	wantError(t, "resume", Resume(ctx, w.config(), d), ErrUndone)
	if len(w.journal.saved) != 0 {
		t.Error("the journal still holds it")
	}
}

func TestResumeSendsTheSameBytes(t *testing.T) {
	w := newWorld(t)
	w.b.Before = func(op, _ string) error {
		if op == "create" {
			return store.Errorf(op, "", store.ErrFull, "test")
		}
		return nil
	}
	d, err := Create(ctx, w.config(), newWallet(t, 12, phrase.English), pin())
	var part *IncompleteError
	if !errors.As(err, &part) || !errors.Is(err, store.ErrFull) || !cmp.Equal(part.Verified, []string{"first"}) {
		t.Fatalf("create: %v", err)
	}
	if d.State(time.Now()) != StateUnfinished {
		t.Errorf("state %s", d.State(time.Now()))
	}
	w.b.Before = nil
	d = w.journal.reload(t)
	if err := Resume(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w.a.Files(), w.b.Files()); diff != "" {
		t.Errorf("the places differ: %s", diff)
	}
	if d.State(time.Now()) != StateProtected || d.Wallet.Pending != nil {
		t.Errorf("state %s", d.State(time.Now()))
	}
}

// A write that got through although its answer was lost is found, not repeated.
func TestLostAnswer(t *testing.T) {
	w := newWorld(t)
	w.a.After = func(op, _ string) error {
		if op == "create" {
			return store.Errorf(op, "", store.ErrOffline, "answer lost")
		}
		return nil
	}
	w.create(newWallet(t, 12, phrase.English))
	if n := len(w.a.Files()); n != 1 {
		t.Errorf("%d files", n)
	}
}

// Bytes that a place changed are never called a backup.
func TestReadBackIsCompared(t *testing.T) {
	w := newWorld(t)
	w.a.After = func(op, name string) error {
		if op == "create" {
			w.a.Another().Put(name, []byte("something else"))
		}
		return nil
	}
	_, err := Create(ctx, w.config(), newWallet(t, 12, phrase.English), pin())
	wantError(t, "create", err, store.ErrCorrupt)
}

// Another wallet of the same name, and a file of the same name that is no backup, stay as
// they are: the new backup stands beside them.
func TestSibling(t *testing.T) {
	w := newWorld(t)
	first := w.create(newWallet(t, 12, phrase.English))
	before := w.a.Files()
	second := w.create(newWallet(t, 12, phrase.English))
	for name, data := range before {
		if !cmp.Equal(w.a.Files()[name], data) {
			t.Errorf("%s was changed", name)
		}
	}
	if f := second.Places[0].Wallet.File; !strings.Contains(f, second.Vault.Short()) {
		t.Errorf("the sibling is called %q", f)
	}
	s, err := Find(ctx, w.config())
	if err != nil || len(s.Backups) != 2 {
		t.Fatalf("found %d, %v", len(s.Backups), err)
	}
	for _, b := range s.Backups {
		r, err := Restore(ctx, w.config(), b, pin())
		if err != nil || r.Device.Vault != b.Vault || b.Vault != first.Vault && b.Vault != second.Vault {
			t.Errorf("restore: %v", err)
		}
	}
}

func TestSteps(t *testing.T) {
	w := newWorld(t)
	w.create(newWallet(t, 12, phrase.English))
	open := map[string]int{}
	for _, s := range w.steps {
		switch s.State {
		case Started:
			open[string(s.Name)+s.Where]++
		case Done:
			open[string(s.Name)+s.Where]--
		default:
			t.Errorf("step %+v", s)
		}
	}
	for name, n := range open {
		if n != 0 {
			t.Errorf("step %s was left open", name)
		}
	}
	if len(open) != 2+1+1+1+2+2 {
		t.Errorf("steps: %v", open)
	}
}
