package onedrive

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/graph"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

const sam = "sam@example.com"

// A world is a OneDrive and the sign-in to it.
type world struct {
	*fakecloud.Cloud
	drive     *graph.Drive
	microsoft *oauth.Server
}

func newWorld(t testing.TB) *world {
	cloud := fakecloud.Start(t)
	microsoft := oauth.New(cloud, oauth.Microsoft(oauth.Client{ID: "app", Redirects: []string{"http://localhost"}}), oauth.Account{Email: sam}, oauth.Account{Email: "other@example.com"})
	return &world{cloud, graph.New(cloud, microsoft, sam), microsoft}
}

// open signs in as another computer would.
func (w *world) open(t testing.TB) *Store {
	t.Helper()
	s, err := w.tryOpen(t, graph.AppFolder)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) tryOpen(t testing.TB, scopes ...string) (*Store, error) {
	s, err := Open(t.Context(), Config{HTTP: w.microsoft.Client(sam, scopes...), Plain: w.Client()})
	if err != nil {
		return nil, err
	}
	s.pause = time.Millisecond
	return s, nil
}

var column = storetest.Column{
	Place: "OneDrive", Peer: "contract fake", Judge: "rclone", Level: storetest.Documentation,
	But: map[string]storetest.Level{
		"concurrent creators":      storetest.Assumed, // the documentation has one after the other
		"another computer sees it": storetest.Assumed, // that a listing shows it at once
	},
	Without: map[string]string{"two files of one name": "OneDrive holds one"},
}

func TestSuite(t *testing.T) {
	for _, reserve := range []bool{false, true} {
		t.Run(map[bool]string{false: "personal", true: "work and school"}[reserve], func(t *testing.T) {
			storetest.Run(t, column, func(t *testing.T) storetest.Place {
				w := newWorld(t)
				w.drive.Reserve = reserve
				return w.place()
			})
		})
	}
}

func (w *world) place() storetest.Place {
	begins := func(r *http.Request) bool { // an upload
		return r.Method == "PUT" && isContent(r) || strings.HasSuffix(r.URL.Path, "/createUploadSession")
	}
	return storetest.Place{
		Open:   func(t testing.TB) store.Store { return w.renewing(t) },
		Atomic: true,
		Plant:  func(_ testing.TB, name string, data []byte) { w.drive.Put(name, data) },
		Interrupt: func(t testing.TB, name string, data []byte) { // an upload session without its bytes
			if _, err := w.open(t).session(t.Context(), name, data); err != nil {
				t.Fatal(err)
			}
			if w.drive.Reserve { // until the session is over: see TestReservedName
				w.Skip(25 * time.Hour)
			}
		},
		Lose: func(_ testing.TB, arrives bool, meanwhile func()) {
			w.Fail(fakecloud.Fault{Method: "PUT", Do: meanwhile, Lost: arrives, Drop: !arrives})
		},
		Expire: func(_ testing.TB, came func()) {
			w.Fail(fakecloud.Fault{Match: begins, Do: func() { w.microsoft.Expire(); came() }})
		},
		SignOut: func(testing.TB) func() {
			w.Fail(fakecloud.Fault{Match: begins, Do: func() { w.microsoft.Disconnect(sam) }})
			return func() {}
		},
		Fill: func(testing.TB) func() {
			w.drive.Capacity = 1
			return func() { w.drive.Capacity = 1 << 30 }
		},
	}
}

// renewing opens the place with a sign-in that renews its token, which Microsoft replaces.
func (w *world) renewing(t testing.TB) *Store {
	t.Helper()
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, w.Client())
	app := oauth2.Config{ClientID: "app", Endpoint: oauth2.Endpoint{TokenURL: "https://login.microsoftonline.com/common/oauth2/v2.0/token", AuthStyle: oauth2.AuthStyleInParams}}
	token := &oauth2.Token{RefreshToken: w.microsoft.Issue(sam, graph.AppFolder).Refresh}
	client := &http.Client{Transport: &storetest.Bearer{Base: w.Cloud.Transport(), SignIn: func() (string, error) {
		renewed, err := app.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		if err != nil {
			return "", err
		}
		token = renewed
		return token.AccessToken, nil
	}}}
	s, err := Open(t.Context(), Config{HTTP: client, Plain: w.Client()})
	if err != nil {
		t.Fatal(err)
	}
	s.pause = time.Millisecond
	return s
}

