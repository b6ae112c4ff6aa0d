package cloudseed_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/cloudseedtest"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

func ExampleCreate() {
	ctx, world := context.Background(), cloudseedtest.New()
	words, err := phrase.Parse([]byte("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"))
	if err != nil {
		log.Fatal(err)
	}
	defer words.Clear()
	pin := secret.Copy([]byte("482915")) // as the person typed it
	defer pin.Clear()

	cfg := world.Config() // Places, Realms, Journal
	cfg.Step = func(s cloudseed.Step) {
		if s.State == cloudseed.Done {
			fmt.Println(strings.TrimSpace(string(s.Name) + " " + s.Where))
		}
	}
	device, err := cloudseed.Create(ctx, cfg, &cloudseed.Wallet{Name: "Everyday", Phrase: words}, pin)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(device.Name, device.Fingerprint, "is", device.State(time.Now()))
	// Unordered output:
	// look cloud
	// look stick
	// register
	// prove
	// seal
	// upload cloud
	// read back cloud
	// upload stick
	// read back stick
	// Everyday 73c5da0a is protected
}

// One place is full. The backup is sealed and in the other place; nothing was lost, and Resume
// goes on with the same bytes.
func ExampleResume() {
	ctx, world := context.Background(), cloudseedtest.New()
	cfg := world.Config()
	world.Places[1].Fail(store.ErrFull)
	device, err := cloudseed.Create(ctx, cfg, cloudseedtest.Wallet("Everyday"), cloudseedtest.PIN())
	var incomplete *cloudseed.IncompleteError
	if errors.As(err, &incomplete) {
		fmt.Println("verified in", incomplete.Verified, "but", incomplete.Failed[0].Place, "failed, full:", errors.Is(err, store.ErrFull))
	}
	fmt.Println(device.State(time.Now()))

	world.Places[1].Fail(nil)
	if err := cloudseed.Resume(ctx, cfg, device); err != nil {
		log.Fatal(err)
	}
	fmt.Println(device.State(time.Now()))
	// Output:
	// verified in [cloud] but stick failed, full: true
	// unfinished
	// protected
}

// A new device knows the person's places, the PIN servers, and nothing else.
func ExampleRestore() {
	ctx, world, _ := backedUp()
	cfg := world.Config()

	search, err := cloudseed.Find(ctx, cfg) // never "nothing there" when it could not look
	if err != nil {
		log.Fatal(err)
	}
	backup := search.Backups[0]
	fmt.Println("found", backup.Name, "with unknown PIN servers:", len(backup.UnknownRealms(cfg.Realms)))

	_, err = cloudseed.Restore(ctx, cfg, backup, secret.Copy([]byte("739164")))
	var wrong *cloudseed.WrongPINError
	if errors.As(err, &wrong) {
		fmt.Println("wrong PIN,", wrong.Left, "tries left")
	}
	restored, err := cloudseed.Restore(ctx, cfg, backup, cloudseedtest.PIN())
	if err != nil {
		log.Fatal(err)
	}
	defer restored.Wallet.Phrase.Clear()
	if err := cfg.Journal.Save(restored.Device); err != nil { // this device remembers it from now on
		log.Fatal(err)
	}
	fmt.Println(restored.Wallet.Name, "has", restored.Wallet.Phrase.Count(), "words, made on", restored.MadeOn)
	// Output:
	// found Everyday with unknown PIN servers: 0
	// wrong PIN, 9 tries left
	// Everyday has 12 words, made on device 1
}

// Nothing found, and not looked everywhere, are two things.
func ExampleFind() {
	ctx, world := context.Background(), cloudseedtest.New()
	_, err := cloudseed.Find(ctx, world.Config())
	fmt.Println("looked at everything, no backup:", errors.Is(err, cloudseed.ErrNoBackup))

	world.Places[0].Fail(store.ErrSignedOut)
	_, err = cloudseed.Find(ctx, world.Config())
	var noLook *cloudseed.CouldNotLookError
	if errors.As(err, &noLook) {
		fmt.Println("could not look at", noLook.Failed[0].Place, "- signed out:", errors.Is(err, store.ErrSignedOut))
	}
	// Output:
	// looked at everything, no backup: true
	// could not look at cloud - signed out: true
}

// Labels and channel backups change often: they are sealed again without PIN and words.
func ExampleUpdate() {
	ctx, world, cfg := backedUp()
	device, err := cfg.Journal.(*cloudseedtest.Journal).Device() // after a restart, say
	if err != nil {
		log.Fatal(err)
	}
	labels := cloudseed.File{Name: "labels.jsonl", Data: []byte(`{"type":"tx","ref":"…","label":"coffee"}`)}
	if err := cloudseed.Update(ctx, cfg, device, labels); err != nil {
		log.Fatal(err)
	}
	fmt.Println("generation", device.Files.Generation, "of", device.Files.Names)
	for _, p := range world.Places {
		fmt.Println(p, "has", len(p.Files()), "files")
	}
	// Output:
	// generation 1 of [labels.jsonl]
	// cloud has 2 files
	// stick has 2 files
}

// Once a day: is everything still there?
func ExampleCheck() {
	ctx, world, cfg := backedUp()
	device, err := cfg.Journal.(*cloudseedtest.Journal).Device()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cloudseed.Check(ctx, cfg, device), device.State(time.Now()))

	if err := world.GuessWrong(ctx, 1); err != nil { // somebody has the file, and tries a PIN
		err = cloudseed.Check(ctx, cfg, device)
		fmt.Println(errors.Is(err, cloudseed.ErrStranger), device.State(time.Now()))
	}
	// Output:
	// <nil> protected
	// true stranger
}

func ExampleChangePIN() {
	ctx, world, cfg := backedUp()
	device, err := cfg.Journal.(*cloudseedtest.Journal).Device()
	if err != nil {
		log.Fatal(err)
	}
	next := secret.Copy([]byte("739164"))
	unlock := cloudseed.Unlock{PIN: cloudseedtest.PIN()} // or the wallet, if the app has the words
	if err := cloudseed.ChangePIN(ctx, cfg, device, unlock, next, cloudseed.Routine); err != nil {
		log.Fatal(err)
	}
	backup, err := world.Backup(ctx)
	if err != nil {
		log.Fatal(err)
	}
	_, err = cloudseed.Restore(ctx, world.Config(), backup, cloudseedtest.PIN())
	fmt.Println("the PIN from before:", err != nil)
	_, err = cloudseed.Restore(ctx, world.Config(), backup, next)
	fmt.Println("the new one:", err == nil)
	// Output:
	// the PIN from before: true
	// the new one: true
}

// backedUp is a world with one backup, and the configuration of the device that made it.
func backedUp() (context.Context, *cloudseedtest.World, cloudseed.Config) {
	ctx, world := context.Background(), cloudseedtest.New()
	cfg := world.Config()
	if _, err := cloudseed.Create(ctx, cfg, cloudseedtest.Wallet("Everyday"), cloudseedtest.PIN()); err != nil {
		log.Fatal(err)
	}
	return ctx, world, cfg
}
