package sqlite

import (
	"bytes"
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
)

var (
	ctx     = context.Background()
	realmID = juicebox.RealmID{1, 2, 3}
	alice   = realm.RecordID{'a'}
	bob     = realm.RecordID{'b'}
)

func created(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "a folder #1?")
	if err := Create(dir, realmID); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustOpen(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t *testing.T, s *Store, id realm.RecordID, next []byte) {
	t.Helper()
	if err := s.Update(ctx, id, func([]byte) ([]byte, error) { return next, nil }); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s *Store, id realm.RecordID) (data []byte) {
	t.Helper()
	if err := s.Update(ctx, id, func(old []byte) ([]byte, error) { data = old; return old, nil }); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestReopen(t *testing.T) {
	dir := created(t)
	s := mustOpen(t, dir)
	put(t, s, alice, []byte("first"))
	put(t, s, alice, []byte("second"))
	put(t, s, bob, []byte("gone"))
	put(t, s, bob, nil)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir)
	if s.ID() != realmID {
		t.Errorf("id %s, want %s", s.ID(), realmID)
	}
	if got := get(t, s, alice); string(got) != "second" {
		t.Errorf("alice: %q", got)
	}
	if got := get(t, s, bob); got != nil {
		t.Errorf("bob: %q, want none", got)
	}
}

