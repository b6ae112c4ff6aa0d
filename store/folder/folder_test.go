package folder

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

var column = storetest.Column{
	Place: "folder", Peer: "file system of Linux", Level: storetest.Real,
	Without: map[string]string{
		"two files of one name":       "a folder holds one",
		"answer lost":                 "the system always answers",
		"request lost":                "the system always answers",
		"overtaken without an answer": "the system always answers",
		"token expires in an upload":  "nobody signs in",
		"signed out in an upload":     "nobody signs in",
	},
}

func TestSuite(t *testing.T) {
	storetest.Run(t, column, func(t *testing.T) storetest.Place { return place(t, ways...) })
}

// Every way to publish must hold what the best one does, also where the better ones are missing.
func TestSuiteEveryWay(t *testing.T) {
	for i, way := range ways {
		t.Run([]string{"first", "second", "third"}[i], func(t *testing.T) {
			storetest.Run(t, column, func(t *testing.T) storetest.Place { return place(t, way) })
		})
	}
}

func place(t *testing.T, ways ...way) storetest.Place {
	dir, fill := tempDir(t), func() func() { t.Fatal("not a small disk"); return nil }
	if strings.HasSuffix(t.Name(), "/full") {
		dir, fill = peer.Disk(t, 16<<20)
	}
	plant := func(t testing.TB, name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return storetest.Place{
		Open: func(t testing.TB) store.Store {
			s, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			s.ways = ways
			return s
		},
		Atomic: true,
		Plant:  plant,
		Interrupt: func(t testing.TB, name string, data []byte) {
			plant(t, ownPrefix+randomHex()+tempSuffix, data[:len(data)/2])
		},
		Fill: func(testing.TB) func() { return fill() },
	}
}

// tempDir is a folder that may still be written to when the test is over: a cancelled Create
// returns at once, and what it began on the disk ends a little later.
func tempDir(t testing.TB) string {
	dir, err := os.MkdirTemp("", "folder")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 100 {
			if err = os.RemoveAll(dir); err == nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Error(err)
	})
	return dir
}

// all calls every method and returns the errors.
func all(t *testing.T, s store.Store) map[string]error {
	_, getErr := s.Get(t.Context(), "a")
	_, listErr := s.List(t.Context())
	return map[string]error{
		"create": s.Create(t.Context(), "b", []byte("x")), "get": getErr,
		"list": listErr, "delete": s.Delete(t.Context(), "a"),
	}
}

func TestMissingFolderIsGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "stick", "backup")
	if _, err := Open(dir); !errors.Is(err, store.ErrGone) {
		t.Errorf("open: %v", err)
	}
	s, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	stick := filepath.Dir(dir)
	if err := os.Rename(stick, stick+" unplugged"); err != nil {
		t.Fatal(err)
	}
	for what, err := range all(t, s) {
		if !errors.Is(err, store.ErrGone) {
			t.Errorf("%s without the folder: %v", what, err)
		}
	}
	if _, err := os.Lstat(stick); !os.IsNotExist(err) {
		t.Error("the folder was made again")
	}
	if err := os.Rename(stick+" unplugged", stick); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "x" {
		t.Errorf("plugged in again: %q, %v", got, err)
	}
}

func TestFileInPlaceOfFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	s, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(dir)
	os.WriteFile(dir, nil, 0o600)
	for what, err := range all(t, s) {
		if !errors.Is(err, store.ErrGone) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := Create(filepath.Join(dir, "below")); err == nil {
		t.Error("made a folder in a file")
	}
}