// Without the look before, the service alone decides who was first.
func TestServiceDecides(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	for _, size := range []int{10, simpleSize + 1} {
		name := fmt.Sprint("file ", size)
		w.Fail(fakecloud.Fault{Method: http.MethodPut, Do: func() { w.drive.Put(name, []byte("faster")) }})
		if err := s.Create(t.Context(), name, make([]byte, size)); !errors.Is(err, store.ErrExists) {
			t.Errorf("%d bytes: %v", size, err)
		}
		if got := w.drive.Stored()[name]; string(got) != "faster" {
			t.Errorf("%d bytes: the first file is lost", size)
		}
	}
}

func TestServiceForgetsFail(t *testing.T) {
	w := newWorld(t)
	w.drive.Break(graph.FailsOnConflict)
	s := w.open(t)
	w.drive.Put("there", []byte("older"))
	if err := s.Create(t.Context(), "there", []byte("x")); !errors.Is(err, store.ErrExists) || string(w.drive.Stored()["there"]) != "older" {
		t.Errorf("%v, %q", err, w.drive.Stored())
	}
	w.Fail(fakecloud.Fault{Method: http.MethodPut, Do: func() { w.drive.Put("overtaken", []byte("faster")) }})
	if err := s.Create(t.Context(), "overtaken", []byte("x")); !errors.Is(err, store.ErrRefused) {
		t.Errorf("a replacement was taken for success: %v", err)
	}
}

// The token goes to graph.microsoft.com only, also when the transport signs all it sends.
func TestTokenStaysHome(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	large := bytes.Repeat([]byte("large "), 1e6)
	if err := s.Create(t.Context(), "large", large); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), "large"); err != nil || !bytes.Equal(got, large) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	hosts := map[string]int{}
	for _, e := range w.Exchanges() {
		hosts[e.Host]++
		if signed := e.Header.Get("Authorization") != ""; signed != (e.Host == "graph.microsoft.com") {
			t.Errorf("%s %s%s: signed is %v", e.Method, e.Host, e.URL.Path, signed)
		}
	}
	if len(hosts) != 3 {
		t.Errorf("asked: %v", hosts)
	}
}

func TestRedirectsElsewhere(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.drive.Put("a", []byte("x"))
	for _, to := range []string{"http://by3301.files.1drv.com/y23/secret", "/relative/secret", "", "ftp://host/secret", "https://user@host/secret", "https:///secret", "https://host/%zzsecret"} {
		w.Fail(fakecloud.Fault{Match: isContent, Status: 302, Header: http.Header{"Location": {to}}})
		_, err := s.Get(t.Context(), "a")
		if !errors.Is(err, store.ErrRefused) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", to, err)
		}
	}
	w.Fail(fakecloud.Fault{Host: "by3301.files.1drv.com", Status: 302, Header: http.Header{"Location": {"https://graph.microsoft.com/secret"}}})
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, store.ErrRefused) || strings.Contains(err.Error(), "secret") {
		t.Errorf("a redirect of the other host: %v", err)
	}
	if len(w.Refused()) > 0 {
		t.Errorf("asked elsewhere: %v", w.Refused())
	}
}

// Microsoft has announced for beta that content comes without a redirect.
func TestWithoutRedirect(t *testing.T) {
	w := newWorld(t)
	w.drive.Break(graph.Redirects)
	w.drive.Put("a", []byte("stored"))
	s := w.open(t)
	if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "stored" {
		t.Errorf("got %q, %v", got, err)
	}
	w.Fail(fakecloud.Fault{Match: isContent, Change: func(b []byte) []byte { b[0]++; return b }})
	if got, err := s.Get(t.Context(), "a"); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("damaged: %q, %v", got, err)
	}
}

