package dropbox

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

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

// The fake is made after the Stone specification; rclone, which never races, has judged it.
var column = storetest.Column{
	Place: "Dropbox", Peer: "contract fake", Judge: "rclone", Level: storetest.Specification,
	But: map[string]storetest.Level{
		"concurrent creators":        storetest.Assumed, // the specification has one after the other
		"another computer sees it":   storetest.Assumed, // that a listing shows it at once
		"odd names":                  storetest.Documentation,
		"token expires in an upload": storetest.Documentation,
	},
	Without: map[string]string{"two files of one name": "Dropbox holds one"},
}

func TestSuite(t *testing.T) {
	storetest.Run(t, column, func(t *testing.T) storetest.Place {
		b := start(t)
		return storetest.Place{
			Open:   func(t testing.TB) store.Store { return b.renewing(t) },
			Atomic: true,
			Plant:  func(t testing.TB, name string, data []byte) { b.Put(sam, "/"+name, data) },
			// A writer that dies is an upload that ends early: Dropbox stores nothing of it.
			Interrupt: func(t testing.TB, name string, data []byte) { b.brokenUpload(t, name, data) },
			Lose: func(_ testing.TB, arrives bool, meanwhile func()) {
				b.cloud.Fail(fakecloud.Fault{Path: "/2/files/upload", Do: meanwhile, Lost: arrives, Drop: !arrives})
			},
			Expire: func(_ testing.TB, came func()) {
				b.cloud.Fail(fakecloud.Fault{Path: "/2/files/upload", Do: func() { b.signIn.Expire(); came() }})
			},
			SignOut: func(testing.TB) func() {
				b.cloud.Fail(fakecloud.Fault{Path: "/2/files/upload", Do: func() { b.signIn.Disconnect(sam) }})
				return func() {}
			},
			Fill: func(testing.TB) func() {
				b.SetQuota(sam, 1)
				return func() { b.SetQuota(sam, 1<<30) }
			},
		}
	})
}

// renewing opens the place with a sign-in that renews its token.
func (b *bench) renewing(t testing.TB) *Store {
	t.Helper()
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, b.cloud.Client())
	token := oauth2.Token{RefreshToken: b.signIn.Issue(sam, fake.Scopes...).Refresh}
	client := &http.Client{Transport: &storetest.Bearer{Base: b.cloud.Transport(), SignIn: func() (string, error) {
		renewed, err := app.TokenSource(ctx, &token).Token()
		if err != nil {
			return "", err
		}
		return renewed.AccessToken, nil
	}}}
	s, err := Open(t.Context(), Config{HTTP: client})
	if err != nil {
		t.Fatal(err)
	}
	s.pause = time.Millisecond
	return s
}

var app = oauth2.Config{
	ClientID: "wallet",
	Endpoint: oauth2.Endpoint{TokenURL: "https://api.dropboxapi.com/oauth2/token", AuthStyle: oauth2.AuthStyleInParams},
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
