//go:build unix

package postgres

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/realm"
)

// noted waits until the store has left a note after another.
func noted(t *testing.T, s *Store, after uint64) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); s.Seen() <= after; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no note after %d", after)
		}
	}
}

// written updates alice and waits until there is a note of it.
func written(t *testing.T, s *Store, next string) {
	t.Helper()
	noted(t, s, 0) // the one of the beginning
	before := s.Seen()
	if err := s.Update(ctx, alice, put(next)); err != nil {
		t.Fatal(err)
	}
	noted(t, s, before)
}

func same(old []byte) ([]byte, error) { return old, nil }

// refuses wants nothing to be answered any more, soon.
func refuses(t *testing.T, s *Store) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !errors.Is(s.Update(ctx, alice, put("again")), ErrBehind) {
		if time.Now().After(deadline) {
			t.Fatal("an older database was not noticed")
		}
		time.Sleep(10 * time.Millisecond)
	}
	read := s.Update(ctx, realm.RecordID{9}, same)
	walked := s.Each(ctx, func(realm.RecordID) realm.Change { return same })
	if !errors.Is(read, ErrBehind) || !errors.Is(walked, ErrBehind) {
		t.Errorf("afterwards: a read %v, a walk %v", read, walked)
	}
}

// dumped makes a store that has written "one", a backup, and "two" after that.
func dumped(t *testing.T, server *peer.PostgresServer) (s *Store, dump string) {
	t.Helper()
	migrated(t, server)
	s, dump = mustOpen(t, Config{URL: server.URL()}), filepath.Join(t.TempDir(), "dump")
	written(t, s, "one")
	server.Dump(dump)
	written(t, s, "two")
	return s, dump
}

// A backup is restored while the server was down: the first connection tells, before it is used.
func goneBack(t *testing.T, server *peer.PostgresServer) {
	s, dump := dumped(t, server)
	server.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL")
	server.Restore(dump)
	if err := s.Update(ctx, alice, func(old []byte) ([]byte, error) {
		t.Errorf("saw %q of the older database", old)
		return old, nil
	}); !errors.Is(err, ErrBehind) {
		t.Errorf("got %v, want ErrBehind", err)
	}
	refuses(t, s)
	// Whoever starts without having seen more takes it as it is.
	if got := get(t, mustOpen(t, Config{URL: server.URL()}), alice); string(got) != "one" {
		t.Errorf("the backup has %q", got)
	}
}

// A backup is restored under connections that stay, and others write to it at once: the next note tells.
func goneBackUnderConnections(t *testing.T, server *peer.PostgresServer) {
	s, dump := dumped(t, server)
	server.Restore(dump)
	other := mustOpen(t, Config{URL: server.URL()})
	for _, next := range []string{"two", "three", "four"} {
		written(t, other, next)
	}
	refuses(t, s)
}

// A database without any notes is older than one with, and so are older tables.
func goneBackToBeforeNotes(t *testing.T, server *peer.PostgresServer) {
	for _, sql := range []string{"DELETE FROM realm_progress", "DROP TABLE realm_progress"} {
		migrated(t, server)
		s := mustOpen(t, Config{URL: server.URL()})
		written(t, s, "one")
		server.Exec(sql)
		refuses(t, s)
	}
}

// Every note is told, in order and after it is stored. What is not told stops the store.
func notesAreFollowed(t *testing.T, server *peer.PostgresServer) {
	migrated(t, server)
	var told atomic.Uint64
	s := mustOpen(t, Config{URL: server.URL(), Follow: func(seen uint64) error {
		if before := told.Swap(seen); before >= seen {
			t.Errorf("%d after %d", seen, before)
		}
		return nil
	}})
	other := mustOpen(t, Config{URL: server.URL()})
	for _, next := range []string{"one", "two", "three"} {
		written(t, s, next)
		written(t, other, "other "+next)
	}
	quiet := s.Seen()
	get(t, s, alice)
	time.Sleep(3 * noteEvery)
	if told.Load() != quiet || s.Seen() != quiet {
		t.Errorf("told %d; reading has moved %d to %d", told.Load(), quiet, s.Seen())
	}
	if late := time.Since(time.UnixMicro(int64(quiet))); late < 0 || late > time.Minute {
		t.Errorf("the last note is of %v ago", late)
	}

	full := errors.New("the disk is full")
	var fails atomic.Bool
	s = mustOpen(t, Config{URL: server.URL(), Seen: quiet, Follow: func(uint64) error {
		if fails.Load() {
			return full
		}
		return nil
	}})
	fails.Store(true)
	written(t, s, "four")
	if err := s.Update(ctx, alice, same); !errors.Is(err, full) {
		t.Errorf("got %v, want that the disk is full", err)
	}
	if _, err := Open(ctx, Config{URL: server.URL(), Follow: func(uint64) error { return full }}); !errors.Is(err, full) {
		t.Errorf("opened with a full disk: %v", err)
	}
}

