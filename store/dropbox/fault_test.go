package dropbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	fake "github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/store"
)

// failing returns a place with a file "a" whose every call is answered as f says.
func failing(t *testing.T, f fakecloud.Fault) (*bench, *Store) {
	b := start(t)
	b.Put(sam, "/a", []byte("stored"))
	s := b.open(t)
	f.Times = -1
	b.cloud.Fail(f)
	return b, s
}

// soon is how far a wait may be off.
const soon = 5 * time.Second

// jsonError is an endpoint's error, as Dropbox writes it.
func jsonError(tags string) string {
	return fmt.Sprintf(`{"error_summary":"%s/..","error":%s}`, tags, nested(strings.Split(tags, "/")))
}

// nested makes the tags of a union, each under the name of the one around it.
func nested(tags []string) string {
	if len(tags) == 1 {
		return fmt.Sprintf(`{".tag":%q}`, tags[0])
	}
	return fmt.Sprintf(`{".tag":%q,%q:%s}`, tags[0], tags[0], nested(tags[1:]))
}

// Answers that every call can get.
func TestAnswers(t *testing.T) {
	date := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		status      int
		body, retry string
		want        error
		after       time.Duration
	}{
		{status: 400, body: "Error in call to API function", want: store.ErrRefused},
		{status: 401, body: jsonError("expired_access_token"), want: store.ErrSignedOut},
		{status: 401, body: jsonError("invalid_access_token"), want: store.ErrSignedOut},
		{status: 401, body: jsonError("missing_scope"), want: store.ErrConsent},
		{status: 401, body: jsonError("user_suspended"), want: store.ErrRefused},
		{status: 401, body: "<html>", want: store.ErrSignedOut},
		{status: 401, body: "{}", want: store.ErrSignedOut},
		{status: 403, body: jsonError("no_permission"), want: store.ErrRefused},
		{status: 403, body: "denied", want: store.ErrRefused},
		{status: 404, want: store.ErrRefused},
		{status: 408, want: store.ErrOffline},
		{status: 409, body: "<html>", want: store.ErrRefused},
		{status: 409, body: `{"error":null}`, want: store.ErrRefused},
		{status: 409, body: jsonError("other"), want: store.ErrRefused},
		{status: 429, retry: "120", want: store.ErrBusy, after: 2 * time.Minute},
		{status: 429, retry: date, want: store.ErrBusy, after: 90 * time.Second},
		{status: 429, retry: "99999999", want: store.ErrBusy, after: 24 * time.Hour},
		{status: 429, body: `{"error_summary":"too_many_requests/.","error":{"reason":{".tag":"too_many_requests"},"retry_after":300}}`, want: store.ErrBusy, after: 5 * time.Minute},
		{status: 429, body: `{"error_summary":"x/.","error":{"reason":{".tag":"too_many_requests"},"retry_after":99999999999}}`, want: store.ErrBusy, after: 24 * time.Hour},
		{status: 429, body: `{"error":null}`, want: store.ErrBusy},
		{status: 429, body: "slow down", want: store.ErrBusy},
		{status: 503, retry: "60", want: store.ErrBusy, after: time.Minute},
		{status: 500, want: store.ErrOffline},
		{status: 502, body: "<html>", want: store.ErrOffline},
		{status: 507, want: store.ErrFull},
		{status: 302, want: store.ErrRefused},
		{status: 200, body: "<html>the hotel's sign-in page</html>", want: store.ErrOffline},
	} {
		f := fakecloud.Fault{Status: c.status, Body: c.body, Header: http.Header{}}
		if c.retry != "" {
			f.Header.Set("Retry-After", c.retry)
		}
		if c.status/100 == 3 {
			f.Header.Set("Location", "https://thief.example/")
		}
		_, s := failing(t, f)
		for what, err := range all(t, s) {
			var e *store.Error
			if !errors.As(err, &e) || e.Kind != c.want {
				t.Errorf("%d %s: %s: got %v, want %v", c.status, c.body, what, err, c.want)
			} else if off := e.After - c.after; off < -soon || off > soon {
				t.Errorf("%d %s: %s: wait %v, want %v", c.status, c.body, what, e.After, c.after)
			}
		}
	}
}

