package main

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/mark"
	"github.com/cloudseed/cloudseed/realm/realmtest"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/cloudseed/cloudseed/realm/sqlite"
)

// A customer registers and guesses at a daemon.
type customer struct {
	user         realmtest.User
	registration juicebox.Register2
	spent        uint16
}

func (c *customer) target(t *testing.T, d *daemon) realmtest.Target {
	target := d.target(t, true)
	target.Token = c.user.Token(t, d.id)
	return target
}

// A backup that is made under load has everything that was acknowledged before it began.
func TestBackupUnderLoad(t *testing.T) {
	d := newDaemon(t, juicebox.RealmID{0xaa}, "--pacing", "off", "--requests-per-minute", "0", "--new-per-day", "0")
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	var acknowledged []customer
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for ctx.Err() == nil {
				c := customer{user: realmtest.NewUser(), registration: realmtest.Registration(9)}
				target := c.target(t, d)
				_, err := target.Ask(t.Context(), c.registration)
				if err == nil {
					c.spent = uint16(rand.IntN(4))
				}
				for range c.spent {
					_, wrong := target.Ask(t.Context(), juicebox.Recover2{Version: c.registration.Version, OPRFBlindedInput: realmtest.BlindedGuess()})
					err = errors.Join(err, wrong)
				}
				target.HTTP.CloseIdleConnections()
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, c)
				mu.Unlock()
			}
		})
	}
	time.Sleep(time.Second)
	copied := filepath.Join(t.TempDir(), "copy.db")
	mu.Lock()
	before := append([]customer(nil), acknowledged...)
	mu.Unlock()
	ran(t, "backup", "--data", d.dir, "--out", copied)
	stop()
	wg.Wait()
	d.kill()
	if len(before) == 0 || len(before) == len(acknowledged) {
		t.Fatalf("%d of %d before the backup: there was no load", len(before), len(acknowledged))
	}
	restored := &daemon{id: d.id, dir: filepath.Join(t.TempDir(), "new"), args: d.args}
	os.Mkdir(restored.dir, 0o700)
	copyFile(t, filepath.Join(d.dir, "keys.json"), filepath.Join(restored.dir, "keys.json"))
	ran(t, "restore", "--data", restored.dir, "--from", copied, "--leave", "4")
	restored.start(t)
	t.Cleanup(restored.kill)
	for _, c := range before {
		target := c.target(t, restored)
		reply, err := target.Ask(t.Context(), juicebox.Recover1{})
		if want := (juicebox.Recover1Response{Status: juicebox.StatusOK, Version: c.registration.Version}); err != nil || reply != want {
			t.Fatalf("an acknowledged record: %v, %v", reply, err)
		}
		if used, err := target.Used(t.Context()); err != nil || used != 5 {
			t.Fatalf("%d guesses used, %v, want 5 of 9", used, err)
		}
		target.HTTP.CloseIdleConnections()
	}
	t.Logf("%d records were acknowledged before the backup, %d in all", len(before), len(acknowledged))
}

const manyRecords = 4000

// large is a realm with many records, behind its mark by one write.
func large(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "realm")
	ran(t, "init", "--data", dir)
	opened, err := openSealed(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var next atomic.Uint32
	for range 256 {
		wg.Go(func() {
			for n := next.Add(1); n <= manyRecords; n = next.Add(1) {
				record := realm.Record{State: realm.Registered, Registration: juicebox.Register2{NumGuesses: 10}}
				err := opened.store.Update(t.Context(), numbered(n), func([]byte) ([]byte, error) { return record.Encode(), nil })
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := opened.close(); err != nil {
		t.Fatal(err)
	}
	m, err := mark.Open(markFile(keyFile(dir, "")), opened.id)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.Meet(manyRecords), m.Move(manyRecords+1), m.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func numbered(n uint32) (id realm.RecordID) {
	binary.BigEndian.PutUint32(id[:], n)
	return id
}

// killed runs a command and kills it after some part of the time that it takes; it tells
// whether the command had ended by itself.
func killed(t *testing.T, takes time.Duration, args ...string) (ended bool) {
	t.Helper()
	cmd := exec.Command("cloudseed-realm", args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Duration(rand.Int64N(int64(takes))))
	cmd.Process.Kill()
	return cmd.Wait() == nil
}

const kills = 6

// However often accepting is killed, the database is refused until every record is burnt
// once, and only once.
func TestAcceptKilled(t *testing.T) {
	dir := large(t)
	trial := t.TempDir()
	if err := os.CopyFS(trial, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	os.Chmod(filepath.Join(trial, "keys.json"), 0o600)
	begin := time.Now()
	ran(t, "restore", "--accept", "--data", trial)
	takes := time.Since(begin)
	done := 0
	for range kills {
		if killed(t, takes+takes/4, "restore", "--accept", "--data", dir) {
			done++
		}
		opened, err := openSealed(dir, "")
		if err != nil {
			if !strings.Contains(err.Error(), "restore --accept") {
				t.Fatalf("after a kill: %v", err)
			}
			continue
		}
		spent := make(map[uint16]int)
		var mu sync.Mutex
		err = opened.store.(realm.Walker).Each(t.Context(), func(realm.RecordID) realm.Change {
			return func(old []byte) ([]byte, error) {
				record, err := realm.DecodeRecord(old)
				mu.Lock()
				spent[record.GuessCount]++
				mu.Unlock()
				return old, err
			}
		})
		opened.close()
		if err != nil || len(spent) != 1 || spent[1] != manyRecords {
			t.Fatalf("%d records by guesses spent: %v, %v", manyRecords, spent, err)
		}
		t.Logf("accepted, %d times to the end", done)
		return
	}
	ran(t, "restore", "--accept", "--data", dir)
}

// A backup and a restore that were killed leave nothing that could be taken for whole.
func TestBackupAndRestoreKilled(t *testing.T) {
	dir := large(t)
	files := t.TempDir()
	good := filepath.Join(files, "good.db")
	begin := time.Now()
	ran(t, "backup", "--data", dir, "--out", good)
	takes := time.Since(begin)
	whole := 0
	for n := range uint32(kills) {
		out := filepath.Join(files, numberedName("copy", n))
		killed(t, takes+takes/4, "backup", "--data", dir, "--out", out)
		if _, err := os.Stat(out); err == nil {
			whole++
			if facts, err := sqlite.Look(out); err != nil || facts.Writes != manyRecords {
				t.Fatalf("%+v, %v", facts, err)
			}
		}
		restored := filepath.Join(files, numberedName("realm", n))
		os.Mkdir(restored, 0o700)
		copyFile(t, filepath.Join(dir, "keys.json"), filepath.Join(restored, "keys.json"))
		ended := killed(t, 2*takes, "restore", "--data", restored, "--from", good)
		opened, err := openSealed(restored, "")
		switch {
		case err == nil:
			opened.close()
		case ended, !errors.Is(err, sqlite.ErrMissing):
			t.Fatalf("after a kill: %v", err)
		default:
			os.Remove(filepath.Join(restored, "keys.json.mark")) // as if it were lost, too
			ran(t, "restore", "--data", restored, "--from", good)
		}
	}
	t.Logf("%d of %d backups were whole", whole, kills)
	if _, err := os.Stat(filepath.Join(dir, seal.FileName)); err != nil {
		t.Error(err)
	}
}

func numberedName(name string, n uint32) string { return name + "-" + string(rune('a'+n)) }