// A file that is removed between the look and the download is not there.
func TestRemovedMeanwhile(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.drive.Put("a", []byte("x"))
	w.Fail(fakecloud.Fault{Match: isContent, Do: func() { w.open(t).Delete(t.Context(), "a") }})
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("before the redirect: %v", err)
	}
	w.drive.Put("a", []byte("x"))
	w.Fail(fakecloud.Fault{Host: "by3301.files.1drv.com", Do: func() { w.open(t).Delete(t.Context(), "a") }})
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after it: %v", err)
	}
}

func isContent(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/content") }

// An address that gives out bytes is a secret as long as it is good.
func TestErrorsHideAddresses(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.drive.Put("a", []byte("x"))
	w.Fail(fakecloud.Fault{Host: "by3301.files.1drv.com", Drop: true, Times: -1}, fakecloud.Fault{Host: "sn3302.up.1drv.com", Drop: true, Times: -1})
	_, err := s.Get(t.Context(), "a")
	for _, err := range []error{err, s.Create(t.Context(), "b", make([]byte, simpleSize+1))} {
		if !errors.Is(err, store.ErrOffline) || strings.Contains(err.Error(), "1drv.com") {
			t.Errorf("%v", err)
		}
	}
}

func TestLinksExpire(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.drive.Put("a", []byte("x"))
	w.Fail(fakecloud.Fault{Host: "by3301.files.1drv.com", Do: func() { w.Skip(10 * time.Minute) }})
	if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "x" {
		t.Errorf("after an old address: %q, %v", got, err)
	}
	w.Fail(fakecloud.Fault{Host: "by3301.files.1drv.com", Status: 401, Times: -1})
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, store.ErrOffline) { // not signed out
		t.Errorf("got %v", err)
	}
}

func TestDamagedBodies(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.drive.Put("a", bytes.Repeat([]byte("stored "), 100))
	for what, c := range map[string]struct {
		fault fakecloud.Fault
		want  error
	}{
		"cut short":  {fakecloud.Fault{Cut: 100}, store.ErrOffline},
		"shorter":    {fakecloud.Fault{Change: func(b []byte) []byte { return b[:100] }}, store.ErrCorrupt},
		"empty":      {fakecloud.Fault{Change: func(b []byte) []byte { return nil }}, store.ErrCorrupt},
		"longer":     {fakecloud.Fault{Change: func(b []byte) []byte { return append(b, 0) }}, store.ErrCorrupt},
		"other":      {fakecloud.Fault{Change: func(b []byte) []byte { b[50]++; return b }}, store.ErrCorrupt},
		"swapped":    {fakecloud.Fault{Change: func(b []byte) []byte { b[50], b[51] = b[51], b[50]; return b }}, store.ErrCorrupt},
		"compressed": {fakecloud.Fault{Status: 200, Header: http.Header{"Content-Encoding": {"gzip"}}, Body: "x"}, store.ErrCorrupt},
		"too much":   {fakecloud.Fault{Change: func(b []byte) []byte { return make([]byte, store.MaxSize+1) }}, store.ErrCorrupt},
	} {
		c.fault.Host, c.fault.Times = "by3301.files.1drv.com", -1
		w.Fail(c.fault)
		if data, err := s.Get(t.Context(), "a"); !errors.Is(err, c.want) || data != nil {
			t.Errorf("%s: %d bytes, %v", what, len(data), err)
		}
		w.Heal()
	}
}

func TestLostAnswers(t *testing.T) {
	for _, size := range []int{10, simpleSize + 1} {
		w := newWorld(t)
		s := w.open(t)
		data := bytes.Repeat([]byte{7}, size)
		w.Fail(fakecloud.Fault{Method: "PUT", Lost: true})
		if err := s.Create(t.Context(), "a", data); !errors.Is(err, store.ErrOffline) {
			t.Errorf("%d bytes: %v", size, err)
		}
		if got, err := s.Get(t.Context(), "a"); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes: after a lost answer: %d bytes, %v", size, len(got), err)
		}
		if err := s.Create(t.Context(), "a", data); !errors.Is(err, store.ErrExists) {
			t.Errorf("%d bytes: again: %v", size, err)
		}
		w.Fail(fakecloud.Fault{Method: "DELETE", Lost: true})
		if err := s.Delete(t.Context(), "a"); err != nil {
			t.Errorf("%d bytes: a delete is repeated: %v", size, err)
		}
		puts := 0
		for _, e := range w.Exchanges() {
			if e.Method == "PUT" {
				puts++
			}
		}
		if puts != 1 || len(w.drive.Stored()) != 0 {
			t.Errorf("%d bytes: %d uploads, left %v", size, puts, len(w.drive.Stored()))
		}
	}
}