// What 409 means depends on its tags.
func TestConflicts(t *testing.T) {
	const uploadFailed = `{"error_summary":"path/x/.","error":{".tag":"path","reason":%s,"upload_session_id":"x"}}`
	for _, c := range []struct {
		op, path, body string
		want           error
	}{
		{"create", "upload", fmt.Sprintf(uploadFailed, nested([]string{"conflict", "file"})), store.ErrExists},
		{"create", "upload", fmt.Sprintf(uploadFailed, nested([]string{"conflict", "folder"})), store.ErrExists},
		{"create", "upload", fmt.Sprintf(uploadFailed, nested([]string{"insufficient_space"})), store.ErrFull},
		{"create", "upload", fmt.Sprintf(uploadFailed, nested([]string{"too_many_write_operations"})), store.ErrBusy},
		{"create", "upload", fmt.Sprintf(uploadFailed, nested([]string{"no_write_permission"})), store.ErrRefused},
		{"create", "upload", fmt.Sprintf(uploadFailed, nested([]string{"disallowed_name"})), store.ErrRefused},
		{"create", "upload", fmt.Sprintf(uploadFailed, nested([]string{"made_up_later"})), store.ErrRefused},
		{"create", "upload", fmt.Sprintf(uploadFailed, "null"), store.ErrRefused},
		{"create", "upload", jsonError("content_hash_mismatch"), store.ErrCorrupt},
		{"create", "upload", jsonError("payload_too_large"), store.ErrRefused},
		{"get", "download", jsonError("path/not_found"), store.ErrNotFound},
		{"get", "download", jsonError("path/restricted_content"), store.ErrRefused},
		{"get", "download", jsonError("path/locked"), store.ErrBusy},
		{"get", "download", jsonError("unsupported_file"), store.ErrRefused},
		{"list", "list_folder", jsonError("path/not_found"), store.ErrGone},
		{"list", "list_folder", `{}`, store.ErrRefused},
		{"delete", "get_metadata", jsonError("path/not_found"), nil},
		{"delete", "delete_v2", jsonError("path_lookup/not_found"), nil},
		{"delete", "delete_v2", jsonError("path_write/no_write_permission"), store.ErrRefused},
		{"delete", "delete_v2", jsonError("too_many_write_operations"), store.ErrBusy},
	} {
		_, s := failing(t, fakecloud.Fault{Path: "/2/files/" + c.path, Status: 409, Body: c.body})
		err := all(t, s)[c.op]
		wantKind(t, err, c.want)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for path, op := range map[string]string{"upload": "create", "list_folder": "list", "get_metadata": "delete"} {
		_, s := failing(t, fakecloud.Fault{Path: "/2/files/" + path, Status: 200, Body: "{}"})
		if err := all(t, s)[op]; !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: %v", op, err)
		}
		_, s = failing(t, fakecloud.Fault{Path: "/2/files/" + path, Cut: 5})
		if err := all(t, s)[op]; !errors.Is(err, store.ErrOffline) && op != "create" { // a create is settled
			t.Errorf("%s, cut: %v", op, err)
		}
	}
}

