package profile

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/secret"
)

// memory is a Keeper that can be locked, or forget what it says to keep.
type memory struct {
	kept     map[string]string
	locked   error
	forgets  bool
	requests int
}

func (m *memory) Load(name string) ([]byte, error) {
	m.requests++
	word, ok := m.kept[name]
	if m.locked != nil || !ok {
		return nil, cmp.Or(m.locked, fmt.Errorf("%q: %w", name, fs.ErrNotExist))
	}
	return []byte(word), nil
}

func (m *memory) Save(name string, data []byte) error {
	m.requests++
	if m.kept == nil {
		m.kept = map[string]string{}
	}
	if m.locked == nil && !m.forgets {
		m.kept[name] = string(data)
	}
	return m.locked
}

func (m *memory) Delete(name string) error {
	m.requests++
	if m.locked == nil {
		delete(m.kept, name)
	}
	return m.locked
}

func has(t *testing.T, p *Profile, name, want string) {
	t.Helper()
	got, err := p.Password(name)
	if err != nil || string(got.Reveal()) != want {
		t.Errorf("the password of %s is %q, %v, want %q", name, got.Reveal(), err, want)
	}
}

func set(t *testing.T, p *Profile, name, word string) {
	t.Helper()
	if err := p.SetPassword(name, secret.Copy([]byte(word))); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// A password is with the Keeper and nowhere in the directory, is there beside a writer, and
// goes with its place.
func TestPasswords(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir)
	if err := p.KeepPlace("dav", "webdav:https://sam@cloud.example/", secret.Copy([]byte("correct horse"))); err != nil {
		t.Fatal(err)
	}
	has(t, p, "dav", "correct horse")
	set(t, p, "dav", "battery staple")
	r, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	r.Keeper = p.Keeper
	has(t, r, "dav", "battery staple")
	if err := r.SetPassword("dav", secret.Copy([]byte("x"))); !errors.Is(err, ErrReadOnly) {
		t.Errorf("set when opened for reading: %v, want ErrReadOnly", err)
	}
	if err := r.SetPassword("dav", secret.Text{}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("forgotten when opened for reading: %v, want ErrReadOnly", err)
	}
	var l leaktest.Look
	l.Secret("the password", []byte("battery staple"))
	l.Secret("the one before", []byte("correct horse"))
	l.Dir(t, dir)

	if err := p.RemovePlace("dav"); err != nil {
		t.Fatal(err)
	}
	has(t, p, "dav", "")
	if kept := p.Keeper.(*memory).kept; len(kept) != 0 {
		t.Errorf("the Keeper still has %q", kept)
	}
}

// A Keeper that may ask the person to unlock it is not asked about places without password.
func TestNoPasswordNotAsked(t *testing.T) {
	p := open(t, t.TempDir())
	if err := p.KeepPlace("usb", "folder:/media/usb", secret.Text{}); err != nil {
		t.Fatal(err)
	}
	has(t, p, "usb", "")
	if err := p.RemovePlace("usb"); err != nil {
		t.Fatal(err)
	}
	if n := p.Keeper.(*memory).requests; n != 0 {
		t.Errorf("the Keeper was asked %d times", n)
	}
}

// A Keeper that fails is said, is not "no password", and loses neither place nor password.
func TestKeeperFails(t *testing.T) {
	p := open(t, t.TempDir())
	keeper := p.Keeper.(*memory)
	if err := p.KeepPlace("dav", "webdav:https://sam@cloud.example/", secret.Copy([]byte("xyzzy"))); err != nil {
		t.Fatal(err)
	}
	keeper.locked = errors.New("locked")
	for what, do := range map[string]func() error{
		"read":   func() error { _, err := p.Password("dav"); return err },
		"set":    func() error { return p.SetPassword("dav", secret.Copy([]byte("other"))) },
		"forget": func() error { return p.SetPassword("dav", secret.Text{}) },
		"remove": func() error { return p.RemovePlace("dav") },
	} {
		if err := do(); !errors.Is(err, ErrPassword) {
			t.Errorf("%s: %v, want ErrPassword", what, err)
		}
	}
	keeper.locked = nil
	has(t, p, "dav", "xyzzy")
	keeper.forgets = true
	if err := p.SetPassword("dav", secret.Copy([]byte("other"))); !errors.Is(err, ErrPassword) {
		t.Errorf("kept, but not really: %v, want ErrPassword", err)
	}
	p.Keeper = nil
	if _, err := p.Password("dav"); !errors.Is(err, ErrPassword) {
		t.Errorf("without a Keeper: %v, want ErrPassword", err)
	}
}

func old(t *testing.T, dir, content string) string {
	t.Helper()
	path := filepath.Join(dir, "passwords.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Passwords of an earlier version move to the Keeper; their file goes when it has them all.
func TestOldPasswords(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir)
	keeper := p.Keeper.(*memory)
	path := old(t, dir, `{"format": 1, "places": {"dav": "xyzzy", "bucket": "plugh"}}`)

	r, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	r.Keeper = keeper
	has(t, r, "dav", "xyzzy") // where nothing may be written it stays
	keeper.locked = errors.New("locked")
	has(t, p, "dav", "xyzzy") // and while the keychain is locked
	if err := p.SetPassword("dav", secret.Copy([]byte("new"))); !errors.Is(err, ErrPassword) {
		t.Errorf("set while the keychain is locked: %v", err)
	}
	keeper.locked, keeper.forgets = nil, true
	has(t, p, "dav", "xyzzy")
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the file is gone before the Keeper has what is in it: %v", err)
	}

	keeper.forgets = false
	has(t, p, "dav", "xyzzy")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	has(t, p, "dav", "xyzzy")
	has(t, p, "bucket", "plugh")
	if len(keeper.kept) != 2 {
		t.Errorf("the Keeper has %q", keeper.kept)
	}
}

// What this program does not understand is refused, left as it is, and not quoted.
func TestOldPasswordsNotUnderstood(t *testing.T) {
	for content, want := range map[string]error{
		`{"format": 2, "places": {"dav": "xyzzy"}}`: ErrNewer,
		`{"format": 1, "places": {"dav": "xyzzy`:    ErrUnreadable,
		`{"format": 1, "places": "xyzzy"}`:          ErrUnreadable,
	} {
		dir := t.TempDir()
		p := open(t, dir)
		path := old(t, dir, content)
		_, readErr := p.Password("dav")
		for _, err := range []error{readErr, p.SetPassword("dav", secret.Copy([]byte("x")))} {
			if !errors.Is(err, want) || strings.Contains(err.Error(), "xyzzy") {
				t.Errorf("%s: %v, want %v", content, err, want)
			}
		}
		if got, _ := os.ReadFile(path); string(got) != content {
			t.Errorf("passwords.json was written over: %q", got)
		}
	}
}
