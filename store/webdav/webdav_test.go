package webdav

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	dav "golang.org/x/net/webdav"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

var withoutPassword = map[string]string{"token expires in an upload": "a password does not expire"}

var apacheColumn = storetest.Column{Place: "WebDAV", Peer: "Apache mod_dav", Level: storetest.Real, Without: withoutPassword}

func TestSuiteApache(t *testing.T) {
	base, user, password := peer.Apache(t)
	n := 0
	storetest.Run(t, apacheColumn, func(t *testing.T) storetest.Place {
		base, fill := base, noFill
		if wantsFull(t) { // Apache on a small disk
			var dir string
			dir, fill = peer.Disk(t, 24<<20)
			t.Setenv("TMPDIR", dir)
			base, _, _ = peer.Apache(t)
		}
		n++
		p := place(t, Config{URL: fmt.Sprintf("%ssuite/case %d", base, n), User: user, Password: secret.Copy([]byte(password))})
		p.Fill = func(testing.TB) func() { return fill() }
		return p
	})
}

func noFill() func() { panic("this disk is too large to fill") }

func wantsFull(t *testing.T) bool { return strings.HasSuffix(t.Name(), "/full") }

// disk is a folder to serve, and fill fills it if the case wants that.
func disk(t *testing.T) (dir string, fill func() (room func())) {
	if wantsFull(t) {
		return peer.Disk(t, 24<<20)
	}
	return t.TempDir(), noFill
}

// golang.org/x/net/webdav is what rclone serves with, and the demo. It signs nobody in.
var goColumn = storetest.Column{Place: "WebDAV", Peer: "x/net/webdav", Level: storetest.Real, Without: map[string]string{
	"token expires in an upload": "nobody signs in",
	"signed out in an upload":    "nobody signs in",
}}

func TestSuiteGo(t *testing.T) {
	storetest.Run(t, goColumn, func(t *testing.T) storetest.Place {
		dir, fill := disk(t)
		server := httptest.NewServer(&dav.Handler{FileSystem: dav.Dir(dir), LockSystem: dav.NewMemLS()})
		t.Cleanup(server.Close)
		p := place(t, Config{URL: server.URL + "/backup"})
		p.Fill = func(testing.TB) func() { return fill() }
		return p
	})
}

// place is an empty folder behind a wire, by which trouble comes to real servers.
func place(t *testing.T, c Config) storetest.Place {
	c.Create = true
	mustOpen(t, c)
	wire := &storetest.Wire{}
	c.Create, c.HTTP = false, wire.Client()
	plant := func(t testing.TB, name string, data []byte) {
		s := mustOpen(t, c)
		if found, err := s.stat(t.Context(), "plant", name, s.url(name)); err == nil && found == aFile {
			name = copyName(name, data)
		}
		plant(t, s, name, data)
	}
	names := func(r *http.Request) bool { return r.Method == "MOVE" } // gives a file its name
	p := storetest.Place{
		Open:  func(t testing.TB) store.Store { return mustOpen(t, c) },
		Plant: plant,
		Interrupt: func(t testing.TB, name string, data []byte) {
			plant(t, claimPrefix(name)+randomHex()+tempSuffix, data[:len(data)/2])
		},
		Lose: func(_ testing.TB, arrives bool, meanwhile func()) { wire.Lose(names, arrives, meanwhile) },
	}
	if c.User != "" {
		p.SignOut = func(testing.TB) func() {
			return wire.SignOut(names, func(r *http.Request) { r.SetBasicAuth(c.User, "another password") })
		}
	}
	return p
}

