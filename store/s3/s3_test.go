package s3

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/minio/minio-go/v7"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

const keyID, secretKey = "AKIAEXAMPLEKEY001", "hunter2hunter2"

// faked starts a gofakes3 with the bucket "bucket" and returns its handler too.
func faked(t testing.TB, options ...gofakes3.Option) http.Handler {
	backend := s3mem.New()
	if err := backend.CreateBucket("bucket"); err != nil {
		t.Fatal(err)
	}
	return gofakes3.New(backend, options...).Server()
}

// serve serves h and returns the address of the bucket.
func serve(t testing.TB, h http.Handler) string {
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = quiet
	server.Start()
	t.Cleanup(server.Close)
	return server.URL + "/bucket"
}

func config(url string) Config {
	return Config{URL: url, AccessKey: keyID, SecretKey: secret.Copy([]byte(secretKey)), Region: "us-east-1"}
}

func mustOpen(t testing.TB, c Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var withoutToken = map[string]string{
	"two files of one name":      "a bucket holds one",
	"token expires in an upload": "a key does not expire",
}

var fakeColumn = storetest.Column{
	Place: "S3", Peer: "gofakes3", Level: storetest.Real, // other people's, though made for tests
	But: map[string]storetest.Level{
		"signed out in an upload": storetest.Documentation, // it checks no signatures; the answer is ours
		"full":                    storetest.Documentation, // the same
	},
	Without: withoutToken,
}

func TestSuiteFake(t *testing.T) {
	storetest.Run(t, fakeColumn, func(t *testing.T) storetest.Place {
		f := &faulty{Handler: faked(t)}
		p := place(config(serve(t, f) + "/some/pre fix"))
		p.SignOut = func(testing.TB) func() {
			out := false
			f.set(func(w http.ResponseWriter, r *http.Request) bool {
				if out = out || names(r); out {
					answer(w, 403, "InvalidAccessKeyId", "")
				}
				return out
			})
			return func() { f.set(nil) }
		}
		p.Fill = func(testing.TB) func() {
			f.set(func(w http.ResponseWriter, r *http.Request) bool {
				if names(r) {
					answer(w, 507, "XMinioStorageFull", "")
				}
				return names(r)
			})
			return func() { f.set(nil) }
		}
		return p
	})
}

// names tells whether r stores a file; the probe is none.
func names(r *http.Request) bool {
	return r.Method == "PUT" && !strings.HasSuffix(r.URL.Path, ProbeName)
}

func place(c Config) storetest.Place {
	wire := &storetest.Wire{}
	c.HTTP = wire.Client()
	var planter *Store // opening lists, and there are many to plant
	return storetest.Place{
		Open:   func(t testing.TB) store.Store { return mustOpen(t, c) },
		Atomic: true,
		Many:   1100, // a page has 1000
		Plant: func(t testing.TB, name string, data []byte) {
			if planter == nil {
				planter = mustOpen(t, c)
			}
			plant(t, planter, name, data)
		},
		Interrupt: func(t testing.TB, name string, data []byte) { interrupt(t, mustOpen(t, c), name, data) },
		Lose:      func(_ testing.TB, arrives bool, meanwhile func()) { wire.Lose(names, arrives, meanwhile) },
		SignOut: func(testing.TB) func() {
			return wire.SignOut(names, func(r *http.Request) { // the server's own check of the signature
				r.Header.Set("Authorization", r.Header.Get("Authorization")[:len(r.Header.Get("Authorization"))-8]+"00000000")
			})
		},
	}
}

// interrupt sends the half of an upload and hangs up.
func interrupt(t testing.TB, s *Store, name string, data []byte) {
	t.Helper()
	died := errors.New("the writer died")
	half := io.MultiReader(bytes.NewReader(data[:len(data)/2]), iotest.ErrReader(died))
	opts := minio.PutObjectOptions{DisableContentSha256: true}
	opts.SetMatchETagExcept("*")
	_, err := s.client.PutObject(t.Context(), s.bucket, s.prefix+name, half, int64(len(data)), "", "UNSIGNED-PAYLOAD", opts)
	if !errors.Is(err, died) {
		t.Fatalf("not interrupted: %v", err)
	}
}

// plant stores a file without looking at its name or size.
func plant(t testing.TB, s *Store, name string, data []byte) {
	t.Helper()
	if err := s.put(t.Context(), "plant", name, data, "planted"); err != nil {
		t.Fatal(err)
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []struct {
		url, key, name string // name is "" where the address is refused
	}{
		{"https://s3.example/bucket", "me", "s3 https://s3.example/bucket/ as me"},
		{"https://s3.example/bucket/", "me", "s3 https://s3.example/bucket/ as me"},
		{"https://s3.example:9000/bucket/a/b%20c/", "AKIAEXAMPLEKEY001", "s3 https://s3.example:9000/bucket/a/b%20c/ as AKIA…Y001"},
		{"https://me@s3.example/bucket", "", "s3 https://s3.example/bucket/ as me"},
		{"https://me@s3.example/bucket?region=eu-1", "", "s3 https://s3.example/bucket/ as me"},
		{"http://127.0.0.1:9000/bucket", "me", "s3 http://127.0.0.1:9000/bucket/ as me"},
		{"http://[::1]:9000/bucket", "me", "s3 http://[::1]:9000/bucket/ as me"},
		{"http://localhost/bucket", "me", "s3 http://localhost/bucket/ as me"},
		{"http://s3.example/bucket", "me", ""},
		{"http://127.0.0.1.example/bucket", "me", ""},
		{"ftp://s3.example/bucket", "me", ""},
		{"https://s3.example/", "me", ""},
		{"https://s3.example/b", "me", ""},
		{"https://s3.example/Bucket!", "me", ""},
		{"https://s3.example/bucket//x", "me", ""},
		{"https://s3.example/bucket/../other", "me", ""},
		{"https://s3.example/bucket/a/%2e%2e", "me", ""},
		{"https://me:hunter2hunter2@s3.example/bucket", "", ""},
		{"https://s3.example/bucket?key=hunter2hunter2", "me", ""},
		{"https://s3.example/bucket#hunter2hunter2", "me", ""},
		{"https://me:hunter2hunter2@s3.example/%zz", "", ""},
		{"s3.example/bucket", "me", ""},
		{"", "me", ""},
	} {
		s, err := configured(Config{URL: c.url, AccessKey: c.key, SecretKey: secret.Copy([]byte(secretKey))})
		switch {
		case c.name == "" && !errors.Is(err, store.ErrRefused):
			t.Errorf("%s: got %v, want it refused", c.url, err)
		case c.name == "" && strings.Contains(err.Error(), secretKey):
			t.Errorf("%s: the error tells a secret: %v", c.url, err)
		case c.name != "" && err != nil:
			t.Errorf("%s: %v", c.url, err)
		case c.name != "" && s.String() != c.name:
			t.Errorf("%s: named %q, want %q", c.url, s.String(), c.name)
		}
	}
}

func TestWithoutKey(t *testing.T) {
	for _, c := range []Config{{URL: "https://s3.example/bucket"}, {URL: "https://me@s3.example/bucket"}} {
		if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrSignedOut) {
			t.Errorf("%s: %v", c.URL, err)
		}
	}
}

func TestMissingBucket(t *testing.T) {
	url := serve(t, faked(t))
	if _, err := Open(t.Context(), config(strings.Replace(url, "/bucket", "/other", 1))); !errors.Is(err, store.ErrGone) {
		t.Errorf("got %v", err)
	}
}

// Nothing of another prefix is seen, and a prefix is not the beginning of a word.
func TestPrefixes(t *testing.T) {
	url := serve(t, faked(t))
	for _, prefix := range []string{"", "/a", "/a/b", "/ab"} {
		if err := mustOpen(t, config(url+prefix)).Create(t.Context(), "x", []byte(prefix)); err != nil {
			t.Errorf("%q: %v", prefix, err)
		}
	}
	for _, prefix := range []string{"", "/a", "/a/b", "/ab"} {
		s := mustOpen(t, config(url+prefix))
		if entries, err := s.List(t.Context()); err != nil || len(entries) != 1 || entries[0].Name != "x" {
			t.Errorf("%q: listed %v, %v", prefix, entries, err)
		}
		if got, err := s.Get(t.Context(), "x"); err != nil || string(got) != prefix {
			t.Errorf("%q: got %q, %v", prefix, got, err)
		}
	}
}

func TestListOfSeveralPages(t *testing.T) {
	s := mustOpen(t, config(serve(t, faked(t))+"/p"))
	const files = 2345 // a page has 1000
	for i := range files {
		plant(t, s, fmt.Sprintf("file %d", i), nil)
	}
	entries, err := s.List(t.Context())
	if err != nil || len(entries) != files {
		t.Errorf("listed %d of %d, %v", len(entries), files, err)
	}
}
