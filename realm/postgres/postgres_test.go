//go:build unix

package postgres

import (
	"context"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
)

var (
	ctx     = context.Background()
	realmID = juicebox.RealmID{1, 2, 3}
	alice   = realm.RecordID{'a'}
)

// migrated makes the tables in a new server.
func migrated(t testing.TB, settings ...string) *peer.PostgresServer {
	t.Helper()
	server := peer.Postgres(t, settings...)
	if _, err := Migrate(ctx, Config{URL: server.URL()}, realmID); err != nil {
		t.Fatal(err)
	}
	return server
}

func mustOpen(t testing.TB, config Config) *Store {
	t.Helper()
	s, err := Open(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(next string) realm.Change {
	return func([]byte) ([]byte, error) { return []byte(next), nil }
}

func get(t testing.TB, s *Store, id realm.RecordID) (data []byte) {
	t.Helper()
	if err := s.Update(ctx, id, func(old []byte) ([]byte, error) { data = old; return old, nil }); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestMigrated(t *testing.T) {
	server := migrated(t)
	s := mustOpen(t, Config{URL: server.URL()})
	if s.ID() != realmID {
		t.Errorf("id %s", s.ID())
	}
	if err := s.Update(ctx, alice, put("one")); err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, alice); string(got) != "one" {
		t.Errorf("alice: %q", got)
	}
}