func TestUploadSessions(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	data := make([]byte, simpleSize+1)
	w.Fail(fakecloud.Fault{Host: "sn3302.up.1drv.com", Do: func() { w.Skip(48 * time.Hour) }})
	if err := s.Create(t.Context(), "forgotten", data); !errors.Is(err, store.ErrSignedOut) { // the token is over too
		t.Errorf("token and session over: %v", err)
	}
	s = w.open(t)
	w.Fail(fakecloud.Fault{Host: "sn3302.up.1drv.com", Status: 404, Body: `{"error":{"code":"itemNotFound"}}`})
	if err := s.Create(t.Context(), "forgotten", data); err != nil {
		t.Errorf("a forgotten session: %v", err)
	}
	w.Fail(fakecloud.Fault{Host: "sn3302.up.1drv.com", Do: w.microsoft.Expire}) // the upload needs no token
	if err := s.Create(t.Context(), "token dies", data); err != nil {
		t.Errorf("a token that dies during the upload: %v", err)
	}
	if err := s.Create(t.Context(), "later", data); !errors.Is(err, store.ErrSignedOut) {
		t.Errorf("after that: %v", err)
	}
	s = w.open(t)
	w.Fail(fakecloud.Fault{Method: "POST", Do: w.microsoft.Expire})
	if err := s.Create(t.Context(), "between", data); !errors.Is(err, store.ErrSignedOut) || w.drive.Stored()["between"] != nil {
		t.Errorf("a token that dies before the upload: %v", err)
	}
	s = w.open(t)
	w.Fail(fakecloud.Fault{Method: "PUT", Do: w.microsoft.Expire})
	if err := s.Create(t.Context(), "small", nil); !errors.Is(err, store.ErrSignedOut) || w.drive.Stored()["small"] != nil {
		t.Errorf("a token that dies before a small upload: %v", err)
	}
}

// OneDrive for work and school reserves the name of an unfinished upload: that is not a
// file that is there.
func TestReservedName(t *testing.T) {
	w := newWorld(t)
	w.drive.Reserve = true
	s, data := w.open(t), make([]byte, simpleSize+1)
	w.Fail(fakecloud.Fault{Host: "sn3302.up.1drv.com", Drop: true}, fakecloud.Fault{Host: "sn3302.up.1drv.com", Drop: true})
	if err := s.Create(t.Context(), "a", data); !errors.Is(err, store.ErrOffline) {
		t.Errorf("lost: %v", err)
	}
	if err := s.Create(t.Context(), "a", data); !errors.Is(err, store.ErrBusy) {
		t.Errorf("reserved: %v", err)
	}
	w.Heal()
	w.Skip(25 * time.Hour)
	if err := w.open(t).Create(t.Context(), "a", data); err != nil {
		t.Errorf("a day later: %v", err)
	}
	w.Fail(fakecloud.Fault{Host: "sn3302.up.1drv.com", Drop: true})
	s = w.open(t)
	s.Create(t.Context(), "b", data)
	if err := s.Create(t.Context(), "b", data); err != nil {
		t.Errorf("the failed upload was not cancelled: %v", err)
	}
}

