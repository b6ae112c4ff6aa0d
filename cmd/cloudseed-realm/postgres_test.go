//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/postgres"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

// command runs cloudseed-realm and wants it to end with a code and to have printed a text.
func command(t *testing.T, code int, prints string, args ...string) (output string) {
	t.Helper()
	cmd := exec.Command("cloudseed-realm", args...)
	out, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != code || !strings.Contains(string(out), prints) {
		t.Errorf("%v: exit code %d, want %d with %q:\n%s", args[:1], got, code, prints, out)
	}
	return string(out)
}

func TestMigrateCommand(t *testing.T) {
	server := peer.Postgres(t)
	url, keys := server.URL(), filepath.Join(t.TempDir(), "keys.json")
	serve := []string{"serve", "--listen", "127.0.0.1:0", "--database", url, "--keys", keys}

	// Nothing is made silently.
	command(t, exitFailure, "no realm in this database\nif this realm is new, make its tables: cloudseed-realm migrate --database ", serve...)
	command(t, exitUsage, "--keys FILE is missing", "migrate", "--database", url)
	if _, err := postgres.Look(t.Context(), postgres.Config{URL: url}); err == nil {
		t.Error("tables were made")
	}
	command(t, exitOK, "next: cloudseed-realm serve --database ", "migrate", "--database", url, "--keys", keys, "--id", strings.Repeat("ab", 16))
	command(t, exitOK, "up to date (2): nothing to do", "migrate", "--database", url, "--keys", keys)

	// Older tables are brought on, by hand.
	server.Exec("DROP TABLE realm_progress; UPDATE realm_meta SET value = '1' WHERE name = 'schema'")
	command(t, exitFailure, "older (1) than this program's (2)\nnothing was changed; stop every process of this realm, then: cloudseed-realm migrate --database ", serve...)
	command(t, exitOK, "are brought from 1 to 2", "migrate", "--database", url)

	// Tables of another program are refused, and so are lost ones.
	server.Exec("UPDATE realm_meta SET value = '99' WHERE name = 'schema'")
	hint := "newer (99) than this program's (2)\nnothing was changed; use the newer cloudseed-realm"
	command(t, exitFailure, hint, serve...)
	command(t, exitFailure, hint, "migrate", "--database", url)
	server.Exec("DROP TABLE realm_meta, realm_records, realm_progress")
	command(t, exitFailure, "no realm in this database", serve...)
	command(t, exitFailure, "there is a key file\nnothing was changed. If the keys are of a realm", "migrate", "--database", url, "--keys", keys)
}

func TestDatabaseFlags(t *testing.T) {
	var l leaktest.Look
	l.Secret("the password", []byte("canary-482915"))
	l.Bytes(t, "what was printed", []byte(
		command(t, exitUsage, "password where others can see it: in the address of the database: everybody on this computer can list it",
			"serve", "--database", "postgres://realm:canary-482915@127.0.0.1/realm", "--keys", "k")))
	command(t, exitUsage, "give one of them", "serve", "--database", "postgres://127.0.0.1/x", "--data", "x", "--keys", "k")
	command(t, exitUsage, "--keys FILE is missing", "serve", "--database", "postgres://127.0.0.1/x")
	command(t, exitUsage, "sslmode=verify-full", "serve", "--database", "postgres://192.0.2.1/x", "--keys", "k")
	command(t, exitUsage, "it is not postgres://", "migrate", "--database", "mysql://192.0.2.1/x")
	t.Setenv("PGPASSWORD", "canary-482915")
	l.Bytes(t, "what was printed", []byte(
		command(t, exitUsage, "in the environment (PGPASSWORD)", "migrate", "--database", "postgres://127.0.0.1/x")))
}

// newCluster makes a realm in PostgreSQL at url and starts processes that serve it.
func newCluster(t *testing.T, url string, processes int, args ...string) (cluster []*daemon) {
	t.Helper()
	id := juicebox.RealmID{0xaa}
	keys := filepath.Join(t.TempDir(), "keys.json")
	if out, err := exec.Command("cloudseed-realm", "migrate", "--database", url, "--keys", keys, "--id", id.String()).CombinedOutput(); err != nil {
		t.Fatalf("migrate: %v\n%s", err, out)
	}
	return joinCluster(t, url, keys, processes, args...)
}

