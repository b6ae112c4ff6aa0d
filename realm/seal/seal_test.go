package seal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/seal"
)

var (
	ctx     = context.Background()
	realmID = juicebox.RealmID{1, 2, 3}
	alice   = realm.RecordID{'a'}
	bob     = realm.RecordID{'b'}
)

func created(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "realm", seal.FileName)
	if err := seal.Create(path, realmID); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) *seal.Keys {
	t.Helper()
	keys, err := seal.Read(path, realmID)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func put(t *testing.T, s realm.Store, id realm.RecordID, next []byte) {
	t.Helper()
	if err := s.Update(ctx, id, func([]byte) ([]byte, error) { return next, nil }); err != nil {
		t.Fatal(err)
	}
}

func get(s realm.Store, id realm.RecordID) (data []byte, err error) {
	err = s.Update(ctx, id, func(old []byte) ([]byte, error) { data = old; return old, nil })
	return data, err
}

func TestStoreSeesNothing(t *testing.T) {
	below := &realm.Memory{}
	s := seal.New(below, read(t, created(t)))
	record := []byte("a share and a counter")
	put(t, s, alice, record)
	if got, err := get(s, alice); err != nil || !bytes.Equal(got, record) {
		t.Errorf("read back %q, %v", got, err)
	}
	stored, _ := get(below, alice)
	if bytes.Contains(stored, record[:4]) || len(stored) != len(record)+seal.Overhead {
		t.Errorf("stored %q", stored)
	}
	get(s, alice)
	if again, _ := get(below, alice); !bytes.Equal(again, stored) {
		t.Error("reading wrote")
	}
	put(t, s, alice, append(record, '!'))
	if next, _ := get(below, alice); bytes.Equal(next[5:29], stored[5:29]) {
		t.Error("a nonce came twice")
	}
	put(t, s, alice, nil)
	if stored, _ := get(below, alice); stored != nil {
		t.Errorf("deleted, but stored %q", stored)
	}
}

// A row in another place, or changed in any bit, does not open, and its change never runs.
func TestMovedOrChangedRowIsRefused(t *testing.T) {
	path := created(t)
	below, keys := &realm.Memory{}, read(t, path)
	s := seal.New(below, keys)
	put(t, s, alice, []byte("record"))
	good, _ := get(below, alice)

	otherRealm, otherEpoch := t.TempDir()+"/r.json", t.TempDir()+"/e.json"
	text, _ := os.ReadFile(path)
	otherID := juicebox.RealmID{9}
	os.WriteFile(otherRealm, bytes.Replace(text, []byte(realmID.String()), []byte(otherID.String()), 1), 0o600)
	os.WriteFile(otherEpoch, bytes.Replace(text, []byte(`"epoch": 1`), []byte(`"epoch": 2`), 1), 0o600)
	moved, err := seal.Read(otherRealm, otherID)
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another id":    func() ([]byte, error) { return keys.Open(bob, good) },
		"another realm": func() ([]byte, error) { return moved.Open(alice, good) },
		"another epoch": func() ([]byte, error) { return read(t, otherEpoch).Open(alice, good) },
		"another key":   func() ([]byte, error) { return read(t, created(t)).Open(alice, good) },
		"not sealed":    func() ([]byte, error) { return keys.Open(alice, bytes.Repeat([]byte{1}, 431)) },
		"empty":         func() ([]byte, error) { return keys.Open(alice, []byte{}) },
	} {
		if got, err := open(); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("%s: got %q, %v; want ErrSealed", name, got, err)
		}
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if _, err := keys.Open(alice, bad); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("byte %d changed: got %v, want ErrSealed", i, err)
		}
	}
	put(t, below, bob, good)
	ran := false
	err = s.Update(ctx, bob, func([]byte) ([]byte, error) { ran = true; return nil, nil })
	if still, _ := get(below, bob); !errors.Is(err, seal.ErrSealed) || ran || !bytes.Equal(still, good) {
		t.Errorf("moved row: %v, change ran: %v", err, ran)
	}
}

func TestRotation(t *testing.T) {
	path := created(t)
	below := &realm.Memory{}
	first := read(t, path)
	put(t, seal.New(below, first), alice, []byte("record"))
	if err := seal.Add(path, realmID); err != nil {
		t.Fatal(err)
	}
	both := read(t, path)
	put(t, seal.New(below, both), bob, []byte("newer"))
	for range 2 { // the second time there is nothing to do
		for _, id := range []realm.RecordID{alice, bob} {
			if err := below.Update(ctx, id, both.Resealed(id)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := seal.Drop(path, realmID); err != nil {
		t.Fatal(err)
	}
	s := seal.New(below, read(t, path))
	for id, want := range map[realm.RecordID]string{alice: "record", bob: "newer"} {
		if got, err := get(s, id); err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	if _, err := get(seal.New(below, first), alice); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("the old key still opens: %v", err)
	}
}

func TestFilesRefused(t *testing.T) {
	path := created(t)
	if info, _ := os.Stat(path); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	before, _ := os.ReadFile(path)
	if err := seal.Create(path, realmID); !errors.Is(err, seal.ErrExists) {
		t.Errorf("create again: %v, want ErrExists", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("create changed the file")
	}
	if _, err := seal.Read(path+"x", realmID); !errors.Is(err, seal.ErrMissing) {
		t.Errorf("no file: %v, want ErrMissing", err)
	}
	if _, err := seal.Read(path, juicebox.RealmID{9}); !errors.Is(err, seal.ErrForeign) {
		t.Errorf("of another realm: %v, want ErrForeign", err)
	}
	text := string(before)
	for name, bad := range map[string]string{
		"newer format":   strings.Replace(text, `"format": 1`, `"format": 2`, 1),
		"unknown member": strings.Replace(text, `"epoch"`, `"more": 1, "epoch"`, 1),
		"no key":         text[:strings.Index(text, `"keys"`)] + `"keys": []}`,
		"short key":      text[:strings.LastIndex(text, `"`)-2] + `"}]}`,
		"version zero":   strings.Replace(text, `"version": 1`, `"version": 0`, 1),
		"more after it":  text + "{}",
		"empty":          "",
	} {
		file := filepath.Join(t.TempDir(), "k")
		os.WriteFile(file, []byte(bad), 0o600)
		if _, err := seal.Read(file, realmID); !errors.Is(err, seal.ErrForeign) {
			t.Errorf("%s: %v, want ErrForeign", name, err)
		}
	}
	if runtime.GOOS != "windows" {
		os.Chmod(path, 0o644)
		if _, err := seal.Read(path, realmID); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("for all to read: %v, want ErrOpen", err)
		}
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	keys := read(t, created(t))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, keys); got != "[keys]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}
