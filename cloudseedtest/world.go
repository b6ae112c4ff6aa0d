// Package cloudseedtest is a world for a wallet's own tests: real PIN servers and real places,
// in memory, that fail when they are told to.
//
//	world := cloudseedtest.New()
//	cfg := world.Config()                       // one device
//	device, err := cloudseed.Create(ctx, cfg, cloudseedtest.Wallet("Everyday"), cloudseedtest.PIN())
//	world.Places[0].Fail(store.ErrFull)         // the cloud is full
//	err = cloudseed.Update(ctx, cfg, device, file)
//
// The realms are those of package realm, the file is the real one, and every promise of
// package cloudseed holds. One thing differs: PINs are stretched fast and insecurely,
// which no other program accepts. A backup made here is refused with cloudseed.ErrUnsafe by
// any configuration that is not a World's, and outside of "go test" New panics.
package cloudseedtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/weakhash"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// A World is one person's surroundings: three PIN servers of which two are needed, and two
// places. Everything may be used by many goroutines, but the two lists stay as they are.
type World struct {
	Realms []*Realm // "https://pin-1.test/" to 3, in order
	Places []*Place // "cloud" and "stick"

	devices atomic.Int32
}

// New makes a fresh world. It panics outside of "go test".
func New() *World {
	if !testing.Testing() {
		panic("cloudseedtest: only for tests; its PIN hashing protects nothing")
	}
	w := &World{Places: []*Place{newPlace("cloud"), newPlace("stick")}}
	for i := range 3 {
		w.Realms = append(w.Realms, newRealm(i+1))
	}
	return w
}

// Config is what one more device of the person is set up with: all places, all realms and an
// empty [Journal]. Call it again for another device; keep it for the same one.
func (w *World) Config() cloudseed.Config {
	cfg := cloudseed.Config{
		HTTP:       &http.Client{Transport: network(w.Realms)},
		Journal:    &Journal{},
		DeviceName: fmt.Sprintf("device %d", w.devices.Add(1)),
		Realms: juicebox.Configuration{
			RegisterThreshold: len(w.Realms), RecoverThreshold: 2, PINHashingMode: juicebox.FastInsecure,
		},
	}
	for _, p := range w.Places {
		cfg.Places = append(cfg.Places, cloudseed.Place{Name: p.name, URL: "memory:" + p.name, Store: p})
	}
	for _, r := range w.Realms {
		cfg.Realms.Realms = append(cfg.Realms.Realms, juicebox.Realm{ID: r.id, Address: r.Address()})
	}
	weakhash.Allow(&cfg)
	return cfg
}

// Backup finds the one backup that the places show to a new device, as [cloudseed.Find] does.
func (w *World) Backup(ctx context.Context) (*cloudseed.Backup, error) {
	search, err := cloudseed.Find(ctx, w.Config())
	if err != nil {
		return nil, err
	}
	if n := len(search.Backups); n != 1 {
		return nil, fmt.Errorf("there are %d backups", n)
	}
	return search.Backups[0], nil
}

// GuessWrong is a stranger with the sealed file, who tries n wrong PINs on the one backup that
// there is. It returns the last refusal: a *cloudseed.WrongPINError with the tries that are
// left, or cloudseed.ErrNoTries.
func (w *World) GuessWrong(ctx context.Context, n int) (refusal error) {
	b, err := w.Backup(ctx)
	if err != nil {
		return err
	}
	for i := range n {
		guess := secret.Copy(fmt.Appendf(nil, "not the PIN, guess %d", i))
		if _, refusal = cloudseed.Restore(ctx, w.Config(), b, guess); refusal == nil {
			return errors.New("a wrong PIN opened the backup")
		}
	}
	return refusal
}

// PIN is one that [cloudseed.CheckPIN] takes.
func PIN() secret.Text { return secret.Copy([]byte("482915")) }

// Wallet is a wallet of that name with twelve new random words.
func Wallet(name string) *cloudseed.Wallet {
	p, err := phrase.New(12, phrase.English)
	if err != nil {
		panic(err) // 12 English words can always be made
	}
	return &cloudseed.Wallet{Name: name, Phrase: p}
}