// What a killed process leaves: the files as they are, without a Close.
func TestCopyOfOpenDatabaseHasEveryUpdate(t *testing.T) {
	dir := created(t)
	s := mustOpen(t, dir)
	put(t, s, alice, []byte("spent"))
	left := t.TempDir()
	if err := os.CopyFS(left, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if got := get(t, mustOpen(t, left), alice); string(got) != "spent" {
		t.Errorf("alice: %q", got)
	}
}

func TestUpdatesOfOneRecordFollowEachOther(t *testing.T) {
	s := mustOpen(t, created(t))
	const n = 500
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if err := s.Update(ctx, alice, increment); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := binary.BigEndian.Uint64(get(t, s, alice)); got != n {
		t.Errorf("counted %d, want %d", got, n)
	}
}

func increment(old []byte) ([]byte, error) {
	var n uint64
	if old != nil {
		n = binary.BigEndian.Uint64(old)
	}
	return binary.BigEndian.AppendUint64(nil, n+1), nil
}

func TestErrorOfChangeWritesNothing(t *testing.T) {
	s := mustOpen(t, created(t))
	put(t, s, alice, []byte("kept"))
	refused := errors.New("refused")
	err := s.Update(ctx, alice, func([]byte) ([]byte, error) { return []byte("lost"), refused })
	if err != refused {
		t.Errorf("got %v", err)
	}
	if got := get(t, s, alice); string(got) != "kept" {
		t.Errorf("alice: %q", got)
	}
}

func TestEndedContextWritesNothing(t *testing.T) {
	s := mustOpen(t, created(t))
	ended, cancel := context.WithCancel(ctx)
	cancel()
	err := s.Update(ended, alice, func([]byte) ([]byte, error) { return []byte("x"), nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// When the database refuses one write, nobody in its group may believe to be stored.
func TestFailedGroupFailsForAll(t *testing.T) {
	s := mustOpen(t, created(t))
	execByWriter(t, s, `CREATE TRIGGER full BEFORE INSERT ON records WHEN new.record = x'66'
		BEGIN SELECT RAISE(ABORT, 'disk is full'); END`)
	group := []*update{newUpdate(alice, "ok"), newUpdate(bob, "f"), newUpdate(realm.RecordID{'c'}, "ok")}
	s.commit(group)
	for i, u := range group {
		if err := <-u.done; !errors.Is(err, ErrUnknown) {
			t.Errorf("update %d: got %v, want ErrUnknown", i, err)
		}
	}
	if got := get(t, s, alice); got != nil {
		t.Errorf("alice: %q, want none", got)
	}
	put(t, s, bob, []byte("ok")) // the next group works
}

// A commit that fails at its very end, here by a constraint that is checked only then.
func TestFailedCommitFailsForAll(t *testing.T) {
	s := mustOpen(t, created(t))
	for _, statement := range []string{
		"PRAGMA foreign_keys = on",
		"CREATE TABLE child (id BLOB REFERENCES meta (name) DEFERRABLE INITIALLY DEFERRED)",
		"CREATE TRIGGER late AFTER INSERT ON records WHEN new.record = x'66' BEGIN INSERT INTO child VALUES ('nobody'); END",
	} {
		execByWriter(t, s, statement)
	}
	group := []*update{newUpdate(alice, "ok"), newUpdate(bob, "f")}
	s.commit(group)
	for i, u := range group {
		if err := <-u.done; !errors.Is(err, ErrUnknown) {
			t.Errorf("update %d: got %v, want ErrUnknown", i, err)
		}
	}
	if got := get(t, s, alice); got != nil {
		t.Errorf("alice: %q, want none", got)
	}
	put(t, s, alice, []byte("ok")) // the next group works
}

// When the disk does not take what was committed, nobody is told that it did, then or later: the next sync
// would succeed, although the system has forgotten what this one did not write.
func TestLostSyncAnswersNothing(t *testing.T) {
	dir := created(t)
	s := mustOpen(t, dir)
	put(t, s, alice, []byte("one"))
	good := s.log
	bad, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	bad.Close() // so that it cannot be synced
	s.log = bad
	refused := func(what string, change realm.Change) {
		t.Helper()
		if err := s.Update(ctx, alice, change); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: got %v, want ErrUnknown", what, err)
		}
	}
	refused("a write", func([]byte) ([]byte, error) { return []byte("two"), nil })
	s.log = good
	refused("the next write", func([]byte) ([]byte, error) { return []byte("three"), nil })
	refused("a read", func(old []byte) ([]byte, error) { return old, nil })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := get(t, mustOpen(t, dir), alice); string(got) != "one" && string(got) != "two" {
		t.Errorf("opened again: %q", got)
	}
}

// execByWriter executes a statement on the connection of a writer that has nothing to do.
func execByWriter(t *testing.T, s *Store, statement string) {
	t.Helper()
	if _, err := s.writing.conn.(driver.ExecerContext).ExecContext(ctx, statement, nil); err != nil {
		t.Fatal(err)
	}
}

// Whoever only reads need not wait for others' commit, unless it is of what they read.
func TestReadersOfOthersDoNotWait(t *testing.T) {
	for _, fails := range []bool{false, true} {
		s := mustOpen(t, created(t))
		put(t, s, bob, []byte("kept"))
		written, other, same := newUpdate(alice, "new"), newUpdate(bob, "kept"), newUpdate(alice, "new")
		s.Follow(func(uint64) error {
			if len(other.done) != 1 || len(written.done) != 0 || len(same.done) != 0 {
				t.Errorf("before the commit is known: %d, %d, %d are told", len(other.done), len(written.done), len(same.done))
			}
			if fails {
				return errors.New("not known")
			}
			return nil
		})
		s.commit([]*update{written, other, same})
		if err := <-other.done; err != nil {
			t.Errorf("who reads another record: %v", err)
		}
		for _, u := range []*update{written, same} {
			if err := <-u.done; errors.Is(err, ErrUnknown) != fails {
				t.Errorf("who sees what was written: %v, the commit fails: %v", err, fails)
			}
		}
	}
}

func newUpdate(id realm.RecordID, next string) *update {
	change := func([]byte) ([]byte, error) { return []byte(next), nil }
	return &update{ctx: ctx, id: id, change: change, done: make(chan error, 1)}
}

func TestOpenRefuses(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	empty := t.TempDir()
	foreign := t.TempDir()
	os.WriteFile(filepath.Join(foreign, databaseName), bytes.Repeat([]byte("no database "), 1000), 0o600)
	blank := t.TempDir()
	os.WriteFile(filepath.Join(blank, databaseName), nil, 0o600)
	newer := created(t)
	execute(t, newer, "PRAGMA user_version = 3")
	unsealed := created(t)
	execute(t, unsealed, "PRAGMA user_version = 1")
	taken := created(t)
	mustOpen(t, taken)
	for _, test := range []struct {
		name, dir string
		want      error
	}{
		{"no directory", missing, ErrMissing},
		{"no file", empty, ErrMissing},
		{"not SQLite", foreign, ErrForeign},
		{"empty file", blank, ErrForeign},
		{"newer version", newer, ErrForeign},
		{"of before records were sealed", unsealed, ErrForeign},
		{"open already", taken, ErrInUse},
	} {
		if s, err := Open(test.dir); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
			if err == nil {
				s.Close()
			}
		}
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("Open made the directory")
	}
	if _, err := os.Stat(filepath.Join(empty, databaseName)); err == nil {
		t.Error("Open made the database")
	}
}

func execute(t *testing.T, dir, statement string) {
	t.Helper()
	db, err := connect(filepath.Join(dir, databaseName), "rw")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func TestCreateRefuses(t *testing.T) {
	dir := created(t)
	if err := Create(dir, juicebox.RealmID{9}); !errors.Is(err, ErrExists) {
		t.Errorf("again: got %v, want ErrExists", err)
	}
	s := mustOpen(t, dir)
	if s.ID() != realmID {
		t.Errorf("the refused Create changed the id to %s", s.ID())
	}
	if err := Create(dir, realmID); !errors.Is(err, ErrInUse) {
		t.Errorf("while open: got %v, want ErrInUse", err)
	}
}

func TestCreateAfterHalfACreate(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, databaseName+".new"), []byte("half"), 0o600)
	if err := Create(dir, realmID); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, dir)
}

