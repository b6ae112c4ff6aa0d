package dropbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	fake "github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/store"
)

// relied are the rules of Dropbox that this package relies on, each with what would go wrong
// without it. TestRelied runs each on the fake as it is, where it must pass, and on one that
// does not keep the rule, where it must fail.
var relied = map[fake.Rule]func(t testing.TB, b *bench){
	fake.AddExclusive: func(t testing.TB, b *bench) {
		b.Put(sam, "/a", []byte("older"))
		wantKind(t, b.open(t).Create(t.Context(), "a", []byte("newer")), store.ErrExists)
		b.holds(t, "a", "older")
	},
	fake.StrictConflict: func(t testing.TB, b *bench) {
		b.Put(sam, "/a", []byte("same"))
		wantKind(t, b.open(t).Create(t.Context(), "a", []byte("same")), store.ErrExists)
	},
	fake.CaseFolded: func(t testing.TB, b *bench) { // known, and not taken for another file
		s := b.open(t)
		b.Put(sam, "/Case.age", []byte("x"))
		wantKind(t, s.Create(t.Context(), "case.age", nil), store.ErrExists)
		_, err := s.Get(t.Context(), "case.age")
		wantKind(t, err, store.ErrNotFound)
		wantKind(t, s.Delete(t.Context(), "case.age"), nil)
		b.holds(t, "Case.age", "x")
	},
	fake.HashChecked: func(t testing.TB, b *bench) {
		client := b.signIn.Client(sam, fake.Scopes...)
		client.Transport = &flipper{client.Transport}
		s, err := Open(t.Context(), Config{HTTP: client})
		if err != nil {
			t.Fatal(err)
		}
		wantKind(t, s.Create(t.Context(), "a", []byte("spoilt on the way")), store.ErrCorrupt)
		b.holds(t, "a", "")
	},
	fake.HashTold: func(t testing.TB, b *bench) {
		s := b.open(t)
		b.Put(sam, "/a", []byte("stored"))
		b.cloud.Fail(fakecloud.Fault{Path: "/2/files/download", Times: -1, Change: func(body []byte) []byte {
			return bytes.Replace(body, []byte("s"), []byte("S"), 1)
		}})
		_, err := s.Get(t.Context(), "a")
		wantKind(t, err, store.ErrCorrupt)
	},
	fake.QuotaChecked: func(t testing.TB, b *bench) {
		s := b.open(t)
		b.SetQuota(sam, 10)
		wantKind(t, s.Create(t.Context(), "a", make([]byte, 11)), store.ErrFull)
		wantKind(t, s.Create(t.Context(), "b", make([]byte, 10)), nil)
	},
	fake.TokensExpire: func(t testing.TB, b *bench) { // in the middle of an upload
		s := b.open(t)
		b.cloud.Fail(fakecloud.Fault{Path: "/2/files/upload", Do: b.signIn.Expire})
		wantKind(t, s.Create(t.Context(), "a", make([]byte, 5e6)), store.ErrSignedOut)
		if n := len(b.Files(sam)); n != 0 {
			t.Errorf("%d files are stored", n)
		}
	},
	fake.TokensKnown: func(t testing.TB, b *bench) {
		s := b.open(t)
		b.signIn.Disconnect(sam)
		for what, err := range all(t, s) {
			if !errors.Is(err, store.ErrSignedOut) {
				t.Errorf("%s: %v", what, err)
			}
		}
	},
	fake.ScopesChecked: func(t testing.TB, b *bench) {
		s := b.open(t, "files.metadata.read")
		_, err := s.Get(t.Context(), "a")
		wantKind(t, err, store.ErrConsent)
		wantKind(t, s.Create(t.Context(), "a", nil), store.ErrConsent)
		if _, err := Open(t.Context(), Config{HTTP: b.signIn.Client(sam, "files.content.read")}); !errors.Is(err, store.ErrConsent) {
			t.Errorf("open: %v", err)
		}
	},
	fake.CursorsReset: func(t testing.TB, b *bench) { // a listing begins again
		s := b.fill(t, 20)
		b.cloud.Fail(fakecloud.Fault{Path: "/2/files/list_folder/continue", After: 2, Do: func() {
			b.Remove(sam, "/file 00")
			b.Reset()
		}})
		wantListed(t, s, 19)
		if n := b.asked("/2/files/list_folder"); n != 2 {
			t.Errorf("the listing began %d times", n)
		}
	},
	fake.ChangesListed: func(t testing.TB, b *bench) {
		s := b.fill(t, 20)
		b.cloud.Fail(fakecloud.Fault{Path: "/2/files/list_folder/continue", After: 1, Do: func() {
			b.Put(sam, "/File 000", nil)
			b.Remove(sam, "/file 01")
			b.Remove(sam, "/file 02")
		}})
		wantListed(t, s, 19)
	},
	fake.DeleteByRev: func(t testing.TB, b *bench) { // a folder took the file's place in the last moment
		s := b.open(t)
		b.Put(sam, "/a", []byte("x"))
		b.cloud.Fail(fakecloud.Fault{Path: "/2/files/delete_v2", Do: func() {
			b.Remove(sam, "/a")
			b.Put(sam, "/a/photo", []byte("dear"))
		}})
		if err := s.Delete(t.Context(), "a"); err != nil {
			wantKind(t, err, store.ErrRefused)
		}
		b.holds(t, "a/photo", "dear")
	},
	fake.FoldersApart: func(t testing.TB, b *bench) {
		s := b.open(t)
		b.Put(sam, "/a/photo", []byte("dear"))
		_, err := s.Get(t.Context(), "a")
		wantKind(t, err, store.ErrNotFound)
		wantKind(t, s.Create(t.Context(), "a", nil), store.ErrExists)
		wantKind(t, s.Delete(t.Context(), "a"), store.ErrRefused)
		wantListed(t, s, 0)
		b.holds(t, "a/photo", "dear")
	},
}

