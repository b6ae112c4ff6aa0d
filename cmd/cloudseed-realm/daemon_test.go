package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

// A daemon is a cloudseed-realm process. It keeps its data and address over restarts.
type daemon struct {
	id   juicebox.RealmID
	dir  string
	args []string
	url  string // ends in a slash; set by the first start

	database, keys string // in place of dir: a cluster's

	cmd *exec.Cmd
	log *bytes.Buffer // of the running process; read it after the end only
}

// newDaemon makes the realm and serves it with these further arguments.
func newDaemon(t *testing.T, id juicebox.RealmID, args ...string) *daemon {
	t.Helper()
	d := &daemon{id: id, dir: filepath.Join(t.TempDir(), "realm"), args: args}
	out, err := exec.Command("cloudseed-realm", "init", "--data", d.dir, "--id", id.String()).CombinedOutput()
	if err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	d.start(t)
	t.Cleanup(func() { d.kill() })
	return d
}

func (d *daemon) start(t *testing.T) {
	t.Helper()
	listen := "127.0.0.1:0"
	if d.url != "" {
		listen = strings.TrimSuffix(strings.TrimPrefix(d.url, "http://"), "/")
	}
	args := append([]string{"serve", "--data", d.dir, "--listen", listen, "--verbose"}, d.args...)
	if d.database != "" {
		args = append([]string{"serve", "--database", d.database, "--keys", d.keys, "--listen", listen, "--verbose"}, d.args...)
	}
	d.cmd, d.log = exec.Command("cloudseed-realm", args...), new(bytes.Buffer)
	d.cmd.Stderr = d.log
	stdout, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		d.kill()
		t.Fatalf("the daemon said %q\n%s", line, d.log)
	}
	if d.url == "" { // else it is the same, and others may be reading it
		d.url = url + "/"
	}
}

// kill is kill -9: the process gets no chance to tidy up.
func (d *daemon) kill() {
	if d.cmd != nil {
		d.cmd.Process.Kill()
		d.cmd.Wait()
		d.cmd = nil
	}
}

// stop is what an operator does, and must succeed.
func (d *daemon) stop(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		d.kill()
		return
	}
	d.cmd.Process.Signal(syscall.SIGTERM)
	if err := d.cmd.Wait(); err != nil {
		t.Errorf("stopping: %v\n%s", err, d.log)
	}
	d.cmd = nil
}

func seed(b byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, ed25519.SeedSize))
}

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

var (
	ownerKey = seed('o')
	guessKey = seed('g')
)

func ownerToken(id juicebox.RealmID, now time.Time) (string, error) {
	return juicebox.OwnerToken(ownerKey, public(guessKey), id, now)
}

// target is the record of the two keys, as the owner or with the guess key.
func (d *daemon) target(t *testing.T, owner bool) realmtest.Target {
	t.Helper()
	token, err := ownerToken(d.id, time.Now())
	if !owner {
		token, err = juicebox.GuessToken(public(ownerKey), guessKey, d.id, time.Now())
	}
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	t.Cleanup(client.CloseIdleConnections)
	return realmtest.Target{URL: d.url, Token: token, HTTP: client}
}

