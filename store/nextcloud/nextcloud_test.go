package nextcloud

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// signIn goes through the whole login flow.
func signIn(t testing.TB, f *fake) Config {
	t.Helper()
	c := Config{URL: f.url, Device: "Cloudseed on a test"}
	login, err := Begin(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(5*time.Millisecond, func() { http.Get(login.Page) })
	account, err := login.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.User, c.Password = account.User, account.Password
	return c
}

func mustOpen(t testing.TB, c Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The sign-in is a fake after Nextcloud's manual; the files are x/net/webdav's.
var column = storetest.Column{
	Place: "Nextcloud", Peer: "contract fake", Level: storetest.Specification, // RFC 4918
	But:     map[string]storetest.Level{"signed out in an upload": storetest.Documentation},
	Without: map[string]string{"token expires in an upload": "an app password does not expire"},
}

func TestSuiteFake(t *testing.T) {
	storetest.Run(t, column, func(t *testing.T) storetest.Place {
		f := newFake(t)
		c := signIn(t, f)
		c.Folder, c.Create = "Backups/my wallet", true
		mustOpen(t, c)
		wire := &storetest.Wire{}
		c.Create, c.HTTP = false, wire.Client()
		names := func(r *http.Request) bool { return r.Method == "MOVE" }
		return storetest.Place{
			Open:  func(t testing.TB) store.Store { return mustOpen(t, c) },
			Plant: func(t testing.TB, name string, data []byte) { f.plant(t, c.Folder, name, data) },
			Interrupt: func(t testing.TB, name string, data []byte) {
				f.write(t, c.Folder, ".cloudseed-0123456789abcdef.tmp", data[:len(data)/2])
			},
			Lose: func(_ testing.TB, arrives bool, meanwhile func()) { wire.Lose(names, arrives, meanwhile) },
			SignOut: func(testing.TB) func() {
				return wire.SignOut(names, func(r *http.Request) { r.SetBasicAuth(loginName, "revoked") })
			},
			Fill: func(testing.TB) func() {
				f.set(func(w http.ResponseWriter, r *http.Request) bool { return r.Method == "PUT" && status(507, "")(w, r) })
				return func() { f.set(nil) }
			},
		}
	})
}

func TestLogin(t *testing.T) {
	f := newFake(t)
	c := signIn(t, f)
	if c.User != loginName || f.passwords[string(c.Password.Reveal())] != "Cloudseed on a test" {
		t.Errorf("signed in as %q, of %v", c.User, f.passwords)
	}
	if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrGone) {
		t.Errorf("missing folder: %v", err)
	}
	c.Create = true
	s := mustOpen(t, c)
	if want := "nextcloud " + f.url + " folder Cloudseed as " + loginName; s.String() != want {
		t.Errorf("named %q, want %q", s, want)
	}
}

func TestSignOut(t *testing.T) {
	f := newFake(t)
	c, other := signIn(t, f), signIn(t, f)
	c.Create, other.Create = true, true
	s := mustOpen(t, c)
	for range 2 {
		if err := SignOut(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if _, err := s.List(t.Context()); !errors.Is(err, store.ErrSignedOut) {
			t.Errorf("list after signing out: %v", err)
		}
		if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrSignedOut) {
			t.Errorf("open after signing out: %v", err)
		}
	}
	mustOpen(t, other)
	f.set(status(403, ""))
	if err := SignOut(t.Context(), other); !errors.Is(err, store.ErrRefused) {
		t.Errorf("revoking what is no app password: %v", err)
	}
}

// status is a fault that answers everything so.
func status(code int, header string) func(w http.ResponseWriter, r *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if key, value, ok := strings.Cut(header, ": "); ok {
			w.Header().Set(key, value)
		}
		w.WriteHeader(code)
		return true
	}
}

// The page to sign in at, and the token, must stay with the server that the person named.
func TestLoginElsewhere(t *testing.T) {
	f := newFake(t)
	for _, public := range []string{"https://evil.example/cloud", strings.Replace(f.url, "http:", "https:", 1),
		strings.Replace(f.url, "://", "://sam@", 1), strings.Replace(f.url, "127.0.0.1", "127.0.0.2", 1), "javascript:x", ""} {
		f.public = public
		if login, err := Begin(t.Context(), Config{URL: f.url}); !errors.Is(err, store.ErrRefused) {
			t.Errorf("%s: %v, %v", public, login, err)
		}
	}
}