// An upload without an answer is settled by looking.
func TestLostAnswers(t *testing.T) {
	other := func(b *bench) func() { return func() { b.Put(sam, "/b", []byte("faster")) } }
	for what, c := range map[string]struct {
		faults func(b *bench) []fakecloud.Fault
		want   error
		holds  string
	}{
		"stored":           {func(*bench) []fakecloud.Fault { return []fakecloud.Fault{{Path: "/2/files/upload", Lost: true}} }, nil, "x"},
		"stored, then 500": {func(*bench) []fakecloud.Fault { return []fakecloud.Fault{{Path: "/2/files/upload", Cut: 3}} }, nil, "x"},
		"not stored":       {func(*bench) []fakecloud.Fault { return []fakecloud.Fault{{Path: "/2/files/upload", Drop: true}} }, nil, "x"},
		"500":              {func(*bench) []fakecloud.Fault { return []fakecloud.Fault{{Path: "/2/files/upload", Status: 500}} }, nil, "x"},
		"another was faster": {func(b *bench) []fakecloud.Fault {
			return []fakecloud.Fault{{Path: "/2/files/upload", Drop: true, Do: other(b)}}
		}, store.ErrExists, "faster"},
		"stored, and looking is stale": {func(*bench) []fakecloud.Fault {
			return []fakecloud.Fault{{Path: "/2/files/upload", Lost: true}, {Path: "/2/files/get_metadata", Status: 409, Body: jsonError("path/not_found")}}
		}, nil, "x"},
		"stored, and nobody can look": {func(*bench) []fakecloud.Fault {
			return []fakecloud.Fault{{Path: "/2/files/upload", Lost: true, Times: -1}, {Path: "/2/files/get_metadata", Drop: true, Times: -1}}
		}, store.ErrOffline, "x"},
		"stored, and only uploads are answered": {func(*bench) []fakecloud.Fault {
			return []fakecloud.Fault{{Path: "/2/files/upload", Lost: true}, {Path: "/2/files/get_metadata", Drop: true, Times: -1}}
		}, store.ErrOffline, "x"},
		"never stored": {func(*bench) []fakecloud.Fault {
			return []fakecloud.Fault{{Path: "/2/files/upload", Drop: true, Times: -1}}
		}, store.ErrOffline, ""},
	} {
		t.Run(what, func(t *testing.T) {
			b := start(t)
			s := b.open(t)
			b.cloud.Fail(c.faults(b)...)
			wantKind(t, s.Create(t.Context(), "b", []byte("x")), c.want)
			b.holds(t, "b", c.holds)
		})
	}
}

func TestDownloads(t *testing.T) {
	b := start(t)
	b.Put(sam, "/a", []byte("stored"))
	s := b.open(t)
	b.cloud.Fail(fakecloud.Fault{Path: "/2/files/download", Cut: 3})
	if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "stored" {
		t.Errorf("after a cut: %q, %v", got, err)
	}
	b.cloud.Fail(fakecloud.Fault{Path: "/2/files/download", Cut: 3, Times: -1})
	got, err := s.Get(t.Context(), "a")
	wantKind(t, err, store.ErrOffline)
	if got != nil {
		t.Errorf("half a file was returned: %q", got)
	}
	b.cloud.Heal()
	b.cloud.Fail(fakecloud.Fault{Path: "/2/files/download", Change: func([]byte) []byte { return []byte("st") }})
	_, err = s.Get(t.Context(), "a")
	wantKind(t, err, store.ErrCorrupt)
	b.cloud.Fail(fakecloud.Fault{Path: "/2/files/download", Status: 200, Body: "stored", Times: -1})
	_, err = s.Get(t.Context(), "a")
	if err == nil {
		t.Error("a file without Dropbox-API-Result was returned")
	}
}

