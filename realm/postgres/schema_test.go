//go:build unix

package postgres

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/juicebox"
)

func tablesAreMadeByMigrateOnly(t *testing.T, server *peer.PostgresServer) {
	server.Exec("DROP TABLE IF EXISTS realm_meta, realm_records, realm_progress")
	config := Config{URL: server.URL()}
	missing := func(when string) {
		t.Helper()
		_, err := Open(ctx, config)
		_, looked := Look(ctx, config)
		if !errors.Is(err, ErrMissing) || !errors.Is(looked, ErrMissing) {
			t.Errorf("%s: got %v and %v, want ErrMissing", when, err, looked)
		}
	}
	missing("an empty database")
	if _, err := Migrate(ctx, config, juicebox.RealmID{}); !errors.Is(err, ErrMissing) {
		t.Errorf("without an id: got %v", err)
	}
	missing("after a Migrate without an id")

	// Of many at the same time, one makes the tables.
	var made atomic.Int32
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			if done, err := Migrate(ctx, config, juicebox.RealmID{byte(i + 1)}); err == nil && done.From == 0 {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d made the tables", made.Load())
	}
	found, err := Look(ctx, config)
	if err != nil || found.From != len(migrations) || found.ID == (juicebox.RealmID{}) {
		t.Errorf("found %v, %v", found, err)
	}
	again, err := Migrate(ctx, config, juicebox.RealmID{99})
	if err != nil || again != found {
		t.Errorf("again: %v, %v; want %v", again, err, found)
	}
}

func otherTablesAreRefused(t *testing.T, server *peer.PostgresServer) {
	migrated(t, server)
	config := Config{URL: server.URL()}
	for _, c := range []struct {
		sql  string
		want error
	}{
		{"UPDATE realm_meta SET value = '7' WHERE name = 'schema'", &SchemaError{7, len(migrations)}},
		{"UPDATE realm_meta SET value = 'x' WHERE name = 'schema'", ErrForeign},
		{"UPDATE realm_meta SET value = '0' WHERE name = 'schema'", ErrForeign},
		{"UPDATE realm_meta SET value = '1' WHERE name = 'schema'; UPDATE realm_meta SET value = 'abcd' WHERE name = 'realm_id'", ErrForeign},
		{"DELETE FROM realm_meta", ErrForeign},
		{"DROP TABLE realm_meta; CREATE TABLE realm_meta (a int)", ErrForeign},
	} {
		server.Exec(c.sql)
		_, err := Open(ctx, config)
		_, migrating := Migrate(ctx, config, realmID)
		for _, err := range []error{err, migrating} {
			want, typed := c.want.(*SchemaError)
			got, same := errors.AsType[*SchemaError](err)
			if typed && (!same || *got != *want) || !typed && !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", c.sql, err, c.want)
			}
		}
	}
}

func olderTablesAreBroughtOn(t *testing.T, server *peer.PostgresServer) {
	migrated(t, server)
	server.Exec("DROP TABLE realm_progress; UPDATE realm_meta SET value = '1' WHERE name = 'schema'")
	config := Config{URL: server.URL()}
	if _, err := Open(ctx, config); err == nil || err.Error() != (&SchemaError{1, len(migrations)}).Error() {
		t.Errorf("older tables: got %v", err)
	}
	if done, err := Migrate(ctx, config, juicebox.RealmID{}); err != nil || done != (Migrated{realmID, 1, len(migrations)}) {
		t.Errorf("migrated %v, %v", done, err)
	}
	if err := mustOpen(t, config).Update(ctx, alice, put("one")); err != nil {
		t.Error(err)
	}
}