// Whoever knows a note that the database lacks does not open it, until it was accepted; and whoever has
// not run for long, so that the note was thrown away, does.
func openWithNote(t *testing.T, server *peer.PostgresServer) {
	migrated(t, server)
	s := mustOpen(t, Config{URL: server.URL()})
	written(t, s, "one")
	written(t, s, "two")
	opens := func(what string, seen uint64, want error) {
		t.Helper()
		again, err := Open(ctx, Config{URL: server.URL(), Seen: seen})
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", what, err, want)
		}
		if err == nil {
			again.Close()
		}
	}
	opens("the newest", s.Seen(), nil)
	opens("none", 0, nil)
	opens("one that is missing", s.Seen()-1, ErrBehind)
	opens("one of the future", s.Seen()+1e9, ErrBehind)
	opens("one of yesterday", s.Seen()-24*3600e6, nil)
	if err := s.Accept(ctx); err != nil {
		t.Fatal(err)
	}
	opens("one that was missing, accepted", s.Seen()-1, nil)
	if err := s.Update(ctx, alice, put("three")); err != nil {
		t.Error(err)
	}
}

// Whoever may not leave notes is not served; nor, after a while, who may not any more.
func notesAreInsistedOn(t *testing.T, server *peer.PostgresServer) {
	migrated(t, server)
	s := mustOpen(t, Config{URL: server.URL()})
	written(t, s, "one")
	server.Exec("CREATE RULE no_notes AS ON INSERT TO realm_progress DO INSTEAD NOTHING")
	defer server.Exec("DROP RULE no_notes ON realm_progress")
	if _, err := Open(ctx, Config{URL: server.URL()}); err == nil {
		t.Error("opened without a note")
	}
	for deadline := time.Now().Add(4 * noteLate); ; time.Sleep(200 * time.Millisecond) {
		short, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
		err := s.Update(short, alice, put(time.Now().String()))
		cancel()
		if errors.Is(err, ErrUnnoted) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("still answered: %v", err)
		}
	}
}

// A process whose keys are not those of the database is refused, and one that has them no longer stops.
func otherKeysAreRefused(t *testing.T, server *peer.PostgresServer) {
	migrated(t, server)
	s := mustOpen(t, Config{URL: server.URL(), Keys: "key 1"})
	if err := s.Update(ctx, alice, put("one")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, Config{URL: server.URL(), Keys: "key 2"}); !errors.Is(err, ErrOtherKeys) {
		t.Errorf("opened with other keys: %v", err)
	}
	other := mustOpen(t, Config{URL: server.URL()}) // that compares none
	if err := other.SetKeys(ctx, "key 2"); err != nil {
		t.Fatal(err)
	}
	if name, err := other.Keys(ctx); err != nil || name != "key 2" {
		t.Errorf("%q, %v", name, err)
	}
	for deadline := time.Now().Add(10 * time.Second); !errors.Is(s.Update(ctx, alice, same), ErrOtherKeys); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("goes on with older keys")
		}
	}
	mustOpen(t, Config{URL: server.URL(), Keys: "key 2"})
}

// An asynchronous standby that lacks acknowledged writes takes over: whoever wrote them notices.
func TestLossInFailoverIsNoticed(t *testing.T) {
	primary := migrated(t, peer.Postgres(t))
	standby := primary.Standby("second")
	s := mustOpen(t, Config{URL: primary.URL(standby)})
	written(t, s, "one")
	standby.Stop()
	written(t, s, "two") // acknowledged by the primary alone
	primary.Kill()
	standby.Start()
	standby.Promote()
	refuses(t, s)
}
