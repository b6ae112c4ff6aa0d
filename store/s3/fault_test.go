package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

func TestMain(m *testing.M) {
	firstWait = time.Millisecond
	m.Run()
}

var quiet = log.New(io.Discard, "", 0)

// faulty is a good service with a fault in front: a handler that tells whether it answered.
type faulty struct {
	mu    sync.Mutex
	fault func(w http.ResponseWriter, r *http.Request) bool
	asked []*http.Request
	http.Handler
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r)
	fault := f.fault
	f.mu.Unlock()
	if fault == nil || !fault(w, r) {
		f.Handler.ServeHTTP(w, r)
	}
}

func (f *faulty) set(fault func(w http.ResponseWriter, r *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.asked = fault, nil
}

// behind returns a place on a service whose faults can be set, with a file "a" in it.
func behind(t *testing.T) (*Store, *faulty) {
	f := &faulty{Handler: faked(t)}
	s := mustOpen(t, config(serve(t, f)))
	if err := s.Create(t.Context(), "a", []byte("stored")); err != nil {
		t.Fatal(err)
	}
	return s, f
}

// answer answers as S3 does when it fails.
func answer(w http.ResponseWriter, status int, code, header string) {
	if key, value, ok := strings.Cut(header, ": "); ok {
		w.Header().Set(key, value)
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	if code != "" {
		code, message, _ := strings.Cut(code, ": ")
		fmt.Fprintf(w, "<?xml version=\"1.0\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
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

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string // "" is an answer without a body
		header string
		want   error
		after  time.Duration
	}{
		{status: 403, code: "InvalidAccessKeyId", want: store.ErrSignedOut},
		{status: 403, code: "SignatureDoesNotMatch", want: store.ErrSignedOut},
		{status: 400, code: "ExpiredToken", want: store.ErrSignedOut},
		{status: 401, want: store.ErrSignedOut},
		{status: 403, code: "AccessDenied: Access Denied", want: store.ErrConsent},
		{status: 403, want: store.ErrConsent},
		{status: 403, code: "AccessDenied: Storage cap exceeded", want: store.ErrFull},
		{status: 403, code: "RequestTimeTooSkewed", header: "Date: Sat, 01 Jan 2000 00:00:00 GMT", want: store.ErrRefused},
		{status: 403, code: "QuotaExceeded", want: store.ErrFull},
		{status: 507, code: "XMinioStorageFull", want: store.ErrFull},
		{status: 400, code: "XMinioAdminBucketQuotaExceeded", want: store.ErrFull},
		{status: 507, want: store.ErrFull},
		{status: 404, code: "NoSuchBucket", want: store.ErrGone},
		{status: 404, want: store.ErrGone},
		{status: 503, code: "SlowDown", header: "Retry-After: 120", want: store.ErrBusy, after: 2 * time.Minute},
		{status: 429, code: "TooManyRequests", header: "Retry-After: 9999999", want: store.ErrBusy, after: 24 * time.Hour},
		{status: 503, header: "Retry-After: " + time.Now().Add(90*time.Second).UTC().Format(http.TimeFormat), want: store.ErrBusy, after: 90 * time.Second},
		{status: 501, code: "NotImplemented", want: store.ErrRefused},
		{status: 405, code: "MethodNotAllowed", want: store.ErrRefused},
		{status: 400, code: "InvalidRequest", want: store.ErrRefused},
		{status: 301, code: "PermanentRedirect", want: store.ErrRefused},
		{status: 418, want: store.ErrRefused},
	} {
		s, f := behind(t)
		f.set(func(w http.ResponseWriter, r *http.Request) bool {
			answer(w, c.status, c.code, c.header)
			return true
		})
		for what, err := range all(t, s) {
			var e *store.Error
			if !errors.As(err, &e) || e.Kind != c.want || strings.Contains(err.Error(), secretKey) {
				t.Errorf("%d %s: %s: got %v, want %v", c.status, c.code, what, err, c.want)
			} else if off := e.After - c.after; off < -3*time.Second || off > 3*time.Second {
				t.Errorf("%d %s: %s: wait %v, want %v", c.status, c.code, what, e.After, c.after)
			}
		}
	}
}

// What may pass is asked for again: a few times, and not longer.
func TestAgain(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   error
	}{{500, "InternalError", store.ErrOffline}, {503, "SlowDown", store.ErrBusy}, {400, "RequestTimeout", store.ErrOffline}} {
		s, f := behind(t)
		for _, failures := range []int32{1, 100} {
			var left atomic.Int32
			f.set(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == "HEAD" || left.Add(-1) < 0 {
					return false
				}
				answer(w, c.status, c.code, "")
				return true
			})
			for what, call := range calls(t, s, fmt.Sprint("new ", failures)) {
				left.Store(failures)
				err := call()
				if failures == 1 && err != nil || failures > 1 && !errors.Is(err, c.want) {
					t.Errorf("%s with %d failures: %v", what, failures, err)
				}
				if asked := failures - left.Load(); failures > 1 && asked != tries {
					t.Errorf("%s: asked %d times", what, asked)
				}
			}
		}
	}
}

func calls(t *testing.T, s *Store, name string) map[string]func() error {
	return map[string]func() error{
		"create": func() error { return s.Create(t.Context(), name, []byte("x")) },
		"get":    func() error { _, err := s.Get(t.Context(), "a"); return err },
		"list":   func() error { _, err := s.List(t.Context()); return err },
		"delete": func() error { return s.Delete(t.Context(), "missing") },
	}
}

// hangUp breaks the connection without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}

// A write that arrived although its answer got lost is ours; one that did not is repeated;
// one that another writer overtook is not ours.
func TestLostAnswer(t *testing.T) {
	for what, c := range map[string]struct {
		arrives bool
		other   bool
		want    error
	}{"arrived": {arrives: true}, "not arrived": {}, "overtaken": {other: true, want: store.ErrExists}} {
		s, f := behind(t)
		var once sync.Once
		f.set(func(w http.ResponseWriter, r *http.Request) (answered bool) {
			if r.Method != "PUT" {
				return false
			}
			once.Do(func() {
				answered = true
				if c.arrives {
					f.Handler.ServeHTTP(httptest.NewRecorder(), r)
				}
				if c.other {
					r.Header.Set("X-Amz-Meta-Cloudseed-Attempt", "another")
					f.Handler.ServeHTTP(httptest.NewRecorder(), r)
				}
				hangUp(w)
			})
			return answered
		})
		if err := s.Create(t.Context(), "b", []byte("x")); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
		if got, err := s.Get(t.Context(), "b"); err != nil || string(got) != "x" {
			t.Errorf("%s: then %q, %v", what, got, err)
		}
	}
}

// Something before the service says 200 to a PUT that never arrived.
func TestAnsweredBySomethingElse(t *testing.T) {
	s, f := behind(t)
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "PUT" {
			io.WriteString(w, "<html>Please accept our terms</html>")
		}
		return r.Method == "PUT"
	})
	if err := s.Create(t.Context(), "b", []byte("x")); !errors.Is(err, store.ErrOffline) {
		t.Errorf("got %v", err)
	}
}

