package iclouddrive

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/folder"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// config is that of a computer with an empty iCloud Drive.
func config(t testing.TB) Config { return configIn(t, t.TempDir()) }

func configIn(t testing.TB, home string) Config {
	drive := filepath.Join(home, "Library", "Mobile Documents", "com~apple~CloudDocs")
	if err := os.MkdirAll(drive, 0o700); err != nil {
		t.Fatal(err)
	}
	return Config{Drive: drive, Staging: filepath.Join(home, "Library", "Caches", "Cloudseed"), Create: true}
}

func mustOpen(t testing.TB, c Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustWrite(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What a folder does, on a file system of this computer; Apple's program was never run.
var column = storetest.Column{
	Place: "iCloud Drive", Peer: "file system of Linux", Level: storetest.Real,
	But: map[string]storetest.Level{"another computer sees it": storetest.Assumed},
	Without: map[string]string{
		"two files of one name":       "iCloud makes them two names: TestConflictCopy",
		"answer lost":                 "the system always answers",
		"request lost":                "the system always answers",
		"overtaken without an answer": "the system always answers",
		"token expires in an upload":  "Apple's program signs in",
		"signed out in an upload":     "Apple's program signs in",
	},
}

func TestSuite(t *testing.T) {
	storetest.Run(t, column, func(t *testing.T) storetest.Place {
		home, fill := t.TempDir(), func() func() { t.Fatal("not a small disk"); return nil }
		if strings.HasSuffix(t.Name(), "/full") {
			home, fill = peer.Disk(t, 16<<20)
		}
		c := configIn(t, home)
		return storetest.Place{
			Open:   func(t testing.TB) store.Store { return mustOpen(t, c) },
			Atomic: true,
			Plant: func(t testing.TB, name string, data []byte) {
				mustWrite(t, filepath.Join(c.Drive, folderName, name), data)
			},
			Interrupt: func(t testing.TB, name string, data []byte) {
				mustWrite(t, filepath.Join(c.Staging, stagedPrefix+"died.tmp"), data[:len(data)/2])
			},
			Fill: func(testing.TB) func() { return fill() },
		}
	})
}

// It says that it only queues; a plain folder does not.
func TestQueued(t *testing.T) {
	c := config(t)
	if !store.Queued(mustOpen(t, c)) {
		t.Error("iCloud Drive claims to store in the cloud itself")
	}
	plain, err := folder.Open(c.Drive)
	if err != nil {
		t.Fatal(err)
	}
	if store.Queued(plain) {
		t.Error("a folder claims to queue")
	}
}

func TestLocate(t *testing.T) {
	for _, c := range []struct {
		goos, environment string
		drive, staging    string
		kind              error
	}{
		{"darwin", "HOME=/Users/sam", "/Users/sam/Library/Mobile Documents/com~apple~CloudDocs", "/Users/sam/Library/Caches/Cloudseed/iCloud Drive", nil},
		{"darwin", "HOME=/Users/sam/", "/Users/sam/Library/Mobile Documents/com~apple~CloudDocs", "/Users/sam/Library/Caches/Cloudseed/iCloud Drive", nil},
		{"darwin", "", "", "", store.ErrGone},
		{"windows", `USERPROFILE=C:\Users\sam LOCALAPPDATA=C:\Users\sam\AppData\Local`, `C:\Users\sam\iCloudDrive`, `C:\Users\sam\AppData\Local\Cloudseed\iCloud Drive`, nil},
		{"windows", `USERPROFILE=C:\Users\sam`, `C:\Users\sam\iCloudDrive`, `C:\Users\sam\AppData\Local\Cloudseed\iCloud Drive`, nil},
		{"windows", `HOME=/Users/sam`, "", "", store.ErrGone},
		{"linux", "HOME=/home/sam", "", "", store.ErrRefused},
		{"android", "HOME=/", "", "", store.ErrRefused},
	} {
		getenv := func(key string) string {
			for _, pair := range strings.Fields(c.environment) {
				if value, ok := strings.CutPrefix(pair, key+"="); ok {
					return value
				}
			}
			return ""
		}
		drive, staging, err := locate(c.goos, getenv)
		if drive != c.drive || staging != c.staging || !errors.Is(err, c.kind) {
			t.Errorf("%s %s: got %q, %q, %v", c.goos, c.environment, drive, staging, err)
		}
		if strings.HasPrefix(staging, drive) && drive != "" {
			t.Errorf("%s: %s is inside of %s", c.goos, staging, drive)
		}
	}
}

// iCloud Drive itself is never made: it is not set up, or switched off.
func TestNotSetUp(t *testing.T) {
	c := config(t)
	c.Drive += " of nobody"
	if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrGone) {
		t.Errorf("open: %v", err)
	}
	if _, err := os.Lstat(c.Drive); !errors.Is(err, fs.ErrNotExist) {
		t.Error("it was made")
	}
	mustWrite(t, c.Drive, nil)
	if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrGone) {
		t.Errorf("a file in its place: %v", err)
	}
	c = config(t)
	c.Create = false
	if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrGone) {
		t.Errorf("without the folder: %v", err)
	}
}

