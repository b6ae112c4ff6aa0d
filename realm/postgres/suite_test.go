//go:build unix

package postgres

import (
	"errors"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

func suite(t *testing.T, server *peer.PostgresServer) {
	migrated(t, server)
	realmtest.Run(t, func(t *testing.T) realmtest.Engine {
		empty(t, server.URL())
		return realmtest.Engine{Durable: true, Shared: true, Open: func(t testing.TB) realm.Store {
			s, err := Open(ctx, Config{URL: server.URL()})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}}
	})
}

func empty(t *testing.T, url string) {
	t.Helper()
	s := mustOpen(t, Config{URL: url})
	if _, err := s.pool.Exec(ctx, "DELETE FROM realm_records"); err != nil {
		t.Fatal(err)
	}
}

// Shown to bite: with the condition taken out of the writes, two processes lose each
// other's guesses, and both the storm and the histories notice.
func plainWritesAreNoticed(t *testing.T, server *peer.PostgresServer) {
	migrated(t, server)
	var stores []realm.Store
	for range 2 {
		s := mustOpen(t, Config{URL: server.URL()})
		s.update = "UPDATE realm_records SET record = $3, version = version + 1 WHERE id = $1 AND $2::bigint IS NOT NULL"
		s.remove = "DELETE FROM realm_records WHERE id = $1 AND $2::bigint IS NOT NULL"
		stores = append(stores, s)
	}
	noticed := func(name string, attack func() error) {
		for range 20 {
			if err := attack(); err != nil {
				t.Logf("%s: %.300v", name, err)
				return
			}
		}
		t.Errorf("%s: nothing was noticed", name)
	}
	noticed("storm", func() error { return realmtest.StormAt(t, stores) })
	noticed("history", func() error {
		err := realmtest.HistoryAt(t, stores)
		if err != nil && !errors.Is(err, realmtest.ErrImpossible) {
			t.Fatal(err)
		}
		return err
	})
}
