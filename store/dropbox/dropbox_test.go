package dropbox

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	fake "github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

const sam = "sam@example.com"

// A bench is a fake Dropbox at its production address, and an account.
type bench struct {
	cloud  *fakecloud.Cloud
	signIn *oauth.Server
	*fake.Server
}

func start(t testing.TB, off ...fake.Rule) *bench {
	cloud := fakecloud.Start(t)
	signIn := oauth.New(cloud, oauth.Dropbox(oauth.Client{ID: "wallet"}), oauth.Account{Email: sam})
	b := &bench{cloud: cloud, signIn: signIn, Server: fake.New(cloud, signIn)}
	b.Off(off...)
	t.Cleanup(func() {
		if refused := cloud.Refused(); len(refused) > 0 {
			t.Errorf("asked for elsewhere: %q", refused)
		}
	})
	return b
}

// open signs in and opens the place as another computer would.
func (b *bench) open(t testing.TB, scopes ...string) *Store {
	t.Helper()
	if scopes == nil {
		scopes = fake.Scopes
	}
	s, err := Open(t.Context(), Config{HTTP: b.signIn.Client(sam, scopes...)})
	if err != nil {
		t.Fatal(err)
	}
	s.pause = time.Millisecond
	return s
}

func TestSuite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Place {
		b := start(t)
		return storetest.Place{
			Open:   func(t testing.TB) store.Store { return b.open(t) },
			Atomic: true,
			Plant:  func(t testing.TB, name string, data []byte) { b.Put(sam, "/"+name, data) },
			// A writer that dies is an upload that ends early: Dropbox stores nothing of it.
			Interrupt: func(t testing.TB, name string, data []byte) { b.brokenUpload(t, name, data) },
		}
	})
}

// brokenUpload announces data and hangs up after half of it.
func (b *bench) brokenUpload(t testing.TB, name string, data []byte) {
	client := b.signIn.Client(sam, fake.Scopes...)
	r, _ := http.NewRequest("POST", "https://content.dropboxapi.com/2/files/upload", &half{strings.NewReader(string(data[:len(data)/2]))})
	r.ContentLength = int64(len(data))
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set("Dropbox-API-Arg", `{"path":"/`+name+`","mode":"add"}`)
	if resp, err := client.Do(r); err == nil {
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			t.Error("half an upload was taken")
		}
	}
}

type half struct{ *strings.Reader }

func (h *half) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if err != nil {
		return n, errors.New("the writer died")
	}
	return n, nil
}