// A listing that cannot be read to its end is an error, and a stale one overwrites nothing.
func TestListings(t *testing.T) {
	b := start(t)
	s := b.fill(t, 50)
	wantListed(t, s, 50)
	if n := b.asked("/2/files/list_folder/continue"); n < 16 {
		t.Errorf("read in %d pages", n)
	}
	b.cloud.Fail(fakecloud.Fault{Path: "/2/files/list_folder/continue", After: 5, Times: -1, Status: 500})
	_, err := s.List(t.Context())
	wantKind(t, err, store.ErrOffline)
	b.cloud.Heal()
	b.cloud.Fail(fakecloud.Fault{Path: "/2/files/list_folder/continue", Times: -1, Status: 409, Body: jsonError("reset")})
	_, err = s.List(t.Context())
	wantKind(t, err, store.ErrBusy)
	b.cloud.Heal()

	b.Freeze(sam)
	wantKind(t, s.Create(t.Context(), "fresh", []byte("1")), nil)
	wantKind(t, s.Create(t.Context(), "fresh", []byte("2")), store.ErrExists)
	b.holds(t, "fresh", "1")
	if got, err := s.Get(t.Context(), "fresh"); err != nil || string(got) != "1" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestEndlessListing(t *testing.T) {
	page := `{"entries":[` + strings.Repeat(`{".tag":"deleted","name":"x"},`, 1999) + `{".tag":"new"}],"cursor":"c","has_more":true}`
	_, s := failing(t, fakecloud.Fault{Path: "/2/files/list_folder", Status: 200, Body: page})
	_, err := s.List(t.Context())
	wantKind(t, err, store.ErrCorrupt)
}

// Short waits are sat out, long ones are told.
func TestWaits(t *testing.T) {
	b := start(t)
	s := b.open(t)
	b.cloud.Fail(fakecloud.Fault{Path: "/2/files/upload", Status: 429, Header: http.Header{"Retry-After": {"1"}}})
	begun := time.Now()
	wantKind(t, s.Create(t.Context(), "a", nil), nil)
	if took := time.Since(begun); took < time.Second || took > 3*time.Second {
		t.Errorf("waited %v", took)
	}
	b.cloud.Fail(fakecloud.Fault{Path: "/2/files/upload", Status: 429, Header: http.Header{"Retry-After": {"4"}}, Times: -1})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun = time.Now()
	err := s.Create(ctx, "b", nil)
	wantKind(t, err, store.ErrOffline)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) > time.Second {
		t.Errorf("after %v: %v", time.Since(begun), err)
	}
}

// Stores of one account write one after the other; those of others need not wait.
func TestOneWriterAtATime(t *testing.T) {
	b := start(t)
	b.CommitTime, b.LockWait = 50*time.Millisecond, 20*time.Millisecond
	var all sync.WaitGroup
	for i := range 8 {
		s, err := Open(t.Context(), Config{HTTP: b.signIn.Client(sam, fake.Scopes...), Account: sam})
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() { wantKind(t, s.Create(t.Context(), fmt.Sprint(i), nil), nil) })
	}
	all.Wait()
	for _, e := range b.cloud.Exchanges() {
		if e.Status == http.StatusTooManyRequests {
			t.Fatal("two wrote at the same time")
		}
	}
}

// A refusal may repeat what was sent. Nothing of it gets into an error, and a redirect gets
// nothing at all.
func TestNothingLeaks(t *testing.T) {
	const token = "sl.very-secret"
	leak := `Invalid authorization value in HTTP header "Authorization": "Bearer ` + token + `"`
	bodies := []string{
		leak, fmt.Sprintf(`{"error_summary":%q,"error":{".tag":%q,"path":{".tag":%q}}}`, token, token, token),
	}
	for _, status := range []int{200, 400, 401, 403, 409, 429, 500, 503, 302} {
		for _, body := range bodies {
			f := fakecloud.Fault{Status: status, Body: body, Header: http.Header{"Location": {"https://" + token + ".example/"}, "Retry-After": {"100"}}}
			b, s := failing(t, f)
			for what, err := range all(t, s) {
				if err == nil || strings.Contains(err.Error(), token) {
					t.Errorf("%d: %s: %v", status, what, err)
				}
			}
			if refused := b.cloud.Refused(); len(refused) > 0 {
				t.Errorf("%d: followed to %q", status, refused)
			}
		}
	}
}

// What is sent is what the specification of files/upload names for an exclusive create.
func TestUploadArguments(t *testing.T) {
	b := start(t)
	s := b.open(t)
	b.cloud.Forget()
	const name = "every ! # $ % & ' ( ) + , - . 0 ; = @ A [ ] ^ _ ` a { } ~"
	wantKind(t, s.Create(t.Context(), name, nil), nil)
	sent := b.cloud.Exchanges()[0]
	for _, c := range []byte(sent.Header.Get("Dropbox-API-Arg")) {
		if c < ' ' || c > '~' {
			t.Errorf("the header holds %q", c)
		}
	}
	var arg map[string]any
	if err := json.Unmarshal([]byte(sent.Header.Get("Dropbox-API-Arg")), &arg); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"path": "/" + name, "mode": map[string]any{".tag": "add"}, "autorename": false, "mute": true, "strict_conflict": true,
		"content_hash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", // files.stone: of an empty file
	}
	if got, want := fmt.Sprint(arg), fmt.Sprint(want); got != want {
		t.Errorf("sent %s\nwant %s", got, want)
	}
}