// spent reads the counter from the database of a daemon that does not run.
func (d *daemon) spent(t *testing.T) (record realm.Record) {
	t.Helper()
	opened, err := openSealed(d.dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer opened.close()
	user := realm.NewRecordID(juicebox.Tenant, juicebox.TokenSubject(public(ownerKey), public(guessKey)))
	err = opened.store.Update(t.Context(), user, func(old []byte) (_ []byte, err error) {
		record, err = realm.DecodeRecord(old)
		return old, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// 200 parallel wrong guesses, the server killed in their midst and started again on the
// same data: what was answered in both lives together is at most what is allowed.
func TestStormWithKill(t *testing.T) {
	const allowed, guessers = 10, 200
	for _, test := range []struct {
		name   string
		killAt int64 // answered guesses
	}{
		{"killed after the first answer", 1},
		{"killed half way", 5},
		{"killed near the end", 9},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDaemon(t, juicebox.RealmID{0xaa}, "--pacing", "off")
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if _, err := d.target(t, true).Ask(ctx, realmtest.Registration(allowed)); err != nil {
				t.Fatal(err)
			}
			attack := realmtest.Storm{Target: d.target(t, false), Guessers: guessers, Stagger: 200 * time.Microsecond}
			done := make(chan error, 1)
			go func() { done <- attack.Run(ctx) }()
			for attack.Answered.Load() < test.killAt && ctx.Err() == nil {
				time.Sleep(50 * time.Microsecond)
			}
			d.kill()
			before := attack.Answered.Load()
			d.start(t)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			attack.Target.HTTP.CloseIdleConnections() // or Shutdown waits for those never used
			d.stop(t)
			record, answered := d.spent(t), attack.Answered.Load()
			t.Logf("answered %d before the kill, %d in all; spent %d", before, answered, record.GuessCount)
			if record.GuessCount != allowed || answered > allowed {
				t.Errorf("spent %d and answered %d, want %d spent and at most as many answered", record.GuessCount, answered, allowed)
			}
		})
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	d := newDaemon(t, juicebox.RealmID{0xaa})
	out, err := exec.Command("cloudseed-realm", "serve", "--data", d.dir, "--listen", "127.0.0.1:0").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "in use") || !strings.Contains(string(out), "stop that one first") {
		t.Errorf("got %v\n%s", err, out)
	}
	if _, err := d.target(t, true).Ask(t.Context(), juicebox.Register1{}); err != nil {
		t.Errorf("the first process: %v", err)
	}
}

func TestStopIsGraceful(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM")
	}
	d := newDaemon(t, juicebox.RealmID{0xaa})
	target := d.target(t, true)
	registration := realmtest.Registration(5)
	if _, err := target.Ask(t.Context(), registration); err != nil {
		t.Fatal(err)
	}
	d.stop(t)
	log := d.log.String()
	if !strings.Contains(log, `"msg":"stopped"`) || !strings.Contains(log, `"name":"Register2","status":200`) {
		t.Errorf("log:\n%s", log)
	}
	if strings.Contains(log, target.Token) || strings.Contains(log, juicebox.TokenSubject(public(ownerKey), public(guessKey))) {
		t.Errorf("the log names the user:\n%s", log)
	}
	if _, err := os.Stat(filepath.Join(d.dir, "realm.db-wal")); err == nil {
		t.Error("the database was not closed")
	}
	d.start(t)
	reply, err := target.Ask(t.Context(), juicebox.Recover1{})
	if want := (juicebox.Recover1Response{Status: juicebox.StatusOK, Version: registration.Version}); err != nil || reply != want {
		t.Errorf("after the restart: %v, %v", reply, err)
	}
}

func TestBuiltInTenantSwitchedOff(t *testing.T) {
	d := newDaemon(t, juicebox.RealmID{0xaa}, "--no-built-in")
	_, err := d.target(t, true).Ask(t.Context(), juicebox.Register1{})
	if refused, ok := err.(*realmtest.StatusError); !ok || refused.Status != http.StatusUnauthorized {
		t.Errorf("got %v, want status 401", err)
	}
}

// A stolen database alone has nothing of a registration, not even its public parts, while
// the server runs and after; and the records outlive a change of the key.
func TestDatabaseIsSealed(t *testing.T) {
	d := newDaemon(t, juicebox.RealmID{0xaa})
	registration := realmtest.Registration(5)
	if _, err := d.target(t, true).Ask(t.Context(), registration); err != nil {
		t.Fatal(err)
	}
	files := d.files(t)
	d.kill()
	if out, err := exec.Command("cloudseed-realm", "rotate", "--data", d.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files = append(files, d.files(t)...)
	for _, file := range files {
		for name, part := range map[string][]byte{
			"share": registration.OPRFPrivateKey[:], "tag": registration.UnlockKeyTag[:],
			"version": registration.Version[:], "key share": registration.EncryptionKeyScalarShare[:],
			"public key": registration.OPRFSignedPublicKey.PublicKey[:],
		} {
			if strings.Contains(file, string(part)) {
				t.Errorf("the database has the %s", name)
			}
		}
	}
	d.start(t)
	reply, err := d.target(t, false).Ask(t.Context(), juicebox.Recover1{})
	if want := (juicebox.Recover1Response{Status: juicebox.StatusOK, Version: registration.Version}); err != nil || reply != want {
		t.Errorf("after rotate: %v, %v", reply, err)
	}
}

// files reads what a thief of the database gets.
func (d *daemon) files(t *testing.T) (files []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(d.dir, "realm.db*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no database: %v", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, string(data))
	}
	return files
}

// Unless told otherwise, the third wrong guess in a row makes a user of the built-in
// tenant wait a minute, and the storm gets no further.
func TestPacedByDefault(t *testing.T) {
	d := newDaemon(t, juicebox.RealmID{0xaa})
	if _, err := d.target(t, true).Ask(t.Context(), realmtest.Registration(10)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	attack := realmtest.Storm{Target: d.target(t, false), Guessers: 20}
	if err := attack.Run(ctx); err == nil {
		t.Error("ten guesses took no time")
	}
	d.kill()
	if spent := d.spent(t).GuessCount; spent != 3 || attack.Answered.Load() > 3 {
		t.Errorf("spent %d, answered %d, want 3", spent, attack.Answered.Load())
	}
}