func TestFull(t *testing.T) {
	w := newWorld(t)
	w.drive.Capacity = 1000
	s := w.open(t)
	for _, size := range []int{1001, simpleSize + 1} {
		if err := s.Create(t.Context(), "a", make([]byte, size)); !errors.Is(err, store.ErrFull) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	w.Fail(fakecloud.Fault{Method: "PUT", Status: 413, Body: `{"error":{"code":"quotaLimitReached"}}`})
	if err := s.Create(t.Context(), "a", nil); !errors.Is(err, store.ErrFull) {
		t.Errorf("413: %v", err)
	}
	w.drive.Capacity = simpleSize + 10
	w.Fail(fakecloud.Fault{Host: "sn3302.up.1drv.com", Do: func() { w.drive.Put("other", make([]byte, 100)) }})
	if err := s.Create(t.Context(), "late", make([]byte, simpleSize+1)); !errors.Is(err, store.ErrFull) {
		t.Errorf("full during the upload: %v", err)
	}
	if len(w.drive.Stored()) != 1 {
		t.Errorf("left %v", w.drive.Stored())
	}
}

func TestCaseOfNames(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	if err := s.Create(t.Context(), "Wallet.age", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), "WALLET.AGE", []byte("y")); !errors.Is(err, store.ErrExists) {
		t.Errorf("create: %v", err)
	}
	if got, err := s.Get(t.Context(), "wallet.age"); err != nil || string(got) != "x" {
		t.Errorf("get: %q, %v", got, err)
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 1 || entries[0].Name != "Wallet.age" {
		t.Errorf("list: %v, %v", entries, err)
	}
	if err := s.Delete(t.Context(), "wallet.AGE"); err != nil || len(w.drive.Stored()) != 0 {
		t.Errorf("delete: %v, %v", err, w.drive.Stored())
	}
}

func TestForbiddenNames(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.Forget()
	for _, name := range []string{"CON", "nul", "com7", "LPT0", "~$a", "a_VTI_b", "Desktop.ini"} {
		_, err := s.Get(t.Context(), name)
		for _, err := range []error{err, s.Create(t.Context(), name, nil), s.Delete(t.Context(), name)} {
			if !errors.Is(err, store.ErrRefused) {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
	if len(w.Exchanges()) > 0 {
		t.Error("the service was asked")
	}
}

func TestFoldersAreNoFiles(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.drive.MakeFolder("folder")
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 0 {
		t.Errorf("list: %v, %v", entries, err)
	}
	if _, err := s.Get(t.Context(), "folder"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get: %v", err)
	}
	if err := s.Delete(t.Context(), "folder"); !errors.Is(err, store.ErrRefused) {
		t.Errorf("delete: %v", err)
	}
	if err := s.Create(t.Context(), "folder", nil); !errors.Is(err, store.ErrExists) {
		t.Errorf("create: %v", err)
	}
}

// A folder that is gone is not an empty one.
func TestFolderGone(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.drive.RemoveAppFolder()
	for what, err := range all(t, s) {
		if !errors.Is(err, store.ErrGone) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := w.open(t).Create(t.Context(), "a", nil); err != nil {
		t.Errorf("after opening again: %v", err)
	}
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

// What takes the place of a file between the look and the delete stays.
func TestDeleteOnlyWhatWasSeen(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.drive.Put("a", []byte("x"))
	w.Fail(fakecloud.Fault{Method: "DELETE", Do: func() { w.drive.Put("a", []byte("newer")) }})
	if err := s.Delete(t.Context(), "a"); err != nil || string(w.drive.Stored()["a"]) != "newer" {
		t.Errorf("%v, left %v", err, w.drive.Stored())
	}
}

func TestStoredOtherwise(t *testing.T) {
	for what, change := range map[string]func([]byte) []byte{
		"name": func(b []byte) []byte { return bytes.Replace(b, []byte(`"name":"a"`), []byte(`"name":"a 1"`), 1) },
		"size": func(b []byte) []byte { return bytes.Replace(b, []byte(`"size":3`), []byte(`"size":2`), 1) },
		"hash": func(b []byte) []byte {
			sum := quickXor([]byte("abc"))
			return bytes.Replace(b, []byte(base64.StdEncoding.EncodeToString(sum[:])), []byte("AAAAAAAAAAAAAAAAAAAAAAAAAAA="), 1)
		},
	} {
		w := newWorld(t)
		s := w.open(t)
		w.Fail(fakecloud.Fault{Method: "PUT", Change: change})
		if err := s.Create(t.Context(), "a", []byte("abc")); err == nil || len(w.drive.Stored()) != 0 {
			t.Errorf("another %s: %v, left %v", what, err, w.drive.Stored())
		}
	}
}

func TestListing(t *testing.T) {
	w := newWorld(t)
	w.drive.Page = 3
	s := w.open(t)
	for i := range 10 {
		w.drive.Put(fmt.Sprintf("file %d", i), nil)
	}
	isPage := func(r *http.Request) bool { return strings.Contains(r.URL.RawQuery, "skiptoken") }
	// A file that comes in front pushes another across the pages, one that goes hides one.
	w.Fail(fakecloud.Fault{Match: isPage, Do: func() { w.drive.Put("a new file", nil) }})
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 11 {
		t.Errorf("while one came: %d, %v", len(entries), err)
	}
	w.Fail(fakecloud.Fault{Match: isPage, Do: func() { s.Delete(t.Context(), "a new file") }})
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 10 {
		t.Errorf("while one went: %d, %v", len(entries), err)
	}
	n := 0
	w.Fail(fakecloud.Fault{Match: isPage, Times: -1, Do: func() { n++; w.drive.Put(fmt.Sprintf("z %d", n), nil) }})
	if _, err := s.List(t.Context()); !errors.Is(err, store.ErrBusy) {
		t.Errorf("while many came: %v", err)
	}
	w.Heal()
	for what, c := range map[string]struct {
		body string
		want error
	}{
		"goes elsewhere":  {`{"value":[],"@odata.nextLink":"https://thief.example/v1.0/me"}`, store.ErrRefused},
		"goes without":    {`{"value":[],"@odata.nextLink":"http://graph.microsoft.com/v1.0/me"}`, store.ErrRefused},
		"goes with user":  {`{"value":[],"@odata.nextLink":"https://a@graph.microsoft.com/v1.0/me"}`, store.ErrRefused},
		"goes in circles": {`{"value":[],"@odata.nextLink":"https://graph.microsoft.com/v1.0/me/drive/items/x/children"}`, store.ErrCorrupt},
		"no listing":      {`{}`, store.ErrCorrupt},
		"null":            {`{"value":null}`, store.ErrCorrupt},
		"an error in 200": {`{"error":{"code":"generalException"}}`, store.ErrCorrupt},
		"no JSON":         {`<html>sign in to this network</html>`, store.ErrCorrupt},
		"nothing":         {``, store.ErrCorrupt},
	} {
		w.Fail(fakecloud.Fault{Host: "graph.microsoft.com", Status: 200, Body: c.body, Times: -1})
		if entries, err := s.List(t.Context()); !errors.Is(err, c.want) || entries != nil {
			t.Errorf("a listing that %s: %v, %v", what, entries, err)
		}
		w.Heal()
	}
	w.Fail(fakecloud.Fault{Match: isPage, Cut: 20, Times: -1})
	if entries, err := s.List(t.Context()); !errors.Is(err, store.ErrOffline) || entries != nil {
		t.Errorf("a listing cut short: %v, %v", entries, err)
	}
	if slices.Contains(w.Refused(), "CONNECT thief.example:443") {
		t.Error("the token went to a thief")
	}
}

func TestOpen(t *testing.T) {
	w := newWorld(t)
	if _, err := Open(t.Context(), Config{}); !errors.Is(err, store.ErrSignedOut) {
		t.Errorf("nobody: %v", err)
	}
	if _, err := w.tryOpen(t, "User.Read"); !errors.Is(err, store.ErrConsent) {
		t.Errorf("without the scope: %v", err)
	}
	if s := w.open(t); s.String() != "onedrive Apps/Cloudseed" {
		t.Errorf("named %q", s)
	}
	other, err := Open(t.Context(), Config{HTTP: w.microsoft.Client("other@example.com", graph.AppFolder), Plain: w.Client()})
	if !errors.Is(err, store.ErrGone) {
		t.Errorf("an account without a drive: %v, %v", other, err)
	}
	s := w.open(t)
	w.microsoft.Disconnect(sam)
	for what, err := range all(t, s) {
		if !errors.Is(err, store.ErrSignedOut) {
			t.Errorf("%s after the app was disconnected: %v", what, err)
		}
	}
	for body, want := range map[string]error{`{}`: store.ErrCorrupt, `{"id":"1","name":"a","file":{}}`: store.ErrCorrupt, `null`: store.ErrCorrupt} {
		w.Fail(fakecloud.Fault{Status: 200, Body: body})
		if _, err := w.tryOpen(t, graph.AppFolder); !errors.Is(err, want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
