package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloudseed/cloudseed/realm"
)

func TestWritesAreCounted(t *testing.T) {
	dir := created(t)
	s := mustOpen(t, dir)
	var seen []uint64
	s.Follow(func(writes uint64) error { seen = append(seen, writes); return nil })
	put(t, s, alice, []byte("one"))
	get(t, s, alice)
	put(t, s, alice, []byte("one")) // nothing to write
	put(t, s, bob, []byte("two"))
	put(t, s, bob, nil)
	s.Close()
	if len(seen) != 3 || seen[2] != 3 {
		t.Errorf("followed %v", seen)
	}
	if got := mustOpen(t, dir).Facts(); got != (Facts{ID: realmID, Writes: 3, Counted: true, Epoch: 1}) {
		t.Errorf("%+v", got)
	}
}

// What the follower did not take is not known to be stored, and its count never comes twice.
func TestFailedFollowerFailsTheGroup(t *testing.T) {
	s := mustOpen(t, created(t))
	full := errors.New("no room for the mark")
	s.Follow(func(uint64) error { return full })
	err := s.Update(ctx, alice, func([]byte) ([]byte, error) { return []byte("one"), nil })
	if !errors.Is(err, ErrUnknown) || !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	if s.writes != 1 {
		t.Errorf("%d writes", s.writes)
	}
	// Nor is anything spent after it, of which nobody would be told.
	err = s.Update(ctx, alice, func([]byte) ([]byte, error) { t.Error("asked again"); return []byte("two"), nil })
	if !errors.Is(err, full) || s.writes != 1 {
		t.Errorf("the next: %v, %d writes", err, s.writes)
	}
}

func TestDatabaseOfBeforeCounting(t *testing.T) {
	dir := created(t)
	execute(t, dir, "DELETE FROM meta WHERE name <> 'realm_id'")
	s := mustOpen(t, dir)
	if got := s.Facts(); got != (Facts{ID: realmID, Epoch: 1}) {
		t.Errorf("%+v", got)
	}
	put(t, s, alice, []byte("one"))
	s.Close()
	if got := mustOpen(t, dir).Facts(); got.Writes != 1 || !got.Counted {
		t.Errorf("%+v", got)
	}
}

func TestBackupOfAnOpenDatabase(t *testing.T) {
	dir := created(t)
	s := mustOpen(t, dir)
	put(t, s, alice, []byte("one"))
	out := filepath.Join(t.TempDir(), "copy.db")
	looked := 0
	look := func(id realm.RecordID, record []byte) error { looked++; return nil }
	copied, err := Backup(ctx, dir, out, look, nil)
	if err != nil || copied.Records != 1 || copied.Writes != 1 || looked != 1 {
		t.Fatalf("%+v, %d looked at, %v", copied, looked, err)
	}
	put(t, s, alice, []byte("two")) // the copy is of before
	if _, err := Backup(ctx, dir, out, nil, nil); !errors.Is(err, ErrExists) {
		t.Errorf("over a file: %v", err)
	}
	names, _ := filepath.Glob(filepath.Join(filepath.Dir(out), "*"))
	if info, err := os.Stat(out); err != nil || info.Mode().Perm() != 0o600 || len(names) != 1 {
		t.Errorf("%v, %v, files %v", info.Mode(), err, names)
	}
	restored := filepath.Join(t.TempDir(), "new")
	r := Rebuilding{
		Change: func(old Facts) (Facts, Rewrite, error) {
			old.Epoch++
			return old, func(_ realm.RecordID, record []byte) ([]byte, error) { return append(record, '!'), nil }, nil
		},
		Before: func() error { return nil },
	}
	if _, err := Restore(ctx, out, restored, r); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, out, restored, r); !errors.Is(err, ErrExists) {
		t.Errorf("over a realm: %v", err)
	}
	new := mustOpen(t, restored)
	if got := get(t, new, alice); string(got) != "one!" || new.Facts().Epoch != 2 {
		t.Errorf("%q, %+v", got, new.Facts())
	}
}

// A rebuilding that fails at any point leaves the database as it was; one that succeeds
// leaves nothing of its log.
func TestRebuild(t *testing.T) {
	dir := created(t)
	s := mustOpen(t, dir)
	put(t, s, alice, []byte("one"))
	refused := errors.New("refused")
	change := func(record string) func(Facts) (Facts, Rewrite, error) {
		return func(old Facts) (Facts, Rewrite, error) {
			return old, func(realm.RecordID, []byte) ([]byte, error) { return []byte(record), nil }, nil
		}
	}
	fine := func() error { return nil }
	if _, err := Rebuild(ctx, dir, Rebuilding{Change: change("x"), Before: fine}); !errors.Is(err, ErrInUse) {
		t.Errorf("while open: %v", err)
	}
	// As a killed process leaves it: with a log that has the newest record.
	left := t.TempDir()
	if err := os.CopyFS(left, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	for name, fail := range map[string]func() error{
		"before": func() error {
			_, err := Rebuild(ctx, left, Rebuilding{Change: change("x"), Before: func() error { return refused }})
			return err
		},
		"change": func() error {
			_, err := Rebuild(ctx, left, Rebuilding{Change: func(f Facts) (Facts, Rewrite, error) { return f, nil, refused }, Before: fine})
			return err
		},
		"context": func() error {
			_, err := Rebuild(ended, left, Rebuilding{Change: change("x"), Before: fine})
			return err
		},
	} {
		if fail() == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := os.Stat(filepath.Join(left, databaseName+".new")); err == nil {
			t.Errorf("%s: half a database is left", name)
		}
	}
	if _, err := Rebuild(ctx, left, Rebuilding{Change: change("two"), Before: fine}); err != nil {
		t.Fatal(err)
	}
	if got := get(t, mustOpen(t, left), alice); string(got) != "two" {
		t.Errorf("alice: %q", got)
	}
}
