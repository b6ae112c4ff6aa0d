package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/cloudseedtest"
	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

var ctx = context.Background()

// phone is a device of the world with a new wallet on it.
func phone(t *testing.T, world *cloudseedtest.World) *wallet {
	t.Helper()
	w := open(filepath.Join(t.TempDir(), "phone"), world.Config())
	if _, err := w.create(ctx, "Everyday", cloudseedtest.PIN()); err != nil {
		t.Fatal(err)
	}
	return w
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Two payments, a lake, a new phone: words and payments are back, and it goes on from there.
func TestLakeAndBack(t *testing.T) {
	world := cloudseedtest.New()
	old := phone(t, world)
	for _, note := range []string{"coffee", "cake"} {
		if _, err := old.pay(ctx, 2100, note); err != nil {
			t.Fatal(err)
		}
	}
	words, payments := read(t, old.words()), read(t, old.payments())

	fresh := open(filepath.Join(t.TempDir(), "new phone"), world.Config())
	if _, err := fresh.restore(ctx, secret.Copy([]byte("739164"))); err == nil {
		t.Fatal("a wrong PIN opened it")
	}
	if _, err := os.Lstat(fresh.words()); err == nil {
		t.Error("a wrong PIN left words")
	}
	if _, err := fresh.restore(ctx, cloudseedtest.PIN()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, fresh.words()), words) || !bytes.Equal(read(t, fresh.payments()), payments) {
		t.Error("something else came back")
	}
	if _, err := fresh.pay(ctx, 500, "tea"); err != nil {
		t.Errorf("on the new phone: %v", err)
	}
	if _, err := fresh.restore(ctx, cloudseedtest.PIN()); !errors.Is(err, errThere) {
		t.Errorf("restored over a wallet: %v", err)
	}
}

// A payment is not held up by a cloud that is away, and is in it after the next start.
func TestPayWhileTheCloudIsAway(t *testing.T) {
	world := cloudseedtest.New()
	w := phone(t, world)
	for _, p := range world.Places {
		p.Fail(store.ErrOffline)
	}
	if _, err := w.pay(ctx, 2100, "coffee"); !errors.Is(err, store.ErrOffline) {
		t.Fatalf("offline: %v", err)
	}
	if d, err := w.device(); err != nil || d.State(time.Now()) == cloudseed.StateProtected {
		t.Errorf("called protected: %v", err)
	}
	for _, p := range world.Places {
		p.Fail(nil)
	}
	if err := w.start(ctx); err != nil {
		t.Fatal(err)
	}
	fresh := open(filepath.Join(t.TempDir(), "new phone"), world.Config())
	if _, err := fresh.restore(ctx, cloudseedtest.PIN()); err != nil || !bytes.Equal(read(t, fresh.payments()), read(t, w.payments())) {
		t.Errorf("restored: %v", err)
	}
}

// A backup that cannot be made leaves the person their words.
func TestWordsComeFirst(t *testing.T) {
	world := cloudseedtest.New()
	world.Realms[0].Down(true)
	w := open(filepath.Join(t.TempDir(), "phone"), world.Config())
	if _, err := w.create(ctx, "Everyday", cloudseedtest.PIN()); !errors.Is(err, cloudseed.ErrRealms) {
		t.Errorf("a server down: %v", err)
	}
	if len(read(t, w.words())) == 0 {
		t.Error("the words are lost")
	}
}

func TestCloudSeesNothing(t *testing.T) {
	world := cloudseedtest.New()
	w := phone(t, world)
	if _, err := w.pay(ctx, 2100, "canary coffee"); err != nil {
		t.Fatal(err)
	}
	var look leaktest.Look
	look.Phrase("the words", read(t, w.words()))
	look.Secret("a payment", []byte("canary coffee"))
	for _, p := range world.Places {
		for name, data := range p.Files() {
			look.Bytes(t, name, data)
		}
	}
}

func TestUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := run(ctx, "phone", []string{"spend"}); !errors.Is(err, errUsage) {
		t.Errorf("got %v", err)
	}
	if err := run(ctx, "phone", []string{"pay", "many", "coffee"}); err == nil {
		t.Error("paid many")
	}
}
