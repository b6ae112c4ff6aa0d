//go:build unix

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/realm/mark"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

// dumped makes a realm in PostgreSQL with one record and a backup, and spends two guesses after that.
func dumped(t *testing.T) (server *peer.PostgresServer, d *daemon, dump string) {
	t.Helper()
	server = peer.Postgres(t)
	d = newCluster(t, server.URL(), 1, "--pacing", "off")[0]
	registration := realmtest.Registration(5)
	if _, err := d.target(t, true).Ask(t.Context(), registration); err != nil {
		t.Fatal(err)
	}
	dump = filepath.Join(t.TempDir(), "monday.dump")
	server.Dump(dump)
	d.guess(t, registration, 2)
	d.settle(t)
	return server, d, dump
}

// settle waits until there is a note of what was written, which takes a tenth of a second.
func (d *daemon) settle(t *testing.T) {
	t.Helper()
	before, err := os.ReadFile(markFile(d.keys))
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if now, err := os.ReadFile(markFile(d.keys)); err == nil && string(now) != string(before) {
			return
		}
	}
}

// An older copy of a PostgreSQL database is not served, until its guesses are taken.
func TestOlderPostgresIsRefused(t *testing.T) {
	server, d, dump := dumped(t)
	d.kill()
	server.Restore(dump)
	serve := []string{"serve", "--listen", "127.0.0.1:0", "--database", d.database, "--keys", d.keys}
	hint := "the database has gone back to an older state: it lacks what it had acknowledged until 20"
	command(t, exitFailure, hint, serve...)
	command(t, exitFailure, "restore --accept --database", serve...)
	command(t, exitUsage, "--mark goes with --database", "serve", "--data", t.TempDir(), "--mark", "x")

	command(t, exitOK, "guesses were taken from 1 records; 1 have none left", "restore", "--accept", "--database", d.database, "--keys", d.keys)
	d.start(t) // the mark is content
	if got := d.allGuesses(t); got != 0 {
		t.Errorf("%d guesses were answered after all were taken", got)
	}
	d.kill()
	server.Restore(dump) // again: now also of an older epoch
	command(t, exitFailure, hint, serve...)
}

// A process that serves notices too, answers nothing more and is not ready. Its log says why.
func TestOlderPostgresUnderTheServer(t *testing.T) {
	server, d, dump := dumped(t)
	server.Restore(dump)
	owner := d.target(t, true)
	refused := func() bool {
		_, err := owner.Ask(t.Context(), realmtest.Registration(5))
		status, ok := err.(*realmtest.StatusError)
		return ok && status.Status == http.StatusInternalServerError
	}
	for deadline := time.Now().Add(10 * time.Second); !refused(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the older database is served")
		}
	}
	answer, err := owner.HTTP.Get(d.url + "readyz")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("ready: %s", answer.Status)
	}
	d.kill()
	if log := d.log.String(); !strings.Contains(log, "gone back to an older state") {
		t.Errorf("log:\n%s", log)
	}
}

// Processes of one computer share a mark, those of others have their own; one that keeps none says so.
func TestMarkOfDatabase(t *testing.T) {
	cluster := newCluster(t, peer.Postgres(t).URL(), 1)
	first := cluster[0]
	elsewhere := filepath.Join(t.TempDir(), "other.mark")
	cluster = append(cluster, joinCluster(t, first.database, first.keys, 1)...)
	cluster = append(cluster, joinCluster(t, first.database, first.keys, 1, "--mark", elsewhere)...)
	cluster = append(cluster, joinCluster(t, first.database, first.keys, 1, "--mark", "off")...)
	for _, d := range cluster {
		d.kill()
	}
	for i, want := range []string{"there was no mark here", "", "there was no mark here", "without a mark"} {
		log := cluster[i].log.String()
		if want == "" && strings.Contains(log, "WARN") || !strings.Contains(log, want) {
			t.Errorf("process %d, want %q:\n%s", i, want, log)
		}
	}
	for _, path := range []string{markFile(first.keys), elsewhere} {
		if m, err := mark.Open(path, first.id); err != nil {
			t.Error(err)
		} else {
			m.Close()
		}
	}
	command(t, exitFailure, "--mark: open /nowhere/", "serve", "--listen", "127.0.0.1:0", "--database", first.database, "--keys", first.keys, "--mark", "/nowhere/x")
}
