//go:build live

package googledrive

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
//	CLOUDSEED_LIVE_GDRIVE=token.txt go test -tags live -run Live -timeout 1h ./store/googledrive
//
// The file holds an access token with the scope drive.file, good for an hour, however it was
// made. Files go into the folder "Cloudseed live test", which must be empty; it stays.
func TestLive(t *testing.T) {
	path := os.Getenv("CLOUDSEED_LIVE_GDRIVE")
	if path == "" {
		t.Skip("CLOUDSEED_LIVE_GDRIVE does not name a file with a token")
	}
	token, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: strings.TrimSpace(string(token))})
	open := func(t testing.TB) store.Store {
		client := &http.Client{Transport: &oauth2.Transport{Source: source}}
		s, err := Open(t.Context(), Config{HTTP: client, Folder: "Cloudseed live test", Create: true})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	storetest.Run(t, storetest.Live("Google Drive"), func(t *testing.T) storetest.Place {
		s := open(t)
		if entries, err := s.List(t.Context()); err != nil || len(entries) > 0 {
			t.Fatalf("%s is not empty: %d files, %v", s, len(entries), err)
		}
		t.Cleanup(func() { empty(t, s) })
		return storetest.Place{Open: open}
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
