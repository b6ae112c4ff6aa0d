package journal_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/cloudseedtest"
	"github.com/cloudseed/cloudseed/journal"
	"github.com/cloudseed/cloudseed/store"
)

var ctx = context.Background()

// A program that was interrupted goes on from what the directory has, and forgets in the end.
func TestGoesOnAfterARestart(t *testing.T) {
	world, dir := cloudseedtest.New(), journal.Dir(filepath.Join(t.TempDir(), "device"))
	cfg := world.Config()
	cfg.Journal = dir
	if none, err := dir.Devices(); err != nil || len(none) != 0 {
		t.Fatalf("before the first: %v, %v", none, err)
	}
	world.Places[1].Fail(store.ErrOffline)
	if _, err := cloudseed.Create(ctx, cfg, cloudseedtest.Wallet("Everyday"), cloudseedtest.PIN()); !errors.Is(err, store.ErrOffline) {
		t.Fatalf("create with a place down: %v", err)
	}
	world.Places[1].Fail(nil)

	d := only(t, dir)
	if err := cloudseed.Resume(ctx, cfg, d); err != nil {
		t.Fatal(err)
	}
	if d = only(t, dir); d.State(time.Now()) != cloudseed.StateProtected {
		t.Errorf("resumed, it is %s", d.State(time.Now()))
	}
	if _, err := cloudseed.Delete(ctx, cfg, d); err != nil {
		t.Fatal(err)
	}
	if none, err := dir.Devices(); err != nil || len(none) != 0 {
		t.Errorf("after the deletion: %v, %v", none, err)
	}
	if err := dir.Forget(d.Vault); err != nil {
		t.Errorf("forgetting again: %v", err)
	}
}

func TestPrivateAndWhole(t *testing.T) {
	world, dir := cloudseedtest.New(), journal.Dir(filepath.Join(t.TempDir(), "device"))
	cfg := world.Config()
	cfg.Journal = dir
	d, err := cloudseed.Create(ctx, cfg, cloudseedtest.Wallet("Everyday"), cloudseedtest.PIN())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(string(dir), d.Vault.String()+".json")
	if runtime.GOOS != "windows" {
		for name, want := range map[string]os.FileMode{string(dir): 0o700, path: 0o600} {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", name, info.Mode(), err)
			}
		}
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := dir.Devices(); !errors.Is(err, cloudseed.ErrDamaged) {
		t.Errorf("a file cut short: %v", err)
	}
}

func only(t *testing.T, dir journal.Dir) *cloudseed.Device {
	t.Helper()
	devices, err := dir.Devices()
	if err != nil || len(devices) != 1 {
		t.Fatalf("remembered: %v, %v", devices, err)
	}
	return devices[0]
}