func joinCluster(t *testing.T, url, keys string, processes int, args ...string) (cluster []*daemon) {
	t.Helper()
	for range processes {
		d := &daemon{id: juicebox.RealmID{0xaa}, args: args, database: url, keys: keys}
		d.start(t)
		t.Cleanup(d.kill)
		cluster = append(cluster, d)
	}
	return cluster
}

// record reads what the cluster stores for a user.
func (d *daemon) record(t *testing.T, user realmtest.User) (data []byte) {
	t.Helper()
	opened, err := openPostgres(t.Context(), &place{database: d.database, keys: d.keys, mark: noMark})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.close()
	err = opened.store.Update(t.Context(), user.Record(), func(old []byte) ([]byte, error) { data = old; return old, nil })
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A dump of the database has nothing of a registration.
func TestPostgresIsSealed(t *testing.T) {
	server := peer.Postgres(t)
	d := newCluster(t, server.URL(), 1)[0]
	registration := realmtest.Registration(5)
	if _, err := d.target(t, true).Ask(t.Context(), registration); err != nil {
		t.Fatal(err)
	}
	d.stop(t)
	dump := server.Exec("SELECT encode(id, 'hex'), version, encode(record, 'hex') FROM realm_records")
	if len(dump) < 800 {
		t.Errorf("dump: %s", dump)
	}
	var l leaktest.Look
	l.Secret("the share", registration.OPRFPrivateKey[:])
	l.Secret("the tag", registration.UnlockKeyTag[:])
	l.Secret("the public key", registration.OPRFSignedPublicKey.PublicKey[:])
	l.Secret("the key share", registration.EncryptionKeyScalarShare[:])
	l.Bytes(t, "a dump of the table", []byte(dump))
	if data, err := os.ReadFile(d.keys); err != nil || len(data) == 0 {
		t.Error("no keys: the test shows nothing")
	}
}

// 200 parallel guesses, spread over two processes on one database, with one of them killed
// in their midst and started again: what both ever answered is at most what is allowed.
func TestTwoProcessesOneRecord(t *testing.T) {
	cluster := newCluster(t, peer.Postgres(t).URL(), 1, "--pacing", "off")
	cluster = append(cluster, joinCluster(t, cluster[0].database, cluster[0].keys, 1, "--pacing", "off")...)
	w := &world{t: t, realms: cluster}
	const allowed = 25
	user := realmtest.NewUser()
	w.insist(t.Context(), user, realmtest.Registration(allowed))
	var restart sync.WaitGroup
	restart.Go(func() {
		time.Sleep(50 * time.Millisecond)
		cluster[1].kill()
		cluster[1].start(t)
	})
	answered, err := realmtest.Storms(t.Context(), w.targets(user), 200)
	restart.Wait()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("answered %d of %d", answered, allowed)
	if err := realmtest.CheckSpent(cluster[0].record(t, user), allowed, answered); err != nil {
		t.Error(err)
	}
}

// Records in PostgreSQL outlive a change of the key. A process with the older key file is refused, and one that
// serves meanwhile stops.
func TestRotateDatabase(t *testing.T) {
	d := newCluster(t, peer.Postgres(t).URL(), 1)[0]
	registration := realmtest.Registration(5)
	owner := d.target(t, true)
	if _, err := owner.Ask(t.Context(), registration); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(d.keys)
	if err != nil {
		t.Fatal(err)
	}
	command(t, exitUsage, "--keys FILE is missing", "rotate", "--database", d.database)
	command(t, exitOK, "every record is sealed with a new key in ", "rotate", "--database", d.database, "--keys", d.keys)
	if reply, err := owner.Ask(t.Context(), juicebox.Recover1{}); err == nil {
		t.Errorf("who served meanwhile goes on: %v", reply)
	}
	owner.HTTP.CloseIdleConnections()
	d.kill()
	d.start(t)
	reply, err := owner.Ask(t.Context(), juicebox.Recover1{})
	if want := (juicebox.Recover1Response{Status: juicebox.StatusOK, Version: registration.Version}); err != nil || reply != want {
		t.Errorf("after rotate: %v, %v", reply, err)
	}
	owner.HTTP.CloseIdleConnections()
	d.kill()
	if err := os.WriteFile(d.keys, old, 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, exitFailure, "the database is sealed with other keys: epoch 1, key 2 ", "serve", "--listen", "127.0.0.1:0", "--database", d.database, "--keys", d.keys)
}
