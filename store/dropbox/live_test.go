//go:build live

package dropbox

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// TestLive runs the suite on a real account:
//
//	CLOUDSEED_LIVE_DROPBOX=token.txt go test -tags live -run Live -timeout 1h ./store/dropbox
//
// The file holds an access token with the scopes of this package, good for four hours; the
// app console makes one ("Generated access token"). The app folder must be empty; use an app
// and an account that exist for this.
func TestLive(t *testing.T) {
	path := os.Getenv("CLOUDSEED_LIVE_DROPBOX")
	if path == "" {
		t.Skip("CLOUDSEED_LIVE_DROPBOX does not name a file with a token")
	}
	token, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: strings.TrimSpace(string(token))})
	open := func(t testing.TB) store.Store {
		s, err := Open(t.Context(), Config{HTTP: &http.Client{Transport: &oauth2.Transport{Source: source}}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	storetest.Run(t, storetest.Live("Dropbox"), func(t *testing.T) storetest.Place {
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
