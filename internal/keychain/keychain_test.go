package keychain

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/zalando/go-keyring"

	"github.com/cloudseed/cloudseed/internal/leaktest"
)

// both runs a test with a keychain of the system, in memory, and with files.
func both(t *testing.T, test func(t *testing.T, c Config)) {
	keyring.MockInit()
	t.Run("system", func(t *testing.T) { test(t, Config{Dir: t.TempDir()}) })
	t.Run("files", func(t *testing.T) { test(t, Config{Dir: t.TempDir(), File: true}) })
}

func open(t *testing.T, c Config) *Keychain {
	t.Helper()
	k, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// canary returns n bytes, all values among them.
func canary(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

func TestKeeps(t *testing.T) {
	both(t, func(t *testing.T, c Config) {
		k := open(t, c)
		if _, err := k.Load("drive"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("nothing saved: %v", err)
		}
		if err := k.Delete("drive"); err != nil {
			t.Errorf("deleting nothing: %v", err)
		}
		if files, _ := os.ReadDir(c.Dir); len(files) != 0 {
			t.Errorf("looking wrote %v", files)
		}
		for _, n := range []int{0, 1, 100, 1797, 1798, 1799, 1800, 1801, 2560, 5000, 0, 20_000, MaxSize, 3} {
			if err := k.Save("drive", canary(n)); err != nil {
				t.Fatalf("%d bytes: %v", n, err)
			}
			for _, reader := range []*Keychain{k, open(t, c), open(t, Config{Dir: c.Dir})} {
				if got, err := reader.Load("drive"); err != nil || !bytes.Equal(got, canary(n)) {
					t.Errorf("%d bytes: got %d, %v", n, len(got), err)
				}
			}
		}
		if err := k.Save("drive", canary(MaxSize+1)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("too large: %v", err)
		}
		if got, _ := k.Load("drive"); len(got) != 3 {
			t.Error("what failed has replaced what was there")
		}
		for _, odd := range []string{"", "../../x", "Drive", "drive ", "日本", strings.Repeat("x", 500)} {
			if err := k.Save(odd, []byte(odd+"!")); err != nil {
				t.Errorf("%q: %v", odd, err)
			}
			if got, err := k.Load(odd); string(got) != odd+"!" {
				t.Errorf("%q: %q, %v", odd, got, err)
			}
		}
		if err := k.Delete("drive"); err != nil {
			t.Error(err)
		}
		if _, err := k.Load("drive"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("deleted: %v", err)
		}
		if got, _ := k.Load("Drive"); string(got) != "Drive!" {
			t.Error("another name was deleted")
		}
	})
}

func TestTwoDirectories(t *testing.T) {
	keyring.MockInit()
	a, b := open(t, Config{Dir: t.TempDir()}), open(t, Config{Dir: t.TempDir()})
	a.Save("drive", []byte("of a"))
	b.Save("drive", []byte("of b"))
	if got, _ := a.Load("drive"); string(got) != "of a" {
		t.Errorf("two directories meet: %q", got)
	}
}

func TestManyWriters(t *testing.T) {
	both(t, func(t *testing.T, c Config) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				k, err := Open(c) // as another process
				if err == nil {
					err = k.Save(fmt.Sprint("place ", i), canary(i*1000))
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		k := open(t, c)
		for i := range 8 {
			if got, err := k.Load(fmt.Sprint("place ", i)); !bytes.Equal(got, canary(i*1000)) {
				t.Errorf("place %d: %d bytes, %v", i, len(got), err)
			}
		}
	})
}

// No item is larger than what Windows takes, and none of an older secret stays.
func TestParts(t *testing.T) {
	keyring.MockInit()
	k := open(t, Config{Dir: t.TempDir()})
	items := func() (all []string) {
		head, err := get(k.chosen.ID, "drive")
		if err != nil {
			t.Fatal(err)
		}
		if len(head) > 2560 {
			t.Errorf("an item of %d characters", len(head))
		}
		generation, n, _, _ := parseHead(head)
		for i := range n {
			piece, err := getItem(part(k.chosen.ID, "drive", generation, i))
			if err != nil || len(piece) > 2560 {
				t.Errorf("part %d: %d characters, %v", i, len(piece), err)
			}
			all = append(all, part(k.chosen.ID, "drive", generation, i))
		}
		return all
	}
	gone := func(after string, old []string) {
		for _, item := range old {
			if _, err := getItem(item); !errors.Is(err, keyring.ErrNotFound) {
				t.Errorf("%s, %s is still there: %v", after, item, err)
			}
		}
	}
	k.Save("drive", canary(10_000))
	first := items()
	if len(first) != 6 {
		t.Errorf("10,000 bytes are in %d parts", len(first))
	}
	k.Save("drive", canary(5000))
	gone("after another", first)
	second := items()
	k.Save("drive", canary(10))
	gone("after a short one", second)
	k.Save("drive", canary(5000))
	third := items()
	k.Delete("drive")
	gone("after deleting", third)
}

// A crash while the parts of a new secret are written leaves the old one whole.
func TestCrash(t *testing.T) {
	keyring.MockInit()
	k := open(t, Config{Dir: t.TempDir()})
	k.Save("drive", canary(5000))
	if _, err := saveParts(k.chosen.ID, "drive", base64.StdEncoding.EncodeToString(canary(9000)), canary(9000)); err != nil {
		t.Fatal(err)
	}
	if got, err := k.Load("drive"); !bytes.Equal(got, canary(5000)) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

func TestDamagedItems(t *testing.T) {
	keyring.MockInit()
	k := open(t, Config{Dir: t.TempDir()})
	for what, spoil := range map[string]func(head string){
		"head":   func(string) { keyring.Set(service, user(k.chosen.ID, "drive"), "3:?") },
		"base64": func(string) { keyring.Set(service, user(k.chosen.ID, "drive"), "1:?") },
		"many":   func(string) { keyring.Set(service, user(k.chosen.ID, "drive"), "2:x:999999999:y") },
		"part gone": func(head string) {
			generation, _, _, _ := parseHead(head)
			keyring.Delete(service, part(k.chosen.ID, "drive", generation, 1))
		},
		"part changed": func(head string) {
			generation, _, _, _ := parseHead(head)
			keyring.Set(service, part(k.chosen.ID, "drive", generation, 1), strings.Repeat("A", 2400))
		},
	} {
		k.Save("drive", canary(5000))
		head, _ := get(k.chosen.ID, "drive")
		spoil(head)
		if _, err := k.Load("drive"); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
		if err := k.Save("drive", canary(7)); err != nil {
			t.Errorf("%s, saving again: %v", what, err)
		}
	}
}

// A keychain that held secrets and does not answer is not an empty one; where there never
// was one, files do.
func TestUnavailable(t *testing.T) {
	keyring.MockInit()
	used, unused := Config{Dir: t.TempDir()}, Config{Dir: t.TempDir()}
	if err := open(t, used).Save("drive", []byte("token")); err != nil {
		t.Fatal(err)
	}
	locked := errors.New("locked")
	keyring.MockInitWithError(locked)
	defer keyring.MockInit()
	for _, c := range []Config{used, {Dir: used.Dir, File: true}} {
		k := open(t, c)
		_, err := k.Load("drive")
		for what, err := range map[string]error{"load": err, "save": k.Save("drive", nil), "delete": k.Delete("drive")} {
			if !errors.Is(err, ErrUnavailable) || !errors.Is(err, locked) || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if !k.System() {
			t.Error("does not say that the system's keychain is in use")
		}
	}
	k := open(t, unused)
	if err := k.Save("drive", []byte("token")); err != nil || k.System() {
		t.Errorf("without a keychain: %v, system %v", err, k.System())
	}
	keyring.MockInit() // it is back, and files stay in use
	if got, err := open(t, unused).Load("drive"); string(got) != "token" {
		t.Errorf("got %q, %v", got, err)
	}
}

// A keychain that hangs ends a call, and what was asked late does not overtake.
func TestSlow(t *testing.T) {
	defer func(d time.Duration) { patience = d }(patience)
	patience = 30 * time.Millisecond
	var order []int
	block := make(chan struct{})
	if err := call(func() error { <-block; order = append(order, 1); return nil }); err != errSlow {
		t.Errorf("got %v", err)
	}
	patience = time.Minute
	go close(block)
	if err := call(func() error { order = append(order, 2); return nil }); err != nil || fmt.Sprint(order) != "[1 2]" {
		t.Errorf("got %v in order %v", err, order)
	}
}

// Files show nothing without the key, and are the person's own.
func TestFiles(t *testing.T) {
	c := Config{Dir: filepath.Join(t.TempDir(), "new"), File: true}
	k := open(t, c)
	k.Save("drive of samantha", []byte("canary-token-1234"))
	k.Save("box", []byte("another"))
	var look leaktest.Look
	look.Secret("the token", []byte("canary-token-1234"))
	look.Secret("the name", []byte("drive of samantha"))
	if n := look.Dir(t, c.Dir); n != 4 { // two secrets, the key, the choice
		t.Errorf("there are %d files", n)
	}
	entries, _ := os.ReadDir(c.Dir)
	for _, entry := range entries {
		if info, _ := entry.Info(); runtime.GOOS != "windows" && info.Mode() != 0o600 {
			t.Errorf("%s is %v", entry.Name(), info.Mode())
		}
	}
	if info, _ := os.Stat(c.Dir); runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("the directory is %v", info.Mode())
	}

	// What the package comment admits: whoever has all of the directory has the tokens.
	key, _ := os.ReadFile(filepath.Join(c.Dir, keyFile))
	identity, err := age.ParseX25519Identity(strings.TrimSpace(string(key)))
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := os.Open(k.fileOf("box"))
	defer sealed.Close()
	if _, err := age.Decrypt(sealed, identity); err != nil {
		t.Error(err)
	}
}

func TestDamagedFiles(t *testing.T) {
	spoil := func(path string, change func([]byte) []byte) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile(path, change(data), 0o600)
	}
	for what, damage := range map[string]func(k *Keychain){
		"changed":   func(k *Keychain) { spoil(k.fileOf("a"), func(b []byte) []byte { b[len(b)-1] ^= 1; return b }) },
		"cut":       func(k *Keychain) { spoil(k.fileOf("a"), func(b []byte) []byte { return b[:len(b)-5] }) },
		"empty":     func(k *Keychain) { spoil(k.fileOf("a"), func(b []byte) []byte { return nil }) },
		"exchanged": func(k *Keychain) { os.Rename(k.fileOf("b"), k.fileOf("a")) },
		"no key":    func(k *Keychain) { os.Remove(k.path(keyFile)) },
		"other key": func(k *Keychain) {
			spoil(k.path(keyFile), func([]byte) []byte { return []byte("AGE-SECRET-KEY-1CANARY") })
		},
		"choice": func(k *Keychain) {
			spoil(k.path("keychain.json"), func([]byte) []byte { return []byte(`{"format":2}`) })
		},
	} {
		c := Config{Dir: t.TempDir(), File: true}
		k := open(t, c)
		k.Save("a", []byte("token of a"))
		k.Save("b", []byte("token of b"))
		damage(k)
		again, err := Open(c)
		if err == nil {
			_, err = again.Load("a")
		}
		if !errors.Is(err, ErrDamaged) || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := Open(Config{}); err == nil {
		t.Error("no directory was accepted")
	}
}