// 409 means that another write of that name is under way (AWS: ConditionalRequestConflict).
func TestConflict(t *testing.T) {
	for _, wins := range []bool{true, false} {
		s, f := behind(t)
		var once sync.Once
		f.set(func(w http.ResponseWriter, r *http.Request) (answered bool) {
			if r.Method == "PUT" {
				once.Do(func() {
					if !wins {
						body := r.Clone(r.Context())
						body.Header.Set("X-Amz-Meta-Cloudseed-Attempt", "another")
						f.Handler.ServeHTTP(httptest.NewRecorder(), body)
					}
					answer(w, 409, "ConditionalRequestConflict", "")
					answered = true
				})
			}
			return answered
		})
		err := s.Create(t.Context(), "b", []byte("x"))
		if wins && err != nil || !wins && !errors.Is(err, store.ErrExists) {
			t.Errorf("wins %v: %v", wins, err)
		}
	}
}

// A service that ignores If-None-Match would let a newer file overwrite an older one.
func TestProbe(t *testing.T) {
	for what, c := range map[string]struct {
		fault func(w http.ResponseWriter, r *http.Request) bool
		want  error
		text  string
	}{
		"honours it": {func(http.ResponseWriter, *http.Request) bool { return false }, nil, ""},
		"ignores it": {func(w http.ResponseWriter, r *http.Request) bool {
			r.Header.Del("If-None-Match")
			return false
		}, store.ErrRefused, "ignores If-None-Match"},
		"does not know it": {func(w http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("If-None-Match") != "" {
				answer(w, 501, "NotImplemented", "")
			}
			return r.Header.Get("If-None-Match") != ""
		}, store.ErrRefused, "does not take a PUT with If-None-Match"},
		"always exists": {func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == "PUT" {
				answer(w, 412, "PreconditionFailed", "")
			}
			return r.Method == "PUT"
		}, store.ErrRefused, "refuses every PUT"},
		"old MinIO says 304": {func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != "PUT" {
				return false
			}
			rec := httptest.NewRecorder()
			faultless.ServeHTTP(rec, r)
			if rec.Code == 412 {
				rec.Code = 304
			}
			w.Header().Set("ETag", rec.Header().Get("ETag"))
			w.WriteHeader(rec.Code)
			return true
		}, nil, ""},
	} {
		f := &faulty{Handler: faked(t)}
		faultless = f.Handler
		url := serve(t, f)
		f.set(c.fault)
		for range 2 {
			s, err := Open(t.Context(), config(url))
			if !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: got %v, want %v", what, err, c.want)
			}
			if c.want == nil && err == nil && !s.proved.Load() {
				t.Errorf("%s: not proved", what)
			}
		}
	}
}

