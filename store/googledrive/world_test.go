package googledrive

import (
	"errors"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/discovery"
	"github.com/cloudseed/cloudseed/store"
)

const uploads = "/upload/"

// started returns a place with one file "a" that holds "stored".
func started(t *testing.T) (*world, *Store) {
	w := newWorld(t)
	s := w.open(t, Config{Create: true})
	if err := s.Create(t.Context(), "a", []byte("stored")); err != nil {
		t.Fatal(err)
	}
	return w, s
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

func wantKind(t *testing.T, what string, err, kind error) *store.Error {
	t.Helper()
	var e *store.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Errorf("%s: got %v, want %v", what, err, kind)
		return &store.Error{}
	}
	return e
}

func wantFile(t *testing.T, s store.Store, name, want string) {
	t.Helper()
	if got, err := s.Get(t.Context(), name); err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v, want %q", name, got, err, want)
	}
}

// copies counts the files of that name in the Drive.
func (w *world) copies(name string) (n int) {
	for _, f := range w.drive.Files(sam) {
		if f.Name == name {
			n++
		}
	}
	return n
}

// checkContract compares all requests, and all answers of the fake, with Google's
// description. No token is in an address, and nobody else was asked.
func checkContract(t testing.TB, cloud *fakecloud.Cloud) {
	description, err := discovery.Drive()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range cloud.Exchanges() {
		for _, slip := range description.Check(e) {
			t.Error(slip)
		}
		if e.Host == "www.googleapis.com" && !strings.HasPrefix(e.Header.Get("Authorization"), "Bearer ") {
			t.Errorf("%s without a token", e.URL)
		}
		if strings.Contains(e.URL.String(), "access-") {
			t.Errorf("a token in an address: %s", e.URL)
		}
	}
	if refused := cloud.Refused(); len(refused) > 0 {
		t.Errorf("asked elsewhere: %q", refused)
	}
}

// The requests that the other tests do not send: large files, the hidden folder.
func TestContract(t *testing.T) {
	w, s := started(t)
	hidden := w.open(t, Config{Hidden: true})
	if err := s.Create(t.Context(), "large", make([]byte, 5<<20)); err != nil {
		t.Error(err)
	}
	for _, s := range []*Store{s, hidden} {
		for what, err := range all(t, s) {
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	chunks := 0
	for _, e := range w.cloud.Exchanges() {
		if e.URL.Query().Has("upload_id") {
			chunks++
		}
	}
	if chunks < 2 {
		t.Errorf("the large file went in %d chunks", chunks)
	}
}