// A transport that signs in again after a 401 can send every request again.
func TestSignInAgain(t *testing.T) {
	b := start(t)
	again := &signsInAgain{b: b, token: "none"}
	s, err := Open(t.Context(), Config{HTTP: &http.Client{Transport: again}})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{
		func() error { return s.Create(t.Context(), "a", make([]byte, 1e6)) },
		func() error { _, err := s.Get(t.Context(), "a"); return err },
		func() error { _, err := s.List(t.Context()); return err },
		func() error { return s.Delete(t.Context(), "a") },
	} {
		b.signIn.Expire()
		wantKind(t, step(), nil)
	}
	if again.times != 5 {
		t.Errorf("signed in %d times", again.times)
	}
}

type signsInAgain struct {
	b     *bench
	token string
	times int
}

func (a *signsInAgain) RoundTrip(r *http.Request) (*http.Response, error) {
	for {
		next := r.Clone(r.Context())
		next.Header.Set("Authorization", "Bearer "+a.token)
		if r.GetBody != nil {
			next.Body, _ = r.GetBody()
		}
		resp, err := a.b.cloud.Transport().RoundTrip(next)
		if err != nil || resp.StatusCode != http.StatusUnauthorized {
			return resp, err
		}
		resp.Body.Close()
		a.token = a.b.signIn.Issue(sam, fake.Scopes...).Access
		a.times++
	}
}

// The refresh itself fails: revoked is signed out, anything else is not.
func TestRefreshFails(t *testing.T) {
	b := start(t)
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, b.cloud.Client())
	token := &oauth2.Token{AccessToken: "old", RefreshToken: b.signIn.Issue(sam, fake.Scopes...).Refresh, Expiry: time.Now().Add(-time.Hour)}
	open := func() error {
		s, err := configured(Config{HTTP: app.Client(ctx, token)})
		if err != nil {
			return err
		}
		s.pause = time.Millisecond
		return s.look(t.Context())
	}
	wantKind(t, open(), nil)
	b.cloud.Fail(fakecloud.Fault{Path: "/oauth2/token", Status: 500, Times: -1})
	wantKind(t, open(), store.ErrOffline)
	b.cloud.Heal()
	b.signIn.Disconnect(sam)
	wantKind(t, open(), store.ErrSignedOut)
}

// What the transport that signs in says is kept.
func TestTransportKinds(t *testing.T) {
	for _, kind := range []error{store.ErrSignedOut, store.ErrConsent, store.ErrRefused, store.ErrBusy} {
		said := &store.Error{Op: "sign in", Kind: kind, After: time.Minute, Err: errors.New("said")}
		s, err := configured(Config{HTTP: &http.Client{Transport: says{said}}})
		if err != nil {
			t.Fatal(err)
		}
		for what, err := range all(t, s) {
			var e *store.Error
			if !errors.As(err, &e) || e.Kind != kind || e.After != time.Minute {
				t.Errorf("%s: got %v, want %v", what, err, kind)
			}
		}
	}
}

type says struct{ err error }

func (s says) RoundTrip(*http.Request) (*http.Response, error) { return nil, s.err }

func TestOpen(t *testing.T) {
	if _, err := Open(t.Context(), Config{}); !errors.Is(err, store.ErrRefused) {
		t.Errorf("without a client: %v", err)
	}
	for account, want := range map[string]string{"": "dropbox", "s…@example.com": "dropbox of s…@example.com"} {
		s, err := configured(Config{HTTP: http.DefaultClient, Account: account})
		if err != nil || s.String() != want {
			t.Errorf("named %q, %v", s, err)
		}
	}
}
