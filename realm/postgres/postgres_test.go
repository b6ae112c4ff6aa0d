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

// TestOneServer is all that leaves its server as it was: starting one takes a second.
func TestOneServer(t *testing.T) {
	server := peer.Postgres(t)
	for name, part := range map[string]func(*testing.T, *peer.PostgresServer){
		"TablesAreMadeByMigrateOnly": tablesAreMadeByMigrateOnly,
		"OtherTablesAreRefused":      otherTablesAreRefused,
		"UnsafeSettingsAreRefused":   unsafeSettingsAreRefused,
		"Suite":                      suite,
		"PlainWritesAreNoticed":      plainWritesAreNoticed,
		"LostReplyIsUnknown":         lostReplyIsUnknown,
		"LostReadIsReadAgain":        lostReadIsReadAgain,
		"OlderTablesAreBroughtOn":    olderTablesAreBroughtOn,
		"GoneBack":                   goneBack,
		"GoneBackUnderConnections":   goneBackUnderConnections,
		"GoneBackToBeforeNotes":      goneBackToBeforeNotes,
		"NotesAreFollowed":           notesAreFollowed,
		"OpenWithNote":               openWithNote,
		"NotesAreInsistedOn":         notesAreInsistedOn,
		"OtherKeysAreRefused":        otherKeysAreRefused,
	} {
		t.Run(name, func(t *testing.T) { part(t, server) })
	}
}

// migrated makes the tables anew.
func migrated(t testing.TB, server *peer.PostgresServer) *peer.PostgresServer {
	t.Helper()
	server.Exec("DROP TABLE IF EXISTS realm_meta, realm_records, realm_progress")
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
