package s3

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
)

// What a witness saw of an answer that the library does not hand out.
type witnessed struct {
	header http.Header
	start  []byte // of the body of an error or a listing
}

type witnessKey struct{}

// witness returns a context whose requests tell the witness.
func witness(ctx context.Context) (context.Context, *witnessed) {
	w := &witnessed{header: http.Header{}}
	return context.WithValue(ctx, witnessKey{}, w), w
}

// witnessing asks for answers that are not compressed, so that lengths can be checked, and
// refuses a listing that is none: the library reads any XML as one, without files.
type witnessing struct{ http.RoundTripper }

func (t witnessing) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Encoding", "identity") // not part of the signature
	resp, err := t.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	w, ok := r.Context().Value(witnessKey{}).(*witnessed)
	if !ok {
		w = &witnessed{}
	}
	w.header, w.start = resp.Header, nil
	listing := r.URL.Query().Get("list-type") != ""
	if listing || resp.StatusCode >= 300 {
		w.start = peek(resp)
	}
	if listing && resp.StatusCode == http.StatusOK && !bytes.Contains(w.start, []byte("<ListBucketResult")) {
		resp.Body.Close()
		return nil, errNoListing
	}
	return resp, nil
}

var errNoListing = errors.New("the answer is not a listing: this is not an S3 service, or something stands before it")

// peek returns the first bytes of the body and leaves it as it was.
func peek(resp *http.Response) []byte {
	b := bufio.NewReaderSize(resp.Body, 1<<10)
	start, _ := b.Peek(1 << 10) // an error comes again when the body is read
	resp.Body = struct {
		io.Reader
		io.Closer
	}{b, resp.Body}
	return bytes.Clone(start)
}
