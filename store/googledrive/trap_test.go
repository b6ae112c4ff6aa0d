package googledrive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	gdrive "google.golang.org/api/drive/v3"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/discovery"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
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

func TestRefusals(t *testing.T) {
	w, s := started(t)
	for _, c := range []struct {
		drive.Refusal
		want error
	}{
		{drive.Unauthorized, store.ErrSignedOut},
		{drive.RateLimit, store.ErrBusy}, {drive.UserRateLimit, store.ErrBusy}, {drive.DailyLimit, store.ErrBusy},
		{drive.TooManyNow, store.ErrBusy}, {drive.Unavailable, store.ErrBusy},
		{drive.Full, store.ErrFull}, {drive.TooManyInside, store.ErrFull},
		{drive.NoScope, store.ErrConsent}, {drive.NoSpaceScope, store.ErrConsent},
		{drive.NotEnabled, store.ErrRefused}, {drive.Forbidden, store.ErrRefused},
		{drive.Broken, store.ErrOffline}, {drive.Refusal{Status: 502}, store.ErrOffline}, {drive.Refusal{Status: 408}, store.ErrOffline},
		{drive.Refusal{Status: 400, Reason: "invalid"}, store.ErrRefused}, {drive.Refusal{Status: 302}, store.ErrRefused},
	} {
		fault := drive.Fault("", c.Refusal)
		fault.Times = -1
		w.cloud.Fail(fault)
		for what, err := range all(t, s) {
			wantKind(t, fmt.Sprint(c.Status, " ", c.Reason, ": ", what), err, c.want)
		}
		w.cloud.Heal()
	}
	wantFile(t, s, "a", "stored")
}

// Answers that are not Google's JSON, of a proxy for example.
func TestForeignAnswers(t *testing.T) {
	w, s := started(t)
	for _, c := range []struct {
		status int
		body   string
		want   error
	}{
		{403, "<html>blocked", store.ErrRefused}, {403, `{"error":"x"}`, store.ErrRefused}, {407, "", store.ErrRefused},
		{500, "<html>", store.ErrOffline}, {200, "<html>log in to this hotel", store.ErrOffline}, {200, "", store.ErrOffline},
	} {
		w.cloud.Fail(fakecloud.Fault{Status: c.status, Body: c.body, Times: -1})
		for what, err := range all(t, s) {
			wantKind(t, fmt.Sprint(c.status, " ", c.body, ": ", what), err, c.want)
		}
		w.cloud.Heal()
	}
}

func TestWaits(t *testing.T) {
	w, s := started(t)
	soon := w.cloud.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	for value, want := range map[string]time.Duration{"120": 2 * time.Minute, "9999999": 24 * time.Hour, soon: 90 * time.Second, "-1": 0, "": 0} {
		fault := drive.Fault("", drive.TooManyNow)
		fault.Times, fault.Header = -1, http.Header{"Retry-After": {value}}
		w.cloud.Fail(fault)
		_, err := s.List(t.Context())
		e := wantKind(t, value, err, store.ErrBusy)
		if off := e.After - want; off < -3*time.Second || off > 3*time.Second {
			t.Errorf("Retry-After %q: wait %v, want %v", value, e.After, want)
		}
		w.cloud.Heal()
	}
	fault := drive.Fault("", drive.TooManyNow)
	fault.Header = http.Header{"Retry-After": {"1"}}
	w.cloud.Fail(fault)
	start := time.Now()
	if _, err := s.List(t.Context()); err != nil || time.Since(start) < time.Second {
		t.Errorf("a wait of a second: %v after %v", err, time.Since(start))
	}
}