var faultless http.Handler

// A full bucket or a key that may only read must not stand in the way of a restore, but
// nothing is written before the proof.
func TestReadableWithoutProbe(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   error
	}{{507, "XMinioStorageFull", store.ErrFull}, {403, "AccessDenied", store.ErrConsent}, {503, "SlowDown", store.ErrBusy}} {
		s, f := behind(t)
		f.set(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == "PUT" {
				answer(w, c.status, c.code, "")
			}
			return r.Method == "PUT"
		})
		again := mustOpen(t, config(s.base.String()))
		if got, err := again.Get(t.Context(), "a"); err != nil || string(got) != "stored" {
			t.Errorf("%s: %q, %v", c.code, got, err)
		}
		if err := again.Create(t.Context(), "b", nil); !errors.Is(err, c.want) || !strings.Contains(err.Error(), `create "b"`) {
			t.Errorf("%s: %v", c.code, err)
		}
		f.set(func(w http.ResponseWriter, r *http.Request) bool { r.Header.Del("If-None-Match"); return false })
		if err := again.Create(t.Context(), "a", []byte("x")); !errors.Is(err, store.ErrRefused) {
			t.Errorf("written without proof: %v", err)
		}
		if got, _ := s.Get(t.Context(), "a"); string(got) != "stored" {
			t.Errorf("overwritten: %q", got)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var leaked atomic.Int32
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { leaked.Add(1) }))
	defer thief.Close()
	s, f := behind(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		f.set(func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, thief.URL+"/private", status)
			return true
		})
		for what, err := range all(t, s) {
			if !errors.Is(err, store.ErrRefused) {
				t.Errorf("%d: %s: %v", status, what, err)
			}
		}
	}
	if leaked.Load() > 0 {
		t.Errorf("%d requests followed a redirect", leaked.Load())
	}
}

// A wrong region in the answer must not send requests elsewhere.
func TestRegionOfAnswer(t *testing.T) {
	f := &faulty{Handler: faked(t)}
	url := serve(t, f)
	c := config(url)
	c.Region = ""
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if _, asks := r.URL.Query()["location"]; asks {
			fmt.Fprint(w, `<LocationConstraint>evil.example/#</LocationConstraint>`)
			return true
		}
		return false
	})
	if _, err := Open(t.Context(), c); err != nil && !errors.Is(err, store.ErrRefused) {
		t.Error(err)
	}
	for _, r := range f.asked {
		if !strings.Contains(url, r.Host) {
			t.Errorf("asked %s", r.Host)
		}
	}
}

// A page of a proxy, or an empty document, is not an empty place.
func TestNoListing(t *testing.T) {
	s, f := behind(t)
	for _, body := range []string{"", "<html></html>", "<Error></Error>", "{}", "<ListBucketResult><Contents>",
		"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
		"<ListBucketResult><Contents><Key>elsewhere</Key></Contents></ListBucketResult>x"} {
		s := s
		if strings.Contains(body, "elsewhere") {
			s = mustOpen(t, config(s.base.String()+"prefix"))
		}
		f.set(func(w http.ResponseWriter, r *http.Request) bool { io.WriteString(w, body); return true })
		if entries, err := s.List(t.Context()); err == nil {
			t.Errorf("%q: listed %v", body, entries)
		}
		f.set(nil)
	}
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		fmt.Fprint(w, "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>"+
			strings.Repeat("<Contents><Key>a</Key></Contents>", 1000)+"</ListBucketResult>")
		return true
	})
	if _, err := s.List(t.Context()); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("a listing without an end: %v", err)
	}
}