// A folder that is removed while it is open looks empty to the system.
func TestRemovedWhileOpen(t *testing.T) {
	dir := t.TempDir()
	s, _ := Open(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	check := func(what string) {
		t.Helper()
		_, err := s.list(root)
		if err := wrap("list", "", err); !errors.Is(err, store.ErrGone) {
			t.Errorf("list, %s: %v", what, err)
		}
		if err := wrap("get", "a", s.missing(root, "a")); !errors.Is(err, store.ErrGone) {
			t.Errorf("get, %s: %v", what, err)
		}
	}
	os.Rename(dir, dir+" unplugged")
	check("unplugged")
	os.Mkdir(dir, 0o700)
	check("another in its place")
}

// A writer whose context ended while it wrote gives the file no name.
func TestEndedWhileWriting(t *testing.T) {
	dir := t.TempDir()
	s, _ := Open(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.create(ctx, root, "a", []byte("x")); !errors.Is(err, store.ErrOffline) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOnlyRegularFiles(t *testing.T) {
	dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	os.WriteFile(elsewhere, []byte("x"), 0o600)
	os.Symlink(elsewhere, filepath.Join(dir, "link"))
	os.Symlink("nowhere", filepath.Join(dir, "dangling"))
	os.Mkdir(filepath.Join(dir, "folder"), 0o700)
	os.WriteFile(filepath.Join(dir, "é"), nil, 0o600)
	s, _ := Open(dir)

	if entries, err := s.List(t.Context()); err != nil || len(entries) != 0 {
		t.Errorf("listed %v, %v", entries, err)
	}
	for _, name := range []string{"link", "dangling", "folder"} {
		if _, err := s.Get(t.Context(), name); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("get %s: %v", name, err)
		}
		if err := s.Create(t.Context(), name, nil); !errors.Is(err, store.ErrExists) {
			t.Errorf("create %s: %v", name, err)
		}
		if err := s.Delete(t.Context(), name); !errors.Is(err, store.ErrRefused) {
			t.Errorf("delete %s: %v", name, err)
		}
	}
}

func TestICloudPlaceholderIsAFile(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, ".backup.age.icloud"), []byte("bplist00"), 0o600)
	s, _ := Open(dir)
	entries, err := s.List(t.Context())
	if err != nil || len(entries) != 1 || entries[0].Name != "backup.age" {
		t.Errorf("listed %v, %v", entries, err)
	}
	if _, err := s.Get(t.Context(), "backup.age"); !errors.Is(err, store.ErrOffline) {
		t.Errorf("get: %v", err)
	}
	if err := s.Create(t.Context(), "backup.age", nil); !errors.Is(err, store.ErrExists) {
		t.Errorf("create: %v", err)
	}
	if err := s.Delete(t.Context(), "backup.age"); err != nil {
		t.Errorf("delete: %v", err)
	}
	if entries, _ := s.List(t.Context()); len(entries) != 0 {
		t.Errorf("still listed: %v", entries)
	}
}

func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	plant := func(name string, age time.Duration) {
		os.WriteFile(filepath.Join(dir, name), nil, 0o600)
		then := time.Now().Add(-age)
		os.Chtimes(filepath.Join(dir, name), then, then)
	}
	plant(ownPrefix+"old"+tempSuffix, 25*time.Hour)
	plant(ownPrefix+"old"+claimSuffix, 25*time.Hour)
	plant(ownPrefix+"new"+tempSuffix, time.Hour)
	plant(".other", 25*time.Hour)
	plant("old.age", 25*time.Hour)
	s, _ := Open(dir)
	if err := s.Create(t.Context(), "new.age", nil); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	want := []string{ownPrefix + "new" + tempSuffix, ".other", "new.age", "old.age"}
	if !slices.Equal(left, want) {
		t.Errorf("left %q, want %q", left, want)
	}
}

func TestCreatedFoldersAndFilesArePrivate(t *testing.T) {
	if os.PathSeparator == '\\' {
		t.Skip("Windows has no modes")
	}
	dir := filepath.Join(t.TempDir(), "a", "b")
	s, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), "x", nil); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, filepath.Join(dir, "x"): 0o600} {
		if info, err := os.Lstat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestString(t *testing.T) {
	dir := t.TempDir()
	s, _ := Open(dir)
	if got, want := s.String(), "folder "+dir; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
