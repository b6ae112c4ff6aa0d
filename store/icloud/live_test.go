//go:build live

package icloud

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// file is a Keeper in one file.
type file struct{ path string }

func (f file) Load(string) ([]byte, error) {
	token, err := os.ReadFile(f.path)
	if token = bytes.TrimSpace(token); err == nil && len(token) == 0 {
		err = fs.ErrNotExist
	}
	return token, err
}

func (f file) Save(_ string, token []byte) error { return os.WriteFile(f.path, token, 0o600) }

// TestLive runs the suite against Apple's own service:
//
//	CLOUDSEED_LIVE_ICLOUD=iCloud.org.example.test CLOUDSEED_LIVE_ICLOUD_API_TOKEN_FILE=api \
//	CLOUDSEED_LIVE_ICLOUD_TOKEN_FILE=token go test -tags live -run Live ./store/icloud
//
// The container is one for tests, in the development environment: everything in its zone is
// deleted. Without a good token the test says where to sign in; the value of ckWebAuthToken,
// decoded, then goes into the token file. All handles share that session and take turns.
func TestLive(t *testing.T) {
	container := os.Getenv("CLOUDSEED_LIVE_ICLOUD")
	if container == "" {
		t.Skip("CLOUDSEED_LIVE_ICLOUD does not name a container")
	}
	api, err := os.ReadFile(os.Getenv("CLOUDSEED_LIVE_ICLOUD_API_TOKEN_FILE"))
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Container: container, Environment: "development", APIToken: secret.New(bytes.TrimSpace(api)), Create: true,
		Keeper: file{os.Getenv("CLOUDSEED_LIVE_ICLOUD_TOKEN_FILE")},
	}
	storetest.Run(t, storetest.Live("iCloud"), func(t *testing.T) storetest.Place {
		s, err := Open(t.Context(), c)
		if err != nil {
			showSignIn(t, err)
		}
		entries, err := s.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if err := s.Delete(t.Context(), e.Name); err != nil {
				t.Fatal(err)
			}
		}
		return storetest.Place{Atomic: true, Open: func(t testing.TB) store.Store {
			s, err := Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}}
	})
}

// showSignIn ends the test with what the person has to do.
func showSignIn(t *testing.T, err error) {
	var s *SignIn
	if errors.As(err, &s) {
		t.Fatalf("sign in at %s", s.URL)
	}
	t.Fatal(err)
}