// Each request of each method fails once in each way, and comes to a good end: one copy.
func TestOneFault(t *testing.T) {
	for what, fault := range map[string]fakecloud.Fault{
		"dropped": {Drop: true}, "lost": {Lost: true}, "cut": {Cut: 1}, "500": {Status: 500}, "503": {Status: 503},
		"rate": drive.Fault("", drive.UserRateLimit),
	} {
		for after := range 8 {
			w, s := started(t)
			fault.After = after
			w.cloud.Fail(fault)
			if err := s.Create(t.Context(), "b", []byte("new")); err != nil {
				t.Errorf("%s, request %d: create: %v", what, after, err)
			}
			wantFile(t, s, "b", "new")
			if err := s.Delete(t.Context(), "a"); err != nil {
				t.Errorf("%s, request %d: delete: %v", what, after, err)
			}
			w.cloud.Heal()
			if w.copies("b") != 1 || w.copies("a") != 0 {
				t.Errorf("%s, request %d: %d copies of b, %d of a", what, after, w.copies("b"), w.copies("a"))
			}
		}
	}
}

// The same for a file that is sent in chunks.
func TestOneFaultLarge(t *testing.T) {
	large := bytes.Repeat([]byte("large"), 1<<20)
	for what, fault := range map[string]fakecloud.Fault{"dropped": {Drop: true}, "lost": {Lost: true}, "503": {Status: 503}} {
		for after := range 5 {
			w, s := started(t)
			fault.After = after
			w.cloud.Fail(fault)
			if err := s.Create(t.Context(), "b", large); err != nil {
				t.Errorf("%s, request %d: %v", what, after, err)
			}
			if got, err := s.Get(t.Context(), "b"); err != nil || !bytes.Equal(got, large) || w.copies("b") != 1 {
				t.Errorf("%s, request %d: %d bytes, %v, %d copies", what, after, len(got), err, w.copies("b"))
			}
		}
	}
}

// No answer ever comes: it is not known what is stored, but it is stored once at most.
func TestAnswersAlwaysLost(t *testing.T) {
	w, s := started(t)
	w.cloud.Fail(fakecloud.Fault{Path: uploads, Lost: true, Times: -1})
	wantKind(t, "create", s.Create(t.Context(), "b", []byte("x")), store.ErrOffline)
	if got := w.copies("b"); got != 1 {
		t.Errorf("%d copies", got)
	}
	w.cloud.Heal()
	wantKind(t, "again", s.Create(t.Context(), "b", []byte("x")), store.ErrExists)
	wantFile(t, w.open(t, Config{}), "b", "x")
}

// Another device is faster, between the look and the upload.
func TestOvertaken(t *testing.T) {
	w, s := started(t)
	w.cloud.Fail(fakecloud.Fault{Path: uploads, Do: func() {
		w.drive.Plant(sam, w.id(t, "a"), "b", []byte("faster"), time.Now().Add(-time.Second))
	}})
	wantKind(t, "create", s.Create(t.Context(), "b", []byte("slower")), store.ErrExists)
	wantFile(t, s, "b", "faster")
	if got := w.copies("b"); got != 1 {
		t.Errorf("%d copies: the loser left its own", got)
	}
	w.cloud.Fail(fakecloud.Fault{Path: uploads, Do: func() {
		w.drive.Plant(sam, w.id(t, "a"), "c", []byte("slower"), time.Now().Add(time.Minute))
	}})
	if err := s.Create(t.Context(), "c", []byte("faster")); err != nil {
		t.Errorf("create: %v", err)
	}
	wantFile(t, w.open(t, Config{}), "c", "faster")
}

func TestForks(t *testing.T) {
	w, s := started(t)
	now := time.Now()
	w.drive.Plant(sam, w.id(t, "a"), "a", []byte("newer"), now.Add(time.Hour))
	w.drive.Plant(sam, w.id(t, "a"), "twin", []byte("same"), now)
	w.drive.Plant(sam, w.id(t, "a"), "twin", []byte("same"), now)
	lower := min(w.drive.Plant(sam, w.id(t, "a"), "tie", []byte("?"), now), w.drive.Plant(sam, w.id(t, "a"), "tie", []byte("?"), now))
	w.drive.Damage(sam, lower, func([]byte) []byte { return []byte("?") })
	if forks, err := s.Forks(t.Context()); err != nil || !slices.Equal(forks, []string{"a"}) {
		t.Errorf("forks: %q, %v", forks, err)
	}
	entries, err := s.List(t.Context())
	if err != nil || len(entries) != 3 || entries[0].Name != "a" || entries[0].Size != int64(len("stored")) {
		t.Errorf("listed %v, %v", entries, err)
	}
	for range 3 {
		wantFile(t, w.open(t, Config{}), "a", "stored")
	}
	if files, _, err := s.named(t.Context(), "get", "tie"); err != nil || files[0].Id != lower {
		t.Errorf("of two equally old files the higher id counts")
	}
	wantKind(t, "create", s.Create(t.Context(), "a", []byte("x")), store.ErrExists)
	if err := s.Delete(t.Context(), "a"); err != nil || w.copies("a") != 0 {
		t.Errorf("delete: %v, %d copies left", err, w.copies("a"))
	}
}

