package googledrive

import (
	"errors"
	"testing"
	"time"

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

func TestSuite(t *testing.T) {
	for name, c := range map[string]Config{"visible": {Create: true}, "hidden": {Hidden: true}} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) storetest.Place {
				w := newWorld(t)
				w.drive.Page(40)
				first := w.open(t, c)
				return storetest.Place{
					Open: func(t testing.TB) store.Store { return w.open(t, c) },
					Plant: func(t testing.TB, name string, data []byte) {
						if err := first.Create(t.Context(), "beside", nil); err != nil && !errors.Is(err, store.ErrExists) {
							t.Fatal(err)
						}
						w.drive.Plant(sam, w.id(t, "beside"), name, data, time.Now())
					},
				}
			})
		})
	}
}
