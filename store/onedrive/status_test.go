package onedrive

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/graph"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/store"
)

func TestStatuses(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.drive.Put("a", []byte("x"))
	soon := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	coded := func(codes ...string) string {
		body := "null"
		for i := len(codes) - 1; i >= 0; i-- {
			body = fmt.Sprintf(`{"code":%q,"message":"hunter2","innerError":%s}`, codes[i], body)
		}
		return `{"error":` + body + `}`
	}
	for _, c := range []struct {
		status int
		body   string
		header string
		want   error
		after  time.Duration
	}{
		{status: 400, body: coded("invalidRequest", "invalidPath"), want: store.ErrRefused},
		{status: 401, body: coded("InvalidAuthenticationToken"), want: store.ErrSignedOut},
		{status: 401, want: store.ErrSignedOut},
		{status: 403, body: coded("accessDenied"), want: store.ErrRefused},
		{status: 403, body: coded("accessDenied", "accessRestricted"), want: store.ErrRefused},
		{status: 403, body: coded("Authorization_RequestDenied"), want: store.ErrConsent},
		{status: 403, header: `WWW-Authenticate: Bearer error="insufficient_scope"`, want: store.ErrConsent},
		{status: 403, body: coded("insufficient_claims"), want: store.ErrSignedOut},
		{status: 403, body: coded("accessDenied", "quotaLimitReached"), want: store.ErrFull},
		{status: 408, want: store.ErrOffline},
		{status: 410, want: store.ErrGone},
		{status: 413, want: store.ErrRefused},
		{status: 413, body: coded("quotaLimitReached"), want: store.ErrFull},
		{status: 423, body: coded("resourceLocked"), want: store.ErrBusy},
		{status: 423, want: store.ErrBusy},
		{status: 429, body: coded("activityLimitReached"), header: "Retry-After: 120", want: store.ErrBusy, after: 2 * time.Minute},
		{status: 429, header: "Retry-After: 9999999", want: store.ErrBusy, after: 24 * time.Hour},
		{status: 429, header: "Retry-After: -5", want: store.ErrBusy},
		{status: 503, header: "Retry-After: " + soon, want: store.ErrBusy, after: 90 * time.Second},
		{status: 503, body: coded("serviceNotAvailable"), want: store.ErrBusy},
		{status: 509, header: "Retry-After: 60", want: store.ErrBusy, after: time.Minute},
		{status: 500, body: coded("generalException"), want: store.ErrOffline},
		{status: 500, body: `{"error":{"code":`, want: store.ErrOffline},
		{status: 501, want: store.ErrRefused},
		{status: 504, want: store.ErrOffline},
		{status: 507, body: coded("insufficientStorage"), want: store.ErrFull},
		{status: 507, want: store.ErrFull},
		{status: 202, want: store.ErrRefused},
		{status: 301, header: "Location: https://thief.example/", want: store.ErrRefused},
	} {
		f := fakecloud.Fault{Host: "graph.microsoft.com", Status: c.status, Body: c.body, Times: -1, Header: http.Header{}}
		if key, value, ok := strings.Cut(c.header, ": "); ok {
			f.Header.Set(key, value)
		}
		w.Fail(f)
		for what, err := range all(t, s) {
			var e *store.Error
			if !errors.As(err, &e) || e.Kind != c.want || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%d %s: %s: got %v, want %v", c.status, c.body, what, err, c.want)
			} else if off := e.After - c.after; off < -3*time.Second || off > 3*time.Second {
				t.Errorf("%d %s: %s: wait %v, want %v", c.status, c.header, what, e.After, c.after)
			}
		}
		w.Heal()
	}
}