func TestFilesAreForTheirOwner(t *testing.T) {
	dir := created(t)
	put(t, mustOpen(t, dir), alice, []byte("x"))
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if info, _ := file.Info(); info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", file.Name(), info.Mode())
		}
	}
	if len(files) != 4 {
		t.Errorf("files: %v", files)
	}
}

func TestUpdateAfterClose(t *testing.T) {
	s := mustOpen(t, created(t))
	s.Close()
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if err := s.Update(ctx, alice, increment); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

// Whoever got nil from Update before or during Close finds the record afterwards.
func TestCloseKeepsWhatItAcknowledged(t *testing.T) {
	dir := created(t)
	s := mustOpen(t, dir)
	var acknowledged sync.Map
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			id := realm.RecordID{byte(i), 1}
			if s.Update(ctx, id, increment) == nil {
				acknowledged.Store(id, true)
			}
		})
	}
	s.Close()
	wg.Wait()
	s = mustOpen(t, dir)
	acknowledged.Range(func(id, _ any) bool {
		if get(t, s, id.(realm.RecordID)) == nil {
			t.Errorf("%x is lost", id)
		}
		return true
	})
}

func TestEach(t *testing.T) {
	s := mustOpen(t, created(t))
	const n = 2*maxGroup + 3
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { put(t, s, realm.RecordID{byte(i), byte(i >> 8)}, []byte{0, 0, 0, 0, 0, 0, 0, 1}) })
	}
	wg.Wait()
	if err := s.Each(ctx, func(realm.RecordID) realm.Change { return increment }); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if got := get(t, s, realm.RecordID{byte(i), byte(i >> 8)}); binary.BigEndian.Uint64(got) != 2 {
			t.Fatalf("record %d: %x", i, got)
		}
	}
	refused := errors.New("refused")
	err := s.Each(ctx, func(realm.RecordID) realm.Change { return func([]byte) ([]byte, error) { return nil, refused } })
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}

// More records than are remembered, in an order that finds few of them remembered.
func TestForgottenRecordsAreReadAgain(t *testing.T) {
	s := mustOpen(t, created(t))
	id := func(i int) realm.RecordID { return realm.RecordID{byte(i), byte(i >> 8)} }
	const n = maxRecent + 2*maxGroup
	for i := 0; i < n; i += maxGroup {
		var wg sync.WaitGroup
		for j := i; j < i+maxGroup; j++ {
			wg.Go(func() { put(t, s, id(j), []byte{byte(j), byte(j >> 8), 1}) })
		}
		wg.Wait()
	}
	if len(s.recent) > maxRecent {
		t.Errorf("%d records are remembered", len(s.recent))
	}
	for i := range n {
		if got := get(t, s, id(i)); !bytes.Equal(got, []byte{byte(i), byte(i >> 8), 1}) {
			t.Fatalf("record %d: %q", i, got)
		}
	}
}