// Switched off while it is in use: gone, never empty.
func TestSwitchedOff(t *testing.T) {
	c := config(t)
	s := mustOpen(t, c)
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(c.Drive); err != nil {
		t.Fatal(err)
	}
	_, getErr := s.Get(t.Context(), "a")
	_, listErr := s.List(t.Context())
	for what, err := range map[string]error{
		"create": s.Create(t.Context(), "b", nil), "get": getErr, "list": listErr, "delete": s.Delete(t.Context(), "a"),
	} {
		if !errors.Is(err, store.ErrGone) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// While files are written nothing but whole files is ever in the synchronised folder.
func TestNothingHalfInside(t *testing.T) {
	c := config(t)
	s := mustOpen(t, c)
	data := make([]byte, 1<<20)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			entries, _ := os.ReadDir(s.dir)
			for _, e := range entries {
				info, err := e.Info()
				if err == nil && (info.Size() != int64(len(data)) || !strings.HasPrefix(e.Name(), "file ")) {
					t.Errorf("%q with %d bytes was inside", e.Name(), info.Size())
				}
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	for _, name := range []string{"file 1", "file 2", "file 3", "file 4", "file 5"} {
		if err := s.Create(t.Context(), name, data); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	<-stopped
	if left, _ := os.ReadDir(c.Staging); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A cleared cache and old leftovers.
func TestStaging(t *testing.T) {
	c := config(t)
	s := mustOpen(t, c)
	old, young, foreign := filepath.Join(c.Staging, stagedPrefix+"old"), filepath.Join(c.Staging, stagedPrefix+"young"), filepath.Join(c.Staging, "other")
	for _, path := range []string{old, young, foreign} {
		mustWrite(t, path, nil)
	}
	past := time.Now().Add(-2 * leftoverAge)
	os.Chtimes(old, past, past)
	os.Chtimes(foreign, past, past)
	if err := s.Create(t.Context(), "a", nil); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{old: false, young: true, foreign: true} {
		if _, err := os.Lstat(path); (err == nil) != want {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	if err := os.RemoveAll(c.Staging); err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), "b", nil); err != nil {
		t.Errorf("the cache was cleared: %v", err)
	}
}

// Placeholders of macOS up to 13: the file is there, and its name is taken.
func TestPlaceholder(t *testing.T) {
	s := mustOpen(t, config(t))
	mustWrite(t, filepath.Join(s.dir, ".backup.age.icloud"), []byte("bplist00"))
	if _, err := s.Get(t.Context(), "backup.age"); !errors.Is(err, store.ErrOffline) {
		t.Errorf("get: %v", err)
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 1 || entries[0].Name != "backup.age" {
		t.Errorf("listed %v, %v", entries, err)
	}
	if err := s.Create(t.Context(), "backup.age", nil); !errors.Is(err, store.ErrExists) {
		t.Errorf("create: %v", err)
	}
	if err := s.Delete(t.Context(), "backup.age"); err != nil {
		t.Errorf("delete: %v", err)
	}
	if _, err := s.Get(t.Context(), "backup.age"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get of the deleted: %v", err)
	}
}

// Dataless files of macOS 14 and newer: in the listing with their size; a read fetches
// them, or fails with an error of the system.
func TestDatalessFile(t *testing.T) {
	s := mustOpen(t, config(t))
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	s.dataless = func(info fs.FileInfo) bool { return !info.IsDir() }
	if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "x" {
		t.Errorf("fetched: %q, %v", got, err)
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 1 || entries[0].Size != 1 {
		t.Errorf("listed %v, %v", entries, err)
	}
	if err := os.Truncate(filepath.Join(s.dir, "a"), store.MaxSize+1); err != nil { // stands for a read that fails
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, store.ErrOffline) {
		t.Errorf("not fetched: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Get(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A folder whose contents have not come is not an empty one.
func TestDatalessFolder(t *testing.T) {
	s := mustOpen(t, config(t))
	s.dataless = func(info fs.FileInfo) bool { return info.IsDir() }
	if entries, err := s.List(t.Context()); !errors.Is(err, store.ErrOffline) || entries != nil {
		t.Errorf("listed %v, %v", entries, err)
	}
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, store.ErrOffline) {
		t.Errorf("get: %v", err)
	}
}

// What iCloud makes of two files of one name is a file of its own.
func TestConflictCopy(t *testing.T) {
	s := mustOpen(t, config(t))
	for _, name := range []string{"wallet 000001.age", "wallet 000001 2.age"} {
		mustWrite(t, filepath.Join(s.dir, name), []byte(name))
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 2 {
		t.Errorf("listed %v, %v", entries, err)
	}
}

func TestNeedsSystem(t *testing.T) {
	if _, _, err := locate("linux", os.Getenv); !errors.Is(err, store.ErrRefused) {
		t.Error(err)
	}
	c := config(t)
	c.Drive = ""
	t.Setenv("HOME", t.TempDir())
	t.Setenv("USERPROFILE", t.TempDir())
	if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrRefused) && !errors.Is(err, store.ErrGone) {
		t.Errorf("open: %v", err)
	}
}
