package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

// putAway copies the database of a daemon that does not run, as an operator would.
func (d *daemon) putAway(t *testing.T) (away string) {
	t.Helper()
	away = t.TempDir()
	for _, path := range d.databaseFiles(t) {
		copyFile(t, path, filepath.Join(away, filepath.Base(path)))
	}
	return away
}

// putBack puts those files in the place of the database.
func (d *daemon) putBack(t *testing.T, away string) {
	t.Helper()
	for _, path := range d.databaseFiles(t) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	names, err := filepath.Glob(filepath.Join(away, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range names {
		copyFile(t, path, filepath.Join(d.dir, filepath.Base(path)))
	}
}

func (d *daemon) databaseFiles(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(d.dir, "realm.db*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no database: %v", err)
	}
	return names
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	put(t, to, data)
}

// guess spends n guesses, all of which must be answered.
func (d *daemon) guess(t *testing.T, registration juicebox.Register2, n int) {
	t.Helper()
	target := d.target(t, false)
	defer target.HTTP.CloseIdleConnections()
	for range n {
		reply, err := target.Ask(t.Context(), juicebox.Recover2{Version: registration.Version, OPRFBlindedInput: realmtest.BlindedGuess()})
		if answer, ok := reply.(juicebox.Recover2Response); err != nil || !ok || answer.Status != juicebox.StatusOK {
			t.Fatalf("a guess: %v, %v", reply, err)
		}
	}
}

// allGuesses guesses until nothing is left, and returns how many guesses were answered.
func (d *daemon) allGuesses(t *testing.T) int64 {
	t.Helper()
	attack := realmtest.Storm{Target: d.target(t, false), Guessers: 20}
	defer attack.Target.HTTP.CloseIdleConnections()
	if err := attack.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return attack.Answered.Load()
}

// refused insists that nobody serves or looks at the data, and returns why.
func (d *daemon) refused(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // if it is served
	defer cancel()
	out, err := exec.CommandContext(ctx, "cloudseed-realm", "serve", "--data", d.dir, "--listen", "127.0.0.1:0").CombinedOutput()
	if err == nil || strings.Contains(string(out), "listening") {
		t.Fatalf("it is served: %v\n%s", err, out)
	}
	return string(out)
}

func ran(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("cloudseed-realm", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// An older database in the place of the newer one is refused, and once it is accepted no
// guess is answered twice over, however the server ended.
func TestOlderDatabaseIsRefused(t *testing.T) {
	const allowed, before, between = 10, 2, 5
	for _, test := range []struct {
		name string
		end  func(*daemon)
		want int64 // answered after accepting; a kill leaves it open how many writes there were
	}{
		{"stopped", func(d *daemon) { d.stop(t) }, allowed - before - between},
		{"killed", func(d *daemon) { d.kill() }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDaemon(t, juicebox.RealmID{0xaa}, "--pacing", "off", "--sweep-every", "0")
			registration := realmtest.Registration(allowed)
			owner := d.target(t, true)
			if _, err := owner.Ask(t.Context(), registration); err != nil {
				t.Fatal(err)
			}
			owner.HTTP.CloseIdleConnections()
			d.guess(t, registration, before)
			d.stop(t)
			away := d.putAway(t)
			d.start(t)
			d.guess(t, registration, between)
			test.end(d)
			d.putBack(t, away)

			why := d.refused(t)
			if !strings.Contains(why, "this database is an older copy: it knows of 3 writes, and there were at least 8") ||
				!strings.Contains(why, "cloudseed-realm restore --accept --data "+d.dir) {
				t.Errorf("said:\n%s", why)
			}
			if out, err := exec.Command("cloudseed-realm", "rotate", "--data", d.dir).CombinedOutput(); err == nil {
				t.Errorf("rotate worked on it:\n%s", out) // its writes would hide that it is old
			}
			d.refused(t)
			t.Log(ran(t, "restore", "--accept", "--data", d.dir))
			d.start(t)
			if got := d.allGuesses(t); got != test.want || before+between+got > allowed {
				t.Errorf("%d, %d and then %d guesses were answered, %d are allowed", before, between, got, allowed)
			}
			d.kill()

			// And neither copy works ever again.
			newer := d.putAway(t)
			d.putBack(t, away)
			d.refused(t)
			d.putBack(t, newer)
			d.start(t)
			d.kill()
		})
	}
}

// --leave gives back as many guesses as were asked for and no more.
func TestLeave(t *testing.T) {
	d := newDaemon(t, juicebox.RealmID{0xaa}, "--pacing", "off")
	owner := d.target(t, true)
	if _, err := owner.Ask(t.Context(), realmtest.Registration(10)); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	ran(t, "backup", "--data", d.dir, "--out", copied)
	if got := d.allGuesses(t); got != 10 {
		t.Fatal(got)
	}
	d.kill()
	keys := filepath.Join(d.dir, "keys.json")
	restored := filepath.Join(t.TempDir(), "new")
	out := ran(t, "restore", "--data", restored, "--from", copied, "--keys", keys, "--leave", "3")
	if !strings.Contains(out, "up to 3 guesses of every record were left") {
		t.Errorf("said:\n%s", out)
	}
	copyFile(t, keys, filepath.Join(restored, "keys.json"))
	copyFile(t, keys+".mark", filepath.Join(restored, "keys.json.mark"))
	d.dir = restored
	d.start(t)
	if got := d.allGuesses(t); got != 3 {
		t.Errorf("%d guesses", got)
	}
	// The owner sees that something was spent that was not theirs: 10 burnt, of which 3 left.
	view, err := owner.Used(t.Context())
	if err != nil || view != 10 {
		t.Errorf("%d used, %v", view, err)
	}
}