func TestNoNextcloud(t *testing.T) {
	for what, answer := range map[string]http.HandlerFunc{
		"nothing there": http.NotFound,
		"a page":        func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("<html>")) },
		"other JSON":    func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("{}")) },
		"a path as id": func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte(`{"ocs":{"data":{"id":"../other"}}}`))
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/", http.StatusMovedPermanently)
		},
	} {
		server := httptest.NewServer(answer)
		defer server.Close()
		c := Config{URL: server.URL, User: "sam", Password: secret.Copy([]byte("hunter2"))}
		if _, err := Begin(t.Context(), c); !errors.Is(err, store.ErrRefused) {
			t.Errorf("%s: begin: %v", what, err)
		}
		if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrRefused) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: open: %v", what, err)
		}
	}
}

// While the person signs in the server may be away for a moment; it may also refuse.
func TestWait(t *testing.T) {
	f := newFake(t)
	var polls atomic.Int32
	login := begin(t, f)
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/poll") {
			return false
		}
		code := []int{503, 500, 429}[polls.Add(1)%3]
		return polls.Load() < 6 && status(code, "")(w, r)
	})
	http.Get(login.Page)
	if account, err := login.Wait(t.Context()); err != nil || account.User != loginName {
		t.Errorf("got %q, %v", account.User, err)
	}

	f.set(nil)
	login = begin(t, f)
	f.set(status(403, ""))
	if _, err := login.Wait(t.Context()); !errors.Is(err, store.ErrRefused) {
		t.Errorf("refused: %v", err)
	}
	f.set(nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := begin(t, f).Wait(ctx); !errors.Is(err, store.ErrOffline) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled: %v", err)
	}
	login = begin(t, f)
	login.until = time.Now()
	if _, err := login.Wait(t.Context()); !errors.Is(err, store.ErrSignedOut) {
		t.Errorf("too late: %v", err)
	}
}

