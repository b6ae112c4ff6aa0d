//go:build live

package onedrive

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// TestLive runs the suite on a real account:
//
//	CLOUDSEED_LIVE_ONEDRIVE=token.txt go test -tags live -run Live -timeout 1h ./store/onedrive
//
// The file holds an access token for Files.ReadWrite.AppFolder, good for an hour. The app
// folder must be empty; use an app and an account that exist for this.
func TestLive(t *testing.T) {
	path := os.Getenv("CLOUDSEED_LIVE_ONEDRIVE")
	if path == "" {
		t.Skip("CLOUDSEED_LIVE_ONEDRIVE does not name a file with a token")
	}
	token, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	open := func(t testing.TB) store.Store {
		s, err := Open(t.Context(), Config{HTTP: &http.Client{Transport: bearer(strings.TrimSpace(string(token)))}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	storetest.Run(t, storetest.Live("OneDrive"), func(t *testing.T) storetest.Place {
		s := open(t)
		if entries, err := s.List(t.Context()); err != nil || len(entries) > 0 {
			t.Fatalf("%s is not empty: %d files, %v", s, len(entries), err)
		}
		t.Cleanup(func() { empty(t, s) })
		return storetest.Place{Open: open, Atomic: true}
	})
}

func empty(t *testing.T, s store.Store) {
	ctx := context.WithoutCancel(t.Context()) // which has ended by now
	entries, err := s.List(ctx)
	for _, e := range entries {
		if err == nil {
			err = s.Delete(ctx, e.Name)
		}
	}
	if err != nil {
		t.Errorf("left behind: %v", err)
	}
}

// A bearer is a token that signs every request.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}
