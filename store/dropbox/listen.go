package dropbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
)

// maxAnswer is the longest answer that is read into memory for the SDK, in bytes: a page of
// a listing has some 500 bytes for each of at most 2,000 files. The content of a file is
// not one of these.
const maxAnswer = 16 << 20

var errTooLong = errors.New("the answer is too long")

// heard is what an answer said beside its body.
type heard struct {
	status int // 0: there was no answer
	header http.Header
}

type heardKey struct{}

// listen returns a context whose answer is noted in the other result.
func listen(ctx context.Context) (context.Context, *heard) {
	h := &heard{}
	return context.WithValue(ctx, heardKey{}, h), h
}

// A listener is the transport under the SDK.
type listener struct{ next http.RoundTripper }

func (l listener) RoundTrip(r *http.Request) (*http.Response, error) {
	r, err := repeatable(r)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "cloudseed")
	r.Header.Set("Accept-Encoding", "identity") // else a length cannot be checked
	next := l.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if h, ok := r.Context().Value(heardKey{}).(*heard); ok {
		h.status, h.header = resp.StatusCode, resp.Header
	}
	resp.Body = &limited{resp.Body, maxAnswer}
	return resp, nil
}

// repeatable returns a copy of r whose body can be sent again, for a transport that signs
// in again after a 401. The SDK's own bodies of calls without content cannot.
func repeatable(r *http.Request) (*http.Request, error) {
	r = r.Clone(r.Context())
	if r.Body == nil || r.GetBody != nil {
		return r, nil
	}
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		return nil, err
	}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body, err = r.GetBody()
	r.ContentLength = int64(len(body))
	return r, err
}

// limited is a body that ends with an error after left bytes.
type limited struct {
	io.ReadCloser
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLong
	}
	n, err := l.ReadCloser.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