func begin(t testing.TB, f *fake) *Login {
	t.Helper()
	login, err := Begin(t.Context(), Config{URL: f.url})
	if err != nil {
		t.Fatal(err)
	}
	return login
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

func TestStatuses(t *testing.T) {
	f := newFake(t)
	c := signIn(t, f)
	c.Create = true
	s := mustOpen(t, c)
	for _, answer := range []struct {
		code   int
		header string
		want   error
		after  time.Duration
	}{
		{code: 401, want: store.ErrSignedOut},
		{code: 403, want: store.ErrRefused},
		{code: 423, want: store.ErrBusy},
		{code: 425, want: store.ErrBusy},
		{code: 429, header: "Retry-After: 60", want: store.ErrBusy, after: time.Minute},
		{code: 503, header: "X-Nextcloud-Maintenance-Mode: 1", want: store.ErrBusy},
		{code: 507, want: store.ErrFull},
		{code: 500, want: store.ErrOffline},
		{code: 302, header: "Location: https://evil.example/", want: store.ErrRefused},
	} {
		f.set(status(answer.code, answer.header))
		errs := all(t, s)
		_, errs["open"] = Open(t.Context(), c)
		_, errs["begin"] = Begin(t.Context(), c)
		for what, err := range errs {
			var e *store.Error
			if !errors.As(err, &e) || e.Kind != answer.want || e.After != answer.after {
				t.Errorf("%d: %s: got %v, want %v", answer.code, what, err, answer.want)
			}
		}
	}
}

// A lock that passes, at every step, is not noticed; a file of ours that is there after all
// is ours, one of another writer is not.
func TestLockedForAMoment(t *testing.T) {
	f := newFake(t)
	c := signIn(t, f)
	c.Create = true
	s := mustOpen(t, c)
	for _, method := range []string{"PROPFIND", "PUT", "MOVE", "GET", "DELETE"} {
		for _, code := range []int{423, 425} {
			var left atomic.Int32
			left.Store(1)
			f.set(func(w http.ResponseWriter, r *http.Request) bool {
				return r.Method == method && left.Add(-1) >= 0 && status(code, "")(w, r)
			})
			if err := s.Create(t.Context(), "b", []byte("x")); err != nil {
				t.Errorf("%s %d: create: %v", method, code, err)
			}
			if got, err := s.Get(t.Context(), "b"); err != nil || string(got) != "x" {
				t.Errorf("%s %d: get: %q, %v", method, code, got, err)
			}
			if err := s.Delete(t.Context(), "b"); err != nil {
				t.Errorf("%s %d: delete: %v", method, code, err)
			}
		}
	}
}

func TestBusyAfterMove(t *testing.T) {
	f := newFake(t)
	c := signIn(t, f)
	c.Create = true
	s := mustOpen(t, c)
	for name, data := range map[string]string{"ours": "x", "another's": "y"} {
		f.set(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == "MOVE" {
				f.set(nil)
				if data == "x" {
					f.files.ServeHTTP(httptest.NewRecorder(), r)
				} else if err := s.dav.Create(t.Context(), name, []byte(data)); err != nil {
					t.Error(err)
				}
				w.WriteHeader(503)
			}
			return r.Method == "MOVE"
		})
		err := s.Create(t.Context(), name, []byte("x"))
		if name == "ours" && err != nil || name != "ours" && !errors.Is(err, store.ErrExists) {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := s.Get(t.Context(), name); err != nil || string(got) != data {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// The file has its name, which the server did not say, and another's upload may still be
// moved over it: a copy is kept.
func TestBusyAfterMoveInARace(t *testing.T) {
	f := newFake(t)
	c := signIn(t, f)
	c.Create = true
	s := mustOpen(t, c)
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "MOVE" {
			f.set(nil)
			f.files.ServeHTTP(httptest.NewRecorder(), r)
			own := path.Base(r.URL.Path) // what comes before the second "-" says for which file it is
			f.write(t, DefaultFolder, own[:strings.LastIndexByte(own, '-')]+"-0.tmp", []byte("y"))
			w.WriteHeader(503)
		}
		return r.Method == "MOVE"
	})
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	f.write(t, DefaultFolder, "a", []byte("y")) // the other's is moved
	if forks, err := s.Forks(t.Context()); err != nil || !slices.Equal(forks, []string{"a"}) {
		t.Errorf("forks: %q, %v", forks, err)
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []struct{ url, base, folder string }{
		{"https://cloud.example", "https://cloud.example", "Cloudseed"},
		{"https://cloud.example/", "https://cloud.example", "Cloudseed"},
		{"https://cloud.example/nextcloud/index.php/", "https://cloud.example/nextcloud", "Cloudseed"},
		{"https://sam%40home@cloud.example?folder=A/b%20c/", "https://cloud.example", "A/b c"},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", "Cloudseed"},
		{"http://cloud.example", "", ""},
		{"https://sam:hunter2@cloud.example", "", ""},
		{"https://sam:hunter2@cloud.example/%zz", "", ""},
		{"https://cloud.example/?hunter2", "", ""},
		{"https://cloud.example/#hunter2", "", ""},
		{"https://cloud.example/?folder=a/../../b", "", ""},
		{"https://cloud.example/?folder=a//b", "", ""},
		{"cloud.example", "", ""},
		{"", "", ""},
	} {
		s, err := configured(Config{URL: c.url})
		folder := ""
		if err == nil {
			folder, err = folderOf(Config{URL: c.url})
		}
		switch {
		case c.base == "" && !errors.Is(err, store.ErrRefused):
			t.Errorf("%s: got %v, want it refused", c.url, err)
		case c.base == "" && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%s: the error tells a secret: %v", c.url, err)
		case c.base != "" && (err != nil || s.base.String() != c.base || folder != c.folder):
			t.Errorf("%s: got %v, %q, %v", c.url, s.base, folder, err)
		}
	}
	if _, err := Open(t.Context(), Config{URL: "https://sam@cloud.example"}); !errors.Is(err, store.ErrSignedOut) {
		t.Errorf("without a password: %v", err)
	}
}
