//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

// TestFaults goes through every fault once, while crowds and a storm are at the realm. With
// CLOUDSEED_FAULT_RUN=10m it goes on, fault after fault, for that long.
func TestFaults(t *testing.T) {
	peer.Slow(t)
	for name, build := range map[string]func(*testing.T) *world{"sqlite": sqliteWorld, "postgres": postgresWorld} {
		t.Run(name, func(t *testing.T) {
			w := build(t)
			var total tally
			started, long := time.Now(), faultTime(t)
			for first := true; first || time.Since(started) < long; first = false {
				for _, i := range rand.Perm(len(w.faults)) {
					total.add(w.round(w.faults[i]))
				}
			}
			t.Logf("%v of faults: %v", time.Since(started).Round(time.Second), &total)
			if total.records == 0 || total.answered == 0 {
				t.Error("nothing happened")
			}
		})
	}
}

func faultTime(t *testing.T) time.Duration {
	text := os.Getenv("CLOUDSEED_FAULT_RUN")
	if text == "" {
		return 0
	}
	long, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return long
}

// A tally says how much a run has shown.
type tally struct {
	rounds, records, operations, unknown, storms int
	answered, allowed                            int64
}

func (a *tally) add(b tally) {
	a.rounds += b.rounds
	a.records += b.records
	a.operations += b.operations
	a.unknown += b.unknown
	a.storms += b.storms
	a.answered += b.answered
	a.allowed += b.allowed
}

func (a *tally) String() string {
	return fmt.Sprintf("%d rounds; %d histories of %d operations (%d of unknown outcome), all linearizable; "+
		"%d storms with %d guesses answered of %d allowed; %d registrations seen before, still there",
		a.rounds, a.records, a.operations, a.unknown, a.storms, a.answered, a.allowed, a.rounds)
}

const (
	stormGuesses  = 10
	stormGuessers = 60
	crowds        = 3
)

// round lets a fault strike amid crowds and a storm, and checks what they saw.
func (w *world) round(f fault) tally {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 3*time.Minute)
	defer cancel()
	witness, registration := realmtest.NewUser(), realmtest.Registration(5)
	w.insist(ctx, witness, registration)

	sum := tally{rounds: 1, records: crowds}
	var users [crowds]realmtest.User
	var histories [crowds]*realmtest.History
	var wg sync.WaitGroup
	for i := range users {
		users[i] = realmtest.NewUser()
		crowd := realmtest.Crowd{Targets: w.targets(users[i]), Clients: 4, Operations: 40, Rest: 10 * time.Millisecond}
		wg.Go(func() { histories[i] = crowd.Run(ctx) })
	}
	repaired := make(chan struct{})
	var storms tally
	wg.Go(func() { storms = w.stormUntil(ctx, repaired, f) })
	time.Sleep(100*time.Millisecond + rand.N(300*time.Millisecond))
	f.strike()
	close(repaired)
	wg.Wait()
	sum.add(storms)

	for i, history := range histories {
		w.last(ctx, users[i], history)
		all, unknown := history.Len()
		sum.operations, sum.unknown = sum.operations+all, sum.unknown+unknown
		if err := history.Check(); err != nil {
			w.t.Errorf("%s: %v", f.name, err)
		}
	}
	found, ok := w.insist(ctx, witness, juicebox.Recover1{}).(juicebox.Recover1Response)
	if !ok || found.Status != juicebox.StatusOK || found.Version != registration.Version {
		w.t.Errorf("%s: an acknowledged registration is lost: %v", f.name, found)
	}
	w.t.Logf("%-36s %d operations, %d unknown; %d storms answered %d of %d", f.name,
		sum.operations, sum.unknown, sum.storms, sum.answered, sum.allowed)
	return sum
}

// stormUntil lets one storm after the other loose, each on a new record, so that whatever
// happens meanwhile happens to one.
func (w *world) stormUntil(ctx context.Context, end <-chan struct{}, f fault) (sum tally) {
	for {
		victim := realmtest.NewUser()
		w.insist(ctx, victim, realmtest.Registration(stormGuesses))
		answered, err := realmtest.Storms(ctx, w.targets(victim), stormGuessers)
		if err := errors.Join(err, w.checkStorm(ctx, victim, answered)); err != nil {
			w.t.Errorf("%s: %v", f.name, err)
		}
		sum.add(tally{storms: 1, answered: answered, allowed: stormGuesses})
		select {
		case <-end:
			return sum
		default:
		}
	}
}

// targets reach one user's record by every process.
func (w *world) targets(user realmtest.User) (targets []realmtest.Target) {
	for _, d := range w.realms {
		client := &http.Client{Timeout: 4 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: stormGuessers}}
		w.t.Cleanup(client.CloseIdleConnections)
		targets = append(targets, realmtest.Target{URL: d.url, Token: user.Token(w.t, d.id), HTTP: client})
	}
	return targets
}

// insist asks until it is answered. Only requests that may be repeated.
func (w *world) insist(ctx context.Context, user realmtest.User, request juicebox.Request) juicebox.Response {
	targets := w.targets(user)
	for i := 0; ; i++ {
		reply, err := targets[i%len(targets)].Ask(ctx, request)
		if err == nil {
			return reply
		}
		if ctx.Err() != nil {
			w.t.Errorf("no answer: %v", err)
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// last reads the record once more, so that a history with a lost registration cannot end
// before anybody notices.
func (w *world) last(ctx context.Context, user realmtest.User, history *realmtest.History) {
	targets := w.targets(user)
	for i := 0; ctx.Err() == nil; i++ {
		if _, err := history.Ask(ctx, 0, targets[i%len(targets)], juicebox.Recover1{}); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// checkStorm asks the owner's view how many guesses are spent: no process need stop for it.
func (w *world) checkStorm(ctx context.Context, victim realmtest.User, answered int64) error {
	targets := w.targets(victim)
	used, err := targets[0].Used(ctx)
	for i := 1; err != nil && ctx.Err() == nil; i++ {
		time.Sleep(50 * time.Millisecond)
		used, err = targets[i%len(targets)].Used(ctx)
	}
	if err != nil {
		return err
	}
	if used != stormGuesses || answered > stormGuesses {
		return fmt.Errorf("%d guesses are spent and %d were answered; %d are allowed", used, answered, stormGuesses)
	}
	return nil
}
