package googledrive

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

const (
	sam  = "sam@example.com"
	alex = "alex@example.com"
)

// A world is a Drive with two people. When its test ends, all that was said is compared with
// Google's own description of the API.
type world struct {
	cloud  *fakecloud.Cloud
	google *oauth.Server
	drive  *drive.Server
}

func newWorld(t testing.TB) *world {
	cloud := fakecloud.Start(t)
	google := oauth.New(cloud, oauth.Google(oauth.Client{ID: "wallet", Secret: "not confidential"}), oauth.Account{Email: sam, Name: "Sam"}, oauth.Account{Email: alex})
	t.Cleanup(func() { checkContract(t, cloud) })
	return &world{cloud, google, drive.New(cloud, google)}
}

// open opens the place as one more computer.
func (w *world) open(t testing.TB, c Config) *Store {
	t.Helper()
	c.HTTP = w.google.Client(sam, Scope, HiddenScope)
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s.pause = time.Millisecond
	return s
}

// id returns the id of the only file of that name.
func (w *world) id(t testing.TB, name string) string {
	t.Helper()
	for _, f := range w.drive.Files(sam) {
		if f.Name == name {
			return f.ID
		}
	}
	t.Fatalf("no file %q in the Drive", name)
	return ""
}

// The fake's forms are checked against drive-api.json; what it does is after Google's pages.
var column = storetest.Column{
	Place: "Google Drive", Peer: "contract fake", Judge: "rclone, drive-api.json", Level: storetest.Documentation,
	But: map[string]storetest.Level{
		"round trip": storetest.Specification, "every byte value and size": storetest.Specification,
		"deleted": storetest.Specification, "nothing there": storetest.Specification,
		"list of many": storetest.Specification, "refused names": storetest.Specification,
	},
	Without: map[string]string{"interrupted create": "an upload that dies is no file; see TestOneFaultLarge"},
}

func TestSuite(t *testing.T) {
	for name, c := range map[string]Config{"visible": {Create: true}, "hidden": {Hidden: true}} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, column, func(t *testing.T) storetest.Place {
				w := newWorld(t)
				w.drive.Page(40)
				return w.place(t, c)
			})
		})
	}
}

func (w *world) place(t *testing.T, c Config) storetest.Place {
	first := w.open(t, c)
	beside := func(t testing.TB) string { // a file of the folder, which says where that is
		t.Helper()
		if err := first.Create(t.Context(), "beside", nil); err != nil && !errors.Is(err, store.ErrExists) {
			t.Fatal(err)
		}
		return w.id(t, "beside")
	}
	return storetest.Place{
		Open: func(t testing.TB) store.Store { return w.openRenewing(t, c) },
		Plant: func(t testing.TB, name string, data []byte) {
			w.drive.Plant(sam, beside(t), name, data, time.Now().Add(-time.Second)) // before an upload begun now
		},
		Lose: func(t testing.TB, arrives bool, meanwhile func()) {
			beside(t)
			w.cloud.Fail(fakecloud.Fault{Path: uploads, Match: lastRequest, Do: meanwhile, Lost: arrives, Drop: !arrives})
		},
		Expire: func(_ testing.TB, came func()) {
			w.cloud.Fail(fakecloud.Fault{Path: uploads, Do: func() { w.google.Expire(); came() }})
		},
		SignOut: func(testing.TB) func() {
			w.cloud.Fail(fakecloud.Fault{Path: uploads, Do: func() { w.google.Disconnect(sam) }})
			return func() {}
		},
		Fill: func(testing.TB) func() {
			w.drive.Limit(1)
			return func() { w.drive.Limit(1 << 30) }
		},
	}
}

// lastRequest tells whether r is the request of an upload that stores the file.
func lastRequest(r *http.Request) bool {
	if r.URL.Query().Get("uploadType") == "multipart" {
		return true
	}
	var first, last, total int
	n, _ := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &total)
	return n == 3 && last+1 == total
}

// openRenewing opens the place as one more computer, with a sign-in that renews its token.
func (w *world) openRenewing(t testing.TB, c Config) *Store {
	t.Helper()
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, w.cloud.Client())
	app := oauth2.Config{ClientID: "wallet", ClientSecret: "not confidential", Endpoint: oauth2.Endpoint{TokenURL: "https://oauth2.googleapis.com/token", AuthStyle: oauth2.AuthStyleInParams}}
	token := oauth2.Token{RefreshToken: w.google.Issue(sam, Scope, HiddenScope).Refresh}
	c.HTTP = &http.Client{Transport: &storetest.Bearer{Base: w.cloud.Transport(), SignIn: func() (string, error) {
		renewed, err := app.TokenSource(ctx, &token).Token()
		if err != nil {
			return "", err
		}
		return renewed.AccessToken, nil
	}}}
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s.pause = time.Millisecond
	return s
}