// notRelied are the other rules: they refuse what this package never sends, or what it does
// right where they are not kept.
var notRelied = []fake.Rule{
	fake.ArgumentsKnown, fake.HeadersASCII, fake.TypesChecked, fake.PathsChecked, fake.UpdateByRev,
	fake.WritesLocked, fake.Paged, fake.MissingTold,
}

func TestRelied(t *testing.T) {
	for _, rule := range fake.Rules {
		check := relied[rule]
		if (check == nil) != slices.Contains(notRelied, rule) {
			t.Errorf("say whether this is relied upon: %s", rule)
		}
		if check == nil {
			continue
		}
		t.Run(string(rule), func(t *testing.T) {
			check(t, start(t))
			noticed := &recorder{TB: t}
			noticed.run(func() { check(noticed, start(t, rule)) })
			if noticed.said == 0 {
				t.Error("a Dropbox that does not keep this is not noticed")
			}
		})
	}
}

// fill opens a place with n files, listed in pages of 3.
func (b *bench) fill(t testing.TB, n int) *Store {
	b.Page = 3
	for i := range n {
		b.Put(sam, fmt.Sprintf("/file %02d", i), []byte{byte(i)})
	}
	s := b.open(t)
	b.cloud.Forget()
	return s
}

// asked counts requests.
func (b *bench) asked(path string) (n int) {
	for _, e := range b.cloud.Exchanges() {
		if e.URL.Path == path {
			n++
		}
	}
	return n
}

func (b *bench) holds(t testing.TB, name, data string) {
	t.Helper()
	if got := string(b.Files(sam)["/"+name]); got != data {
		t.Errorf("%s holds %q, want %q", name, got, data)
	}
}

func wantListed(t testing.TB, s *Store, n int) {
	t.Helper()
	entries, err := s.List(t.Context())
	if err != nil || len(entries) != n {
		t.Errorf("listed %d, %v; want %d: %v", len(entries), err, n, entries)
	}
}

func wantKind(t testing.TB, err, kind error) {
	t.Helper()
	var e *store.Error
	if err == nil && kind == nil {
		return
	}
	if !errors.As(err, &e) || e.Kind != kind {
		t.Errorf("got %v, want %v", err, kind)
	}
}

// all calls every method and returns the errors.
func all(t testing.TB, s store.Store) map[string]error {
	_, getErr := s.Get(t.Context(), "a")
	_, listErr := s.List(t.Context())
	return map[string]error{
		"create": s.Create(t.Context(), "b", []byte("x")), "get": getErr,
		"list": listErr, "delete": s.Delete(t.Context(), "a"),
	}
}

// A flipper is a network that changes the first byte of every upload.
type flipper struct{ next http.RoundTripper }

func (f *flipper) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/2/files/upload" {
		body, err := io.ReadAll(r.Body)
		if err != nil || len(body) == 0 {
			return nil, fmt.Errorf("%d bytes, %w", len(body), err)
		}
		body[0] ^= 1
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return f.next.RoundTrip(r)
}

// A recorder is a test that is expected to fail.
type recorder struct {
	testing.TB
	said int
}

type stopped struct{}

func (r *recorder) run(f func()) {
	defer func() {
		if p := recover(); p != nil && p != (stopped{}) {
			panic(p)
		}
	}()
	f()
}

func (r *recorder) Errorf(string, ...any) { r.said++ }
func (r *recorder) Fatal(...any)          { r.said++; panic(stopped{}) }