// ended answers one page of more, and ends a context as soon as that is read.
type ended struct{ end context.CancelFunc }

func (e ended) RoundTrip(r *http.Request) (*http.Response, error) {
	page := "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>"
	body := closing{strings.NewReader(page), e.end}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body, Request: r, ContentLength: int64(len(page))}, nil
}

type closing struct {
	io.Reader
	end context.CancelFunc
}

func (c closing) Close() error { c.end(); return nil }

// A listing that is ended between two pages is cut short, and the library does not say so.
func TestEndedBetweenPages(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := config("https://s3.example/bucket")
	c.HTTP = &http.Client{Transport: ended{cancel}}
	s, err := configured(c)
	if err != nil {
		t.Fatal(err)
	}
	if entries, err := s.List(ctx); !errors.Is(err, store.ErrOffline) || !errors.Is(err, context.Canceled) {
		t.Errorf("listed %v, %v", entries, err)
	}
}

func TestGetBodies(t *testing.T) {
	s, f := behind(t)
	const meta = "Last-Modified: Sat, 01 Jan 2000 00:00:00 GMT\r\nETag: \"x\"\r\n"
	for what, c := range map[string]struct {
		header, body string
		want         error
	}{
		"cut short":      {"Content-Length: 10", "12345", store.ErrOffline},
		"no length":      {"Connection: close", "12345", store.ErrRefused},
		"compressed":     {"Content-Encoding: gzip\r\nContent-Length: 5", "12345", store.ErrCorrupt},
		"too much":       {fmt.Sprint("Content-Length: ", store.MaxSize+1), "x", store.ErrCorrupt},
		"another digest": {"X-Amz-Checksum-Sha256: AAAA\r\nContent-Length: 5", "12345", store.ErrCorrupt},
	} {
		f.set(func(w http.ResponseWriter, r *http.Request) bool {
			conn, _, _ := http.NewResponseController(w).Hijack()
			defer conn.Close()
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\n%s%s\r\n\r\n%s", meta, c.header, c.body)
			return true
		})
		if data, err := s.Get(t.Context(), "a"); !errors.Is(err, c.want) || data != nil {
			t.Errorf("%s: got %d bytes, %v, want %v", what, len(data), err, c.want)
		}
	}
}

// The upload carries its SHA-256, in the signature and as a checksum, and asks once.
func TestWhatIsSent(t *testing.T) {
	s, f := behind(t)
	f.set(nil)
	if err := s.Create(t.Context(), "b", []byte("abc")); err != nil {
		t.Fatal(err)
	}
	if len(f.asked) != 1 {
		t.Fatalf("asked %d times", len(f.asked))
	}
	h := f.asked[0].Header
	for key, want := range map[string]string{
		"If-None-Match":         "*",
		"X-Amz-Content-Sha256":  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", // FIPS 180-4, B.1
		"X-Amz-Checksum-Sha256": "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
		"Accept-Encoding":       "identity",
	} {
		if h.Get(key) != want {
			t.Errorf("%s: %q, want %q", key, h.Get(key), want)
		}
	}
	if auth := h.Get("Authorization"); !strings.Contains(auth, "if-none-match") || !strings.Contains(auth, "x-amz-checksum-sha256") {
		t.Errorf("not signed: %s", auth)
	}
}

// An ended context ends a request to a service that does not answer.
func TestHangingService(t *testing.T) {
	s, f := behind(t)
	release := make(chan struct{})
	defer close(release)
	f.set(func(w http.ResponseWriter, r *http.Request) bool { <-release; return true })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := s.List(ctx); !errors.Is(err, store.ErrOffline) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	}
}

func TestNothingListens(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	if _, err := Open(t.Context(), config(server.URL+"/bucket")); !errors.Is(err, store.ErrOffline) {
		t.Errorf("got %v", err)
	}
}

func TestCertificates(t *testing.T) {
	server := httptest.NewUnstartedServer(faked(t))
	server.Config.ErrorLog = quiet
	server.StartTLS()
	defer server.Close()
	c := config(server.URL + "/bucket")
	if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrRefused) {
		t.Errorf("unknown authority: %v", err)
	}
	c.HTTP = server.Client()
	s := mustOpen(t, c)
	if err := s.Create(t.Context(), "a", bytes.Repeat([]byte("x"), 1000)); err != nil {
		t.Errorf("known authority: %v", err)
	}
}
