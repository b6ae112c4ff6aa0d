package webdav

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/cloudseed/cloudseed/store"
)

// maxListing is the largest listing that is read, in bytes: some 20,000 files.
const maxListing = 16 << 20

// A request is one question to the server on behalf of an operation.
type request struct {
	op, name string // of the place, for errors
	method   string
	url      *url.URL
	header   map[string]string
	body     []byte
	limit    int64 // the answer's body may have this many bytes
	once     bool  // must not be sent again when a kept connection turns out to be closed
}

// An answer is what the server said, read to its end.
type answer struct {
	request
	status int
	header http.Header
	body   []byte
}

// send asks and reads the whole answer. A status that is not one of ok is an error; the
// answer comes along with it for callers that know better.
func (s *Store) send(ctx context.Context, r request, ok ...int) (*answer, error) {
	if err := store.Ended(ctx, r.op, r.name); err != nil {
		return nil, err
	}
	resp, err := s.do(ctx, r)
	if err != nil {
		return nil, transportError(ctx, r, err)
	}
	defer resp.Body.Close()
	a := &answer{request: r, status: resp.StatusCode, header: resp.Header}
	for _, status := range ok {
		if resp.StatusCode == status {
			a.body, err = readBody(ctx, r, resp)
			return a, err
		}
	}
	io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	return a, statusError(a)
}

func (s *Store) do(ctx context.Context, r request) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "cloudseed")
	req.Header.Set("Accept-Encoding", "identity") // else a length cannot be checked
	req.Header.Set("Cache-Control", "no-cache")   // answers come from the place itself
	for key, value := range r.header {
		req.Header.Set(key, value)
	}
	if !r.once {
		req.Header["Idempotency-Key"] = []string{} // not sent; tells net/http that it may repeat
	}
	if s.user != "" {
		req.SetBasicAuth(s.user, string(s.password.Reveal()))
	}
	return s.http.Do(req)
}

// readBody reads a body to its end and knows whether that was the end.
func readBody(ctx context.Context, r request, resp *http.Response) ([]byte, error) {
	if resp.Header.Get("Content-Encoding") != "" && resp.Header.Get("Content-Encoding") != "identity" {
		return nil, store.Errorf(r.op, r.name, store.ErrCorrupt, "the server sends it as %s, unasked", resp.Header.Get("Content-Encoding"))
	}
	endless := resp.ContentLength < 0 && resp.ProtoMajor == 1 && len(resp.TransferEncoding) == 0
	if endless && r.method == "GET" { // a listing shows its end itself
		return nil, store.Errorf(r.op, r.name, store.ErrRefused, "the server does not say where the file ends")
	}
	limit := max(r.limit, 64<<10)
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil && r.limit > 0 {
		return nil, transportError(ctx, r, err)
	}
	if int64(len(body)) > limit && r.limit > 0 {
		return nil, store.Errorf(r.op, r.name, store.ErrCorrupt, "the answer has more than %d bytes", limit)
	}
	return body, nil
}
