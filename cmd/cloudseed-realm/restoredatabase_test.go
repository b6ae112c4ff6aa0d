//go:build unix

package main

import (
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/realm/realmtest"
	"github.com/cloudseed/cloudseed/realm/seal"
)

// A PostgreSQL database that was restored by other tools gives nothing back once its
// guesses are taken, also when that was interrupted just before its end.
func TestAcceptDatabase(t *testing.T) {
	server := peer.Postgres(t)
	d := newCluster(t, server.URL(), 1, "--pacing", "off")[0]
	owner := d.target(t, true)
	registration := realmtest.Registration(5)
	if _, err := owner.Ask(t.Context(), registration); err != nil {
		t.Fatal(err)
	}
	d.guess(t, registration, 2)
	owner.HTTP.CloseIdleConnections()
	d.kill()
	accept := []string{"restore", "--accept", "--database", d.database, "--keys", d.keys}
	command(t, exitFailure, "this database is not an older copy: it has what this computer wrote last", accept...)
	accept = append(accept, "--mark", "off")
	command(t, exitOK, "sealed for epoch 2; guesses were taken from 1 records; 1 have none left", accept...)

	if err := seal.SetEpoch(d.keys, d.id, 1); err != nil { // as if the end had not been reached
		t.Fatal(err)
	}
	command(t, exitFailure, "the database is sealed with other keys: epoch 2, key 1 ", "serve", "--listen", "127.0.0.1:0", "--database", d.database, "--keys", d.keys)
	command(t, exitOK, "sealed for epoch 2; guesses were taken from 0 records", accept...)

	d.start(t)
	if got := d.allGuesses(t); got != 0 {
		t.Errorf("%d guesses were answered after all were taken", got)
	}
	if used, err := owner.Used(t.Context()); err != nil || used != 5 {
		t.Errorf("%d used, %v", used, err)
	}
}
