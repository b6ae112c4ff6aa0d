package cloudseedtest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/cloudseedtest"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/store"
)

var ctx = context.Background()

// create is a world with one backup in it.
func create(t *testing.T) (*cloudseedtest.World, cloudseed.Config, *cloudseed.Wallet, *cloudseed.Device) {
	t.Helper()
	world := cloudseedtest.New()
	cfg, wallet := world.Config(), cloudseedtest.Wallet("Everyday")
	d, err := cloudseed.Create(ctx, cfg, wallet, cloudseedtest.PIN())
	if err != nil {
		t.Fatal(err)
	}
	return world, cfg, wallet, d
}

func restore(world *cloudseedtest.World) (*cloudseed.Restored, error) {
	b, err := world.Backup(ctx)
	if err != nil {
		return nil, err
	}
	return cloudseed.Restore(ctx, world.Config(), b, cloudseedtest.PIN())
}

func want(t *testing.T, what string, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: %v, want %v", what, err, kind)
	}
}

func TestBackupAndRestore(t *testing.T) {
	world, _, wallet, d := create(t)
	if s := d.State(time.Now()); s != cloudseed.StateProtected {
		t.Errorf("the backup is %s", s)
	}
	r, err := restore(world)
	if err != nil || !r.Wallet.Phrase.Equal(wallet.Phrase) {
		t.Errorf("restored %v, %v", r, err)
	}
}

func TestPlaceFaults(t *testing.T) {
	world, cfg, _, d := create(t)
	cloud, file := world.Places[0], cloudseed.File{Name: "labels.jsonl", Data: []byte("{}")}

	cloud.Fail(store.ErrFull)
	want(t, "a full place", cloudseed.Update(ctx, cfg, d, file), store.ErrFull)
	want(t, "looking at a full place", cloudseed.Check(ctx, cfg, d), store.ErrNotFound) // it lacks the new file, and says so
	cloud.Fail(nil)
	want(t, "with room again", cloudseed.Resume(ctx, cfg, d), nil)

	for _, p := range world.Places {
		p.Fail(store.ErrOffline)
	}
	_, err := restore(world)
	want(t, "no place answers", err, store.ErrOffline)
	if errors.Is(err, cloudseed.ErrNoBackup) {
		t.Error("could not look became nothing there")
	}
	for _, p := range world.Places {
		p.Fail(nil)
	}

	cloud.LoseAnswer()
	file.Data = []byte(`{"type":"tx"}`)
	want(t, "a lost answer", cloudseed.Update(ctx, cfg, d, file), nil)

	cloud.Damage()
	want(t, "damaged files", cloudseed.Check(ctx, cfg, d), store.ErrCorrupt)
	if _, err := restore(world); err != nil {
		t.Errorf("from the other place: %v", err)
	}
}

func TestRealmFaults(t *testing.T) {
	world, _, _, _ := create(t)
	world.Realms[0].Down(true)
	if _, err := restore(world); err != nil {
		t.Errorf("two of three: %v", err)
	}
	world.Realms[1].Down(true)
	_, err := restore(world)
	want(t, "one of three", err, cloudseed.ErrRealms)

	forgetful, cfg, _, d := create(t)
	forgetful.Realms[0].Forget()
	forgetful.Realms[2].Forget()
	want(t, "two that have lost everything", cloudseed.Check(ctx, cfg, d), cloudseed.ErrNoRecord)
}

func TestWrongPINs(t *testing.T) {
	world, cfg, _, d := create(t)
	var wrong *cloudseed.WrongPINError
	if err := world.GuessWrong(ctx, 3); !errors.As(err, &wrong) || wrong.Left != 7 {
		t.Errorf("after three: %v", err)
	}
	want(t, "the owner looks", cloudseed.Check(ctx, cfg, d), cloudseed.ErrStranger)
	want(t, "all ten", world.GuessWrong(ctx, 7), cloudseed.ErrNoTries)
	_, err := restore(world)
	want(t, "the right PIN afterwards", err, cloudseed.ErrNoTries)
}

func TestJournal(t *testing.T) {
	_, cfg, _, d := create(t)
	journal := cfg.Journal.(*cloudseedtest.Journal)
	again, err := journal.Device()
	if err != nil || again.Vault != d.Vault {
		t.Fatalf("after a restart: %v, %v", again, err)
	}
	full := errors.New("disk full")
	journal.Fail(full)
	want(t, "a full disk", cloudseed.Update(ctx, cfg, d, cloudseed.File{Name: "a", Data: []byte("a")}), full)
}

// What a World makes is refused by every configuration that a wallet can make itself.
func TestFastHashingStaysHere(t *testing.T) {
	world, cfg, _, _ := create(t)
	b, err := world.Backup(ctx)
	if err != nil {
		t.Fatal(err)
	}
	own := cloudseed.Config{Places: cfg.Places, Realms: cfg.Realms, HTTP: cfg.HTTP}
	_, err = cloudseed.Restore(ctx, own, b, cloudseedtest.PIN())
	want(t, "restore outside", err, cloudseed.ErrUnsafe)
	_, err = cloudseed.Create(ctx, own, cloudseedtest.Wallet("Mine"), cloudseedtest.PIN())
	want(t, "create outside", err, cloudseed.ErrUnsafe)
	own.Realms.PINHashingMode = juicebox.Standard2019
	_, err = cloudseed.Restore(ctx, own, b, cloudseedtest.PIN())
	want(t, "the backup says so itself", err, cloudseed.ErrUnsafe)
}

// A program that is not a test gets no World.
func TestOnlyInTests(t *testing.T) {
	main := filepath.Join(t.TempDir(), "main.go")
	program := "package main\n\nimport \"github.com/cloudseed/cloudseed/cloudseedtest\"\n\nfunc main() { cloudseedtest.New() }\n"
	if err := os.WriteFile(main, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "run", main).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "only for tests") {
		t.Errorf("%v: %s", err, out)
	}
}