func mustOpen(t testing.TB, c Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plant uploads a file by a plain PUT.
func plant(t testing.TB, s *Store, name string, data []byte) {
	t.Helper()
	_, err := s.send(t.Context(), request{op: "plant", method: "PUT", url: s.url(name), body: data}, http.StatusCreated)
	if err != nil {
		t.Fatal(err)
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []struct {
		url, user, name string // name is "" where the address is refused
	}{
		{"https://host.example/dav/samantha", "", "webdav https://host.example/dav/samantha/"},
		{"https://host.example", "sam", "webdav https://host.example/ as sam"},
		{"https://sam%40home@host.example:8443/a%2Fb/c%20d/", "", "webdav https://host.example:8443/a%2Fb/c%20d/ as sam@home"},
		{"https://sam@host.example/", "other", "webdav https://host.example/ as other"},
		{"http://127.0.0.1:80/x", "", "webdav http://127.0.0.1:80/x/"},
		{"http://[::1]/x", "", "webdav http://[::1]/x/"},
		{"http://localhost/x", "", "webdav http://localhost/x/"},
		{"http://host.example/", "", ""},
		{"http://127.0.0.1.host.example/", "", ""},
		{"http://localhost.example/", "", ""},
		{"ftp://host.example/", "", ""},
		{"https://sam:hunter2@host.example/", "", ""},
		{"https://sam:hunter2@host.example/%zz", "", ""},
		{"https://host.example/?hunter2=1", "", ""},
		{"https://host.example/#hunter2", "", ""},
		{"https:hunter2", "", ""},
		{"hunter2", "", ""},
		{"", "", ""},
		{"https://host.example/", "sam:hunter2", ""},
	} {
		s, err := configured(Config{URL: c.url, User: c.user, Password: secret.Copy([]byte("hunter2"))})
		switch {
		case c.name == "" && !errors.Is(err, store.ErrRefused):
			t.Errorf("%s: got %v, want it refused", c.url, err)
		case c.name == "" && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%s: the error tells a secret: %v", c.url, err)
		case c.name != "" && err != nil:
			t.Errorf("%s: %v", c.url, err)
		case c.name != "" && s.String() != c.name:
			t.Errorf("%s: named %q, want %q", c.url, s.String(), c.name)
		}
	}
}

func TestEscaping(t *testing.T) {
	s, err := configured(Config{URL: "https://host/a%2Fb/"})
	if err != nil {
		t.Fatal(err)
	}
	u := s.url("100% #1 +;a&'b.age")
	if got, want := u.String(), "https://host/a%2Fb/100%25%20%231%20%2B%3Ba%26%27b.age"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	back, err := url.Parse(u.String())
	if err != nil || back.Path != "/a/b/100% #1 +;a&'b.age" {
		t.Errorf("reads back as %q, %v", back.Path, err)
	}
}

func TestMissingFolder(t *testing.T) {
	base, user, password := peer.Apache(t)
	c := Config{URL: base + "not/there/yet", User: user, Password: secret.Copy([]byte(password))}
	if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrGone) {
		t.Errorf("open: %v", err)
	}
	c.Create = true
	s := mustOpen(t, c)
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, c) // again, with what is in it

	above := mustOpen(t, Config{URL: base + "not", User: c.User, Password: c.Password})
	if err := above.Delete(t.Context(), "there"); !errors.Is(err, store.ErrRefused) {
		t.Errorf("delete of a folder: %v", err)
	}
	if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "x" {
		t.Errorf("after that: %q, %v", got, err)
	}
	if entries, err := above.List(t.Context()); err != nil || len(entries) != 0 {
		t.Errorf("folders are listed: %v, %v", entries, err)
	}
	above.send(t.Context(), request{method: "DELETE", url: above.url("there")}, http.StatusNoContent)
	for what, err := range all(t, s) {
		if !errors.Is(err, store.ErrGone) {
			t.Errorf("%s without the folder: %v", what, err)
		}
	}
	if _, err := Open(t.Context(), Config{URL: c.URL, User: user, Password: c.Password}); !errors.Is(err, store.ErrGone) {
		t.Errorf("the folder was made again: %v", err)
	}
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

func TestWrongPassword(t *testing.T) {
	base, user, _ := peer.Apache(t)
	_, err := Open(t.Context(), Config{URL: base, User: user, Password: secret.Copy([]byte("hunter2"))})
	if !errors.Is(err, store.ErrSignedOut) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	if _, err := Open(t.Context(), Config{URL: base}); !errors.Is(err, store.ErrSignedOut) {
		t.Errorf("without a user: %v", err)
	}
}

func TestFileIsNoFolder(t *testing.T) {
	base, user, password := peer.Apache(t)
	c := Config{URL: base, User: user, Password: secret.Copy([]byte(password))}
	plant(t, mustOpen(t, c), "file", bytes.Repeat([]byte("x"), 10))
	c.URL += "file"
	if _, err := Open(t.Context(), c); err == nil {
		t.Error("a file was opened as a folder")
	}
}

func TestNothingListens(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	if _, err := Open(t.Context(), Config{URL: server.URL}); !errors.Is(err, store.ErrOffline) {
		t.Errorf("got %v", err)
	}
}

func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(&dav.Handler{FileSystem: dav.NewMemFS(), LockSystem: dav.NewMemLS()})
	defer server.Close()
	server.Config.ErrorLog = quiet
	if _, err := Open(t.Context(), Config{URL: server.URL}); !errors.Is(err, store.ErrRefused) {
		t.Errorf("unknown authority: %v", err)
	}
	if _, err := Open(t.Context(), Config{URL: server.URL, HTTP: server.Client()}); err != nil {
		t.Errorf("known authority: %v", err)
	}
	plain := httptest.NewServer(nil)
	defer plain.Close()
	_, err := Open(t.Context(), Config{URL: strings.Replace(plain.URL, "http:", "https:", 1)})
	if !errors.Is(err, store.ErrRefused) {
		t.Errorf("https at a port for http: %v", err)
	}
}
