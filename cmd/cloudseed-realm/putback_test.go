package main

import (
	"context"
	"database/sql"
	"errors"
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

// Two copies of one database, served with one key file, would each answer every guess, and neither would be
// behind the mark. The second is refused, by serve and by restore.
func TestSecondCopyIsRefused(t *testing.T) {
	above := t.TempDir()
	one, two, keys := filepath.Join(above, "one"), filepath.Join(above, "two"), filepath.Join(above, "keys", "keys.json")
	ran(t, "init", "--data", one, "--keys", keys, "--id", juicebox.RealmID{0xaa}.String())
	if err := os.CopyFS(two, os.DirFS(one)); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(above, "copy.db")
	ran(t, "backup", "--data", one, "--keys", keys, "--out", backup)
	d := &daemon{id: juicebox.RealmID{0xaa}, dir: one, args: []string{"--keys", keys}}
	d.start(t)
	t.Cleanup(d.kill)
	for _, args := range [][]string{
		{"serve", "--listen", "127.0.0.1:0", "--data", two, "--keys", keys},
		{"restore", "--data", filepath.Join(above, "three"), "--from", backup, "--keys", keys},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // if it is served
		out, err := exec.CommandContext(ctx, "cloudseed-realm", args...).CombinedOutput()
		cancel()
		if err == nil || !strings.Contains(string(out), "another process serves a realm with these keys") {
			t.Errorf("%s: %v\n%s", args[0], err, out)
		}
	}
	d.kill()
	ran(t, "status", "--data", two, "--keys", keys) // one at a time is nobody's harm: neither has written
}

// A row that opens with no key is counted and told, and keeps nobody from changing the keys.
func TestUnreadableRow(t *testing.T) {
	d := newDaemon(t, juicebox.RealmID{0xaa})
	if _, err := d.target(t, true).Ask(t.Context(), realmtest.Registration(5)); err != nil {
		t.Fatal(err)
	}
	d.kill()
	db, err := sql.Open("sqlite", filepath.Join(d.dir, "realm.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("INSERT INTO records SELECT zeroblob(32), record FROM records")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if out := ran(t, "status", "--data", d.dir); !strings.Contains(out, "records     1\n") || !strings.Contains(out, "unreadable  1: ") {
		t.Errorf("status:\n%s", out)
	}
	for range 2 {
		if out := ran(t, "rotate", "--data", d.dir); !strings.Contains(out, "\n1 records open with no key of it, old or new, and stay as they are\n") {
			t.Errorf("rotate:\n%s", out)
		}
	}
	d.start(t)
	if reply, err := d.target(t, true).Ask(t.Context(), juicebox.Recover1{}); err != nil || reply.(juicebox.Recover1Response).Status != juicebox.StatusOK {
		t.Errorf("the readable one: %v, %v", reply, err)
	}
}