// The forms of learn.microsoft.com/graph/errors, and others that must not disturb.
func TestCodes(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":{"code":"a","message":"m","innerError":{"request-id":"1","date":"2026-01-02"}}}`: "a",
		`{"error":{"code":"a","innererror":{"code":"b","innererror":{"code":"c"}}}}`:               "a b c",
		`{"error":{"code":"a","innerError":{"code":"b"},"details":[{"code":"d"}]}}`:                "a b",
		`{"error":"invalid_grant"}`: "", `{"error":{"code":7}}`: "", `{"error":null}`: "", `[]`: "", `<html>`: "", ``: "",
		`{"error":{"code":"` + strings.Repeat("x", 200) + `"}}`: "",
	} {
		if got := strings.Join(codes([]byte(body)), " "); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

// Short waits are kept, and faults that pass are not felt where a question may be repeated.
func TestPassingFaults(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.drive.Put("a", []byte("x"))
	brief := http.Header{"Retry-After": {"1"}}
	for _, f := range []fakecloud.Fault{{Status: 503}, {Status: 500, Times: 2}, {Drop: true, Times: 2}, {Lost: true}, {Status: 429, Header: brief}} {
		f.Method = "GET"
		w.Fail(f)
		if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "x" {
			t.Errorf("%+v: %q, %v", f, got, err)
		}
		w.Heal()
	}
	for i, size := range []int{1, simpleSize + 1} {
		w.Fail(fakecloud.Fault{Method: []string{"PUT", "POST"}[i], Status: 429, Header: brief})
		start := time.Now()
		err := s.Create(t.Context(), fmt.Sprint("throttled ", size), make([]byte, size))
		if took := time.Since(start); err != nil || took < time.Second {
			t.Errorf("throttled: %v after %v", err, took)
		}
	}
	w.Fail(fakecloud.Fault{Method: "PUT", Status: 503, Header: brief})
	if err := s.Create(t.Context(), "maybe", nil); !errors.Is(err, store.ErrBusy) {
		t.Errorf("a create that may have happened is repeated: %v", err)
	}
}

func TestWaitEndsWithContext(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	w.Fail(fakecloud.Fault{Status: 429, Header: http.Header{"Retry-After": {"4"}}, Times: -1})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := s.List(ctx)
	if !errors.Is(err, store.ErrOffline) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 2*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

// A transport that cannot sign in keeps its kind.
func TestSignInFails(t *testing.T) {
	for _, kind := range store.Kinds {
		client := &http.Client{Transport: failing{store.Errorf("sign in", "", kind, "no")}}
		if _, err := Open(t.Context(), Config{HTTP: client}); !errors.Is(err, kind) {
			t.Errorf("%v: %v", kind, err)
		}
	}
}

type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestCertificates(t *testing.T) {
	w := newWorld(t)
	stranger := fakecloud.Start(t).Transport()
	stranger.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(w.Proxy()) }
	if _, err := Open(t.Context(), Config{HTTP: &http.Client{Transport: stranger}}); !errors.Is(err, store.ErrRefused) {
		t.Errorf("unknown authority: %v", err)
	}
}

// Known values: those of https://pypi.org/project/quickxorhash, and all that rclone says.
func TestQuickXor(t *testing.T) {
	for data, want := range map[string]string{
		"":            "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"hello world": "aCgDG9jwBhDc4Q1yawMZAAAAAAA=",
	} {
		if got := sum(data); got != want {
			t.Errorf("%q: %s, want %s", data, got, want)
		}
	}
	if sum("ab") == sum("ba") {
		t.Error("two bytes that change places are not noticed")
	}
}

func sum(data string) string {
	sum := quickXor([]byte(data))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func TestQuickXorAsRclone(t *testing.T) {
	rclone := peer.Command(t, "rclone")
	dir := t.TempDir()
	want := map[string]string{}
	for _, n := range []int{0, 1, 19, 20, 21, 159, 160, 161, 1000, 320<<10 + 7} {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(i * i)
		}
		name := fmt.Sprint("n", n)
		writeFile(t, filepath.Join(dir, name), data)
		want[name] = strings.NewReplacer("+", "-", "/", "_").Replace(sum(string(data))) // rclone's form
	}
	out, err := exec.Command(rclone, "--config", filepath.Join(t.TempDir(), "none"), "hashsum", "QuickXorHash", "--base64", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(out))
	for i := 0; i+1 < len(lines); i += 2 {
		if want[lines[i+1]] != lines[i] {
			t.Errorf("%s: rclone says %s, we %s", lines[i+1], lines[i], want[lines[i+1]])
		}
	}
	if len(lines) != 2*len(want) {
		t.Errorf("rclone said %s", out)
	}
}

// Each rule of the fake that this package relies upon: without it something here fails.
func TestNeededRules(t *testing.T) {
	peer.Slow(t)
	for _, c := range []struct {
		rule graph.Rule
		good func(w *world) bool
	}{
		{graph.NeedsScope, func(w *world) bool { _, err := w.tryOpen(t, "User.Read"); return errors.Is(err, store.ErrConsent) }},
		{graph.NeedsToken, func(w *world) bool {
			s := w.open(t)
			w.microsoft.Disconnect(sam)
			_, err := s.List(t.Context())
			return errors.Is(err, store.ErrSignedOut)
		}},
		{graph.FailsOnConflict, func(w *world) bool {
			w.Fail(fakecloud.Fault{Method: "PUT", Do: func() { w.drive.Put("a", []byte("faster")) }})
			return errors.Is(w.open(t).Create(t.Context(), "a", nil), store.ErrExists)
		}},
		{graph.LateConflict, func(w *world) bool {
			w.Fail(fakecloud.Fault{Method: "PUT", Do: func() { w.drive.Put("a", []byte("faster")) }})
			return errors.Is(w.open(t).Create(t.Context(), "a", make([]byte, simpleSize+1)), store.ErrExists)
		}},
		{graph.CaseInsensitive, func(w *world) bool {
			w.drive.Put("a", nil)
			return errors.Is(w.open(t).Create(t.Context(), "A", nil), store.ErrExists)
		}},
		{graph.Hashes, func(w *world) bool { return w.open(t).Create(t.Context(), "a", nil) == nil }},
		{graph.Quota, func(w *world) bool {
			w.drive.Capacity = 1
			return errors.Is(w.open(t).Create(t.Context(), "a", make([]byte, 2)), store.ErrFull)
		}},
		{graph.Pages, func(w *world) bool {
			w.drive.Page = 1
			w.drive.Put("a", nil)
			w.drive.Put("b", nil)
			entries, err := w.open(t).List(t.Context())
			return err == nil && len(entries) == 2
		}},
		{graph.Deletes, func(w *world) bool {
			w.drive.Put("a", nil)
			return w.open(t).Delete(t.Context(), "a") == nil && len(w.drive.Stored()) == 0
		}},
	} {
		if w := newWorld(t); !c.good(w) {
			t.Errorf("%s: not so", c.rule)
		}
		w := newWorld(t)
		w.drive.Break(c.rule)
		if c.good(w) {
			t.Errorf("%s: nothing fails without it", c.rule)
		}
	}
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