// Listings lag; what this computer wrote itself is known all the same.
func TestLag(t *testing.T) {
	w, _ := started(t)
	w.cloud.Skip(time.Hour)
	s := w.open(t, Config{})
	w.drive.Lag(time.Minute)
	if err := s.Create(t.Context(), "b", []byte("new")); err != nil {
		t.Fatal(err)
	}
	wantFile(t, s, "b", "new")
	wantKind(t, "again", s.Create(t.Context(), "b", []byte("new")), store.ErrExists)
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 2 {
		t.Errorf("listed %v, %v", entries, err)
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(t.Context(), "a") // listed still
	wantKind(t, "get of what is deleted", err, store.ErrNotFound)
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Errorf("delete again: %v", err)
	}
	if err := w.open(t, Config{}).Delete(t.Context(), "b"); err != nil {
		t.Errorf("another computer: %v", err)
	}
	w.drive.Remove(sam, w.id(t, "b"))
	_, err = s.Get(t.Context(), "b")
	wantKind(t, "get of what another computer deleted", err, store.ErrNotFound)
}

// Two computers write one name and do not see each other. Both files stay, everybody reads
// the same one, and the name is reported.
func TestForkWhileListingsLag(t *testing.T) {
	w, one := started(t)
	w.cloud.Skip(10 * time.Minute)
	two := w.open(t, Config{})
	w.drive.Lag(time.Minute)
	for what, s := range map[string]*Store{"one": one, "two": two} {
		if err := s.Create(t.Context(), "b", []byte(what)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		w.cloud.Skip(time.Second)
	}
	w.cloud.Skip(10 * time.Minute)
	read := map[string]bool{}
	for _, s := range []*Store{one, two, w.open(t, Config{})} {
		data, err := s.Get(t.Context(), "b")
		if err != nil {
			t.Error(err)
		}
		read[string(data)] = true
		if forks, err := s.Forks(t.Context()); err != nil || !slices.Equal(forks, []string{"b"}) {
			t.Errorf("forks: %q, %v", forks, err)
		}
	}
	if len(read) != 1 || w.copies("b") != 2 {
		t.Errorf("read %v of %d copies", read, w.copies("b"))
	}
}

// A folder that was made just now is not listed yet.
func TestNewFolderWhileListingsLag(t *testing.T) {
	w := newWorld(t)
	w.drive.Lag(time.Minute)
	s := w.open(t, Config{Create: true})
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	wantFile(t, s, "a", "x")
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 1 {
		t.Errorf("listed %v, %v", entries, err)
	}
	w.cloud.Skip(10 * time.Minute)
	wantFile(t, w.open(t, Config{}), "a", "x")
	w.drive.Remove(sam, w.id(t, DefaultFolder))
	_, err := s.List(t.Context())
	wantKind(t, "list", err, store.ErrGone)
}

func TestFolderGone(t *testing.T) {
	w := newWorld(t)
	c := Config{HTTP: w.google.Client(sam, Scope)}
	_, err := Open(t.Context(), c)
	wantKind(t, "open before there is one", err, store.ErrGone)
	s := w.open(t, Config{Create: true})
	folder := w.id(t, DefaultFolder)
	s.Create(t.Context(), "a", []byte("stored"))
	w.drive.Trash(sam, folder, true)
	for what, err := range all(t, s) {
		wantKind(t, "in the bin: "+what, err, store.ErrGone)
	}
	w.drive.Trash(sam, folder, false)
	wantFile(t, s, "a", "stored")
	w.drive.Remove(sam, folder)
	for what, err := range all(t, s) {
		wantKind(t, "deleted: "+what, err, store.ErrGone)
	}
	if len(w.drive.Files(sam)) != 0 {
		t.Error("the folder was made again")
	}
}

// Two devices made the folder at once. What is in either of them counts.
func TestTwoFolders(t *testing.T) {
	w, s := started(t)
	second, err := s.upload(t.Context(), "open", &gdrive.File{Name: DefaultFolder, MimeType: folderType}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.drive.Plant(sam, second.Id, "b", []byte("there"), time.Now())
	wantFile(t, s, "b", "there")
	wantKind(t, "create", s.Create(t.Context(), "b", nil), store.ErrExists)
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 2 {
		t.Errorf("listed %v, %v", entries, err)
	}
	other, err := s.upload(t.Context(), "open", &gdrive.File{Name: "Photos", MimeType: folderType}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.drive.Plant(sam, other.Id, "c", []byte("elsewhere"), time.Now())
	_, err = s.Get(t.Context(), "c")
	wantKind(t, "get out of another folder", err, store.ErrNotFound)
}

// Drive's search does not tell upper from lower case; names here do.
func TestCase(t *testing.T) {
	_, s := started(t)
	_, err := s.Get(t.Context(), "A")
	wantKind(t, "get A", err, store.ErrNotFound)
	if err := s.Create(t.Context(), "A", []byte("capital")); err != nil {
		t.Fatal(err)
	}
	wantFile(t, s, "A", "capital")
	if err := s.Delete(t.Context(), "A"); err != nil {
		t.Fatal(err)
	}
	wantFile(t, s, "a", "stored")
}

func TestConsent(t *testing.T) {
	w := newWorld(t)
	w.open(t, Config{Create: true})
	for what, c := range map[string]struct {
		scopes []string
		hidden bool
		want   error
	}{
		"no tick":             {[]string{"openid"}, false, store.ErrConsent},
		"only the other tick": {[]string{HiddenScope}, false, store.ErrConsent},
		"hidden, other tick":  {[]string{Scope}, true, store.ErrConsent},
	} {
		_, err := Open(t.Context(), Config{HTTP: w.google.Client(sam, c.scopes...), Hidden: c.hidden, Create: true})
		wantKind(t, what, err, c.want)
	}
}

// renewing is signed in as golang.org/x/oauth2 does it, which renews access tokens.
func (w *world) renewing(t *testing.T) *http.Client {
	c := oauth2.Config{ClientID: "wallet", ClientSecret: "not confidential", Endpoint: oauth2.Endpoint{TokenURL: "https://" + w.google.Token, AuthStyle: oauth2.AuthStyleInParams}}
	return c.Client(context.WithValue(t.Context(), oauth2.HTTPClient, w.cloud.Client()), &oauth2.Token{RefreshToken: w.google.Issue(sam, Scope).Refresh})
}

func TestSignedOut(t *testing.T) {
	_, err := Open(t.Context(), Config{})
	wantKind(t, "nobody", err, store.ErrSignedOut)
	w, s := started(t)
	w.google.Expire()
	for what, err := range all(t, s) {
		wantKind(t, "expired: "+what, err, store.ErrSignedOut)
	}
	client := w.renewing(t)
	if _, err := Open(t.Context(), Config{HTTP: client}); err != nil {
		t.Fatal(err)
	}
	client = w.renewing(t)
	w.cloud.Fail(fakecloud.Fault{Host: "oauth2.googleapis.com", Status: 503, Times: -1})
	_, err = Open(t.Context(), Config{HTTP: client})
	wantKind(t, "the sign-in is down", err, store.ErrOffline)
	w.cloud.Heal()
	w.google.Disconnect(sam)
	_, err = Open(t.Context(), Config{HTTP: client})
	if e := wantKind(t, "disconnected", err, store.ErrSignedOut); strings.Contains(fmt.Sprint(e), "refresh-") {
		t.Errorf("the error tells a token: %v", e)
	}
}

// What a transport that signs in says is passed on.
func TestTransportSays(t *testing.T) {
	for _, kind := range []error{store.ErrSignedOut, store.ErrConsent, store.ErrGone} {
		for _, err := range []error{fmt.Errorf("sign-in: %w", kind), store.Errorf("renew", "", kind, "because")} {
			says := roundTripper(func(*http.Request) (*http.Response, error) { return nil, err })
			_, err := Open(t.Context(), Config{HTTP: &http.Client{Transport: says}})
			if e := wantKind(t, "open", err, kind); e.Op != "open" {
				t.Errorf("got %v", e)
			}
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestRedirectsAreNotFollowed(t *testing.T) {
	w, s := started(t)
	w.cloud.Handle("thief.example.com/", http.NotFoundHandler())
	w.cloud.Fail(fakecloud.Fault{Status: 307, Header: http.Header{"Location": {"https://thief.example.com/"}}, Times: -1})
	for what, err := range all(t, s) {
		wantKind(t, what, err, store.ErrRefused)
	}
	for _, e := range w.cloud.Exchanges() {
		if e.Host == "thief.example.com" {
			t.Error("a redirect was followed, with the token")
		}
	}
}

func TestUnknownAuthority(t *testing.T) {
	w := newWorld(t)
	transport := w.cloud.Transport()
	transport.TLSClientConfig.RootCAs = nil
	_, err := Open(t.Context(), Config{HTTP: &http.Client{Transport: transport}})
	wantKind(t, "open", err, store.ErrRefused)
}

func TestDamaged(t *testing.T) {
	w, s := started(t)
	w.drive.Damage(sam, w.id(t, "a"), bytes.ToUpper)
	_, err := s.Get(t.Context(), "a")
	wantKind(t, "changed", err, store.ErrCorrupt)
	w.drive.Damage(sam, w.id(t, "a"), func(data []byte) []byte { return append(data, "more"...) })
	_, err = s.Get(t.Context(), "a")
	wantKind(t, "longer", err, store.ErrCorrupt)

	w.cloud.Fail(fakecloud.Fault{Path: uploads, Change: func(body []byte) []byte {
		return bytes.Replace(body, []byte(`"md5Checksum":"`), []byte(`"md5Checksum":"0`), 1)
	}})
	wantKind(t, "stored otherwise than sent", s.Create(t.Context(), "b", []byte("x")), store.ErrCorrupt)
	if got := w.copies("b"); got != 0 {
		t.Errorf("the damaged copy stays")
	}
}

// Bodies that break off each time: never a part of a file, nor of a listing.
func TestCutBodies(t *testing.T) {
	w, s := started(t)
	media := func(r *http.Request) bool { return r.URL.Query().Get("alt") == "media" }
	w.cloud.Fail(fakecloud.Fault{Match: media, Cut: 3, Times: -1})
	data, err := s.Get(t.Context(), "a")
	wantKind(t, "get", err, store.ErrOffline)
	if data != nil {
		t.Errorf("got %q", data)
	}
	w.cloud.Heal()
	w.cloud.Fail(fakecloud.Fault{Match: media, Cut: 3})
	wantFile(t, s, "a", "stored")
}

// A listing is whole or an error.
func TestPages(t *testing.T) {
	w, s := started(t)
	w.drive.Page(1)
	for i := range 3 {
		w.drive.Plant(sam, w.id(t, "a"), fmt.Sprint(i), nil, time.Now())
	}
	second := func(r *http.Request) bool { return r.URL.Query().Get("pageToken") != "" }
	for _, c := range []struct {
		fault fakecloud.Fault
		want  error
	}{
		{fakecloud.Fault{Match: second, Drop: true}, store.ErrOffline},
		{fakecloud.Fault{Match: second, Status: 400, Body: drive.Refusal{Status: 400, Reason: "invalid", Location: "pageToken"}.JSON()}, store.ErrRefused},
		{fakecloud.Fault{Change: func(body []byte) []byte {
			return bytes.Replace(body, []byte(`"incompleteSearch":false`), []byte(`"incompleteSearch":true`), 1)
		}}, store.ErrOffline},
		{fakecloud.Fault{Status: 200, Body: `{"files":[],"nextPageToken":"again"}`}, store.ErrCorrupt},
	} {
		c.fault.Times = -1
		w.cloud.Fail(c.fault)
		entries, err := s.List(t.Context())
		wantKind(t, "list", err, c.want)
		if entries != nil {
			t.Errorf("and listed %v", entries)
		}
		w.cloud.Heal()
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 4 {
		t.Errorf("listed %v, %v", entries, err)
	}
}

func TestFull(t *testing.T) {
	w, s := started(t)
	w.drive.Limit(10)
	wantKind(t, "create", s.Create(t.Context(), "b", []byte("12345")), store.ErrFull)
	wantFile(t, s, "a", "stored")
	w.drive.Limit(100)
	if err := s.Create(t.Context(), "b", []byte("12345")); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestHangingServer(t *testing.T) {
	w, s := started(t)
	w.cloud.Fail(fakecloud.Fault{Delay: time.Hour, Times: -1})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := s.List(ctx)
	wantKind(t, "list", err, store.ErrOffline)
	if took := time.Since(start); took > time.Second || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("took %v: %v", took, err)
	}
}

// Signed in as somebody else: the folder is missing there, and the account can be shown.
func TestWrongAccount(t *testing.T) {
	w, _ := started(t)
	client := w.google.Client(alex, Scope)
	_, err := Open(t.Context(), Config{HTTP: client})
	wantKind(t, "open", err, store.ErrGone)
	s, err := Open(t.Context(), Config{HTTP: client, Create: true})
	if err != nil || s.Account() != alex {
		t.Fatalf("account %v, %v", s, err)
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 0 {
		t.Errorf("listed %v, %v", entries, err)
	}
}

// The program overwrites nothing: neither an update nor a second upload of a name is sent.
func TestNeverOverwrites(t *testing.T) {
	w, s := started(t)
	w.cloud.Forget()
	wantKind(t, "create", s.Create(t.Context(), "a", []byte("again")), store.ErrExists)
	for _, e := range w.cloud.Exchanges() {
		if e.Method != http.MethodGet {
			t.Errorf("it is there already, and %s %s was sent", e.Method, e.URL.Path)
		}
	}
	all(t, s)
	for _, e := range w.cloud.Exchanges() {
		if e.Method == http.MethodPatch || e.Method == http.MethodPut {
			t.Errorf("%s %s was sent", e.Method, e.URL.Path)
		}
	}
}

func TestNames(t *testing.T) {
	w := newWorld(t)
	for want, c := range map[string]Config{
		"Google Drive folder Cloudseed of s…@example.com": {Create: true},
		"Google Drive folder It's of s…@example.com":      {Create: true, Folder: "It's"},
		"Google Drive app data of s…@example.com":         {Hidden: true},
	} {
		s := w.open(t, c)
		if s.String() != want || s.Account() != sam {
			t.Errorf("named %q of %q, want %q", s, s.Account(), want)
		}
	}
}

// All that was said is compared with Google's own description of the API.
func TestContract(t *testing.T) {
	description, err := discovery.Load("google.golang.org/api", "drive/v3/drive-api.json")
	if err != nil {
		t.Fatal(err)
	}
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
	for _, e := range w.cloud.Exchanges() {
		for _, slip := range description.Check(e) {
			t.Error(slip)
		}
		if scopes := e.Header.Get("Authorization"); e.Host == "www.googleapis.com" && !strings.HasPrefix(scopes, "Bearer ") {
			t.Errorf("%s without a token", e.URL)
		}
		if strings.Contains(e.URL.String(), "access-") {
			t.Errorf("a token in an address: %s", e.URL)
		}
	}
	if refused := w.cloud.Refused(); len(refused) > 0 {
		t.Errorf("asked elsewhere: %q", refused)
	}
}
