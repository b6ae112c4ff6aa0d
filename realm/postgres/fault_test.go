//go:build unix

package postgres

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

// through puts a proxy into the address of a server.
func through(t *testing.T, server *peer.PostgresServer) (proxy *realmtest.Proxy, url string) {
	t.Helper()
	proxy = realmtest.NewProxy(t, server.Addr)
	return proxy, strings.Replace(server.URL(), server.Addr, proxy.Addr, 1)
}

func storedVersion(t *testing.T, s *Store, id realm.RecordID) (v int64) {
	t.Helper()
	if err := s.pool.QueryRow(ctx, "SELECT version FROM realm_records WHERE id = $1", id[:]).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// The reply of a commit is lost, whole or from the middle: the write happened once, and
// the caller is told that this is not known.
func lostReplyIsUnknown(t *testing.T, server *peer.PostgresServer) {
	migrated(t, server)
	proxy, url := through(t, server)
	s, sure := mustOpen(t, Config{URL: url}), mustOpen(t, Config{URL: server.URL()})
	for i, half := range []bool{false, true} {
		id := realm.RecordID{byte(i)}
		if err := s.Update(ctx, id, put("one")); err != nil {
			t.Fatal(err)
		}
		before := storedVersion(t, sure, id)
		proxy.Lose("UPDATE 1", half)
		if err := s.Update(ctx, id, put("two")); !errors.Is(err, ErrUnknown) {
			t.Errorf("half %v, update: got %v", half, err)
		}
		if got := storedVersion(t, sure, id); got != before+1 {
			t.Errorf("half %v: written %d times", half, got-before)
		}
		proxy.Lose("DELETE 1", half)
		if err := s.Update(ctx, id, func([]byte) ([]byte, error) { return nil, nil }); !errors.Is(err, ErrUnknown) {
			t.Errorf("half %v, delete: got %v", half, err)
		}
		proxy.Lose("INSERT 0 1", half)
		if err := s.Update(ctx, id, put("three")); !errors.Is(err, ErrUnknown) {
			t.Errorf("half %v, insert: got %v", half, err)
		}
		if got := get(t, s, id); string(got) != "three" { // and the store goes on
			t.Errorf("half %v: %q", half, got)
		}
	}
	if proxy.Lost() != 6 {
		t.Errorf("%d replies were lost, want 6", proxy.Lost())
	}
}

// A connection that ended between two updates, or in a read, costs nobody an answer.
func lostReadIsReadAgain(t *testing.T, server *peer.PostgresServer) {
	migrated(t, server)
	proxy, url := through(t, server)
	s := mustOpen(t, Config{URL: url})
	if err := s.Update(ctx, alice, put("one")); err != nil {
		t.Fatal(err)
	}
	proxy.Lose("SELECT 1", false)
	if err := s.Update(ctx, alice, put("two")); err != nil || proxy.Lost() != 1 {
		t.Errorf("after a lost read: %v, %d lost", err, proxy.Lost())
	}
	if got := get(t, s, alice); string(got) != "two" {
		t.Errorf("alice: %q", got)
	}
}

func TestServerFails(t *testing.T) {
	server := migrated(t, peer.Postgres(t))
	t.Run("frozen", func(t *testing.T) { frozenServer(t, server) })
	t.Run("killed", func(t *testing.T) { killedServer(t, server) })
}

// A server that stands still answers nobody, and nobody is answered in its place.
func frozenServer(t *testing.T, server *peer.PostgresServer) {
	s := mustOpen(t, Config{URL: server.URL(), Timeout: 500 * time.Millisecond})
	if err := s.Update(ctx, alice, put("one")); err != nil {
		t.Fatal(err)
	}
	server.Freeze()
	started := time.Now()
	if err := s.Update(ctx, alice, put("two")); err == nil {
		t.Error("a frozen server has stored something")
	}
	if waited := time.Since(started); waited > 5*time.Second {
		t.Errorf("it took %v to give up", waited)
	}
	server.Thaw()
	patient := mustOpen(t, Config{URL: server.URL()})
	if err := patient.Update(ctx, alice, put("three")); err != nil {
		t.Error(err)
	}
}

// kill -9 of PostgreSQL: what was acknowledged is there when it is back, and the same
// store goes on.
func killedServer(t *testing.T, server *peer.PostgresServer) {
	s := mustOpen(t, Config{URL: server.URL()})
	hasty := mustOpen(t, Config{URL: server.URL(), Timeout: 500 * time.Millisecond})
	for range 2 {
		if err := s.Update(ctx, alice, put(time.Now().String())); err != nil {
			t.Fatal(err)
		}
		want := get(t, s, alice)
		server.Kill()
		if err := hasty.Update(ctx, realm.RecordID{9}, put("x")); err == nil {
			t.Error("a dead server has stored something")
		}
		server.Start()
		if got := get(t, s, alice); string(got) != string(want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// synchronous gives a migrated server a standby without which it acknowledges nothing.
func synchronous(t *testing.T) (primary, standby *peer.PostgresServer) {
	t.Helper()
	primary = migrated(t, peer.Postgres(t))
	primary.Exec("ALTER SYSTEM SET synchronous_standby_names = '*'")
	standby = primary.Standby("second")
	primary.Exec("SELECT pg_reload_conf()")
	return primary, standby
}

func TestStandby(t *testing.T) {
	primary, standby := synchronous(t)
	t.Run("nothing without it", func(t *testing.T) { nothingWithoutTheStandby(t, primary, standby) })
	t.Run("cancelled wait", func(t *testing.T) { cancelledWaitIsUnknown(t, primary, standby) })
	t.Run("failover", func(t *testing.T) { failover(t, primary, standby) })
}

// While the standby does not confirm, nothing is answered, reading included: what is read
// might be lost in a failover, or the server might have been replaced long ago.
func nothingWithoutTheStandby(t *testing.T, primary, standby *peer.PostgresServer) {
	s := mustOpen(t, Config{URL: primary.URL(), Timeout: time.Second})
	if err := s.Update(ctx, alice, put("one")); err != nil {
		t.Fatal(err)
	}
	standby.Freeze()
	same := func(old []byte) ([]byte, error) { return old, nil }
	for name, c := range map[string]struct {
		id     realm.RecordID
		change realm.Change
	}{
		"write": {alice, put("two")}, "read": {alice, same}, "read of nothing": {realm.RecordID{7}, same},
	} {
		if err := s.Update(ctx, c.id, c.change); err == nil {
			t.Errorf("%s: answered without the standby", name)
		}
	}
	if err := s.Each(ctx, func(realm.RecordID) realm.Change { return same }); err == nil {
		t.Error("each: visited without the standby")
	}
	standby.Thaw()
	patient := mustOpen(t, Config{URL: primary.URL()})
	if err := patient.Update(ctx, alice, put("three")); err != nil {
		t.Error(err)
	}
}

// Somebody cancels a commit that waits for its standby. PostgreSQL then calls it a success
// and warns; it is on one disk only.
func cancelledWaitIsUnknown(t *testing.T, primary, standby *peer.PostgresServer) {
	s := mustOpen(t, Config{URL: primary.URL()})
	if err := s.Update(ctx, alice, put("one")); err != nil {
		t.Fatal(err)
	}
	standby.Freeze()
	done := make(chan error, 1)
	go func() { done <- s.Update(ctx, alice, put("two")) }()
	for cancelled := false; !cancelled; time.Sleep(50 * time.Millisecond) {
		cancelled = strings.Contains(primary.Exec("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"), "t")
	}
	if err := <-done; !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v, want ErrUnknown", err)
	}
	standby.Thaw()
}

// The primary is lost: the standby has everything that was acknowledged, and the same
// store finds it by the second host of its address.
func failover(t *testing.T, primary, standby *peer.PostgresServer) {
	if _, err := Open(ctx, Config{URL: standby.URL()}); err == nil {
		t.Error("a standby was opened, whose answers are old")
	}
	s := mustOpen(t, Config{URL: primary.URL(standby)})
	for i := range 20 {
		if err := s.Update(ctx, realm.RecordID{byte(i)}, put("kept")); err != nil {
			t.Fatal(err)
		}
	}
	primary.Kill()
	standby.Promote()
	standby.Exec("ALTER SYSTEM RESET synchronous_standby_names")
	standby.Exec("SELECT pg_reload_conf()")
	for i := range 20 {
		if got := get(t, s, realm.RecordID{byte(i)}); string(got) != "kept" {
			t.Errorf("record %d: %q", i, got)
		}
	}
	if err := s.Update(ctx, alice, put("after")); err != nil {
		t.Error(err)
	}
}

func unsafeSettingsAreRefused(t *testing.T, server *peer.PostgresServer) {
	migrated(t, server)
	for _, setting := range []string{"synchronous_commit%3Doff", "synchronous_commit%3Dlocal"} {
		_, err := Open(ctx, Config{URL: server.URL() + "&options=-c%20" + setting})
		if !errors.Is(err, ErrUnsafe) {
			t.Errorf("%s: got %v", setting, err)
		}
	}
	reload := func(sql string) {
		server.Exec(sql)
		server.Exec("SELECT pg_reload_conf()")
		time.Sleep(300 * time.Millisecond)
	}
	for _, setting := range []string{"fsync", "full_page_writes"} {
		reload("ALTER SYSTEM SET " + setting + " = off")
		_, err := Migrate(ctx, Config{URL: server.URL()}, realmID)
		if !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), setting+" is off") {
			t.Errorf("%s off: got %v", setting, err)
		}
		reload("ALTER SYSTEM RESET " + setting)
	}
}
