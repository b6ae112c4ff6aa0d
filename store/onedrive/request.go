package onedrive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/cloudseed/cloudseed/store"
)

// maxAnswer is the largest answer that is read where no file is expected, in bytes: a page
// of 200 items has some 100 KB.
const maxAnswer = 4 << 20

// A question is asked three times, and a wait that the service asks for is kept when it is
// short; longer ones are the caller's.
const (
	tries     = 3
	shortWait = 5 * time.Second
)

// A request is one question on behalf of an operation.
type request struct {
	op, name string // of the place, for errors
	method   string
	url      string // not shown: those of other hosts are secrets
	header   map[string]string
	body     []byte
	plain    bool  // to another host, without the token
	limit    int64 // the answer's body may have this many bytes; 0 is maxAnswer
	ok       []int // hoped for; none is 200
}

// An answer is what the service said, read to its end.
type answer struct {
	request
	status int
	header http.Header
	body   []byte
}

// ask sends a request that may be repeated, several times if need be.
func (s *Store) ask(ctx context.Context, r request) (*answer, error) {
	return s.again(ctx, r, store.ErrBusy, store.ErrOffline)
}

// again sends r, and again with full jitter as long as it fails with one of kinds.
func (s *Store) again(ctx context.Context, r request, kinds ...error) (*answer, error) {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.RandomizationFactor = s.pause, 1
	var a *answer
	var err error
	backoff.Retry(ctx, func() (struct{}, error) {
		a, err = s.send(ctx, r)
		var e *store.Error
		if !errors.As(err, &e) || !slices.Contains(kinds, e.Kind) || e.After > shortWait {
			return struct{}{}, nil // not repeated
		}
		if e.After > 0 {
			return struct{}{}, &backoff.RetryAfterError{Duration: e.After}
		}
		return struct{}{}, err
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(tries))
	if ended := store.Ended(ctx, r.op, r.name); err != nil && ended != nil {
		return nil, ended
	}
	return a, err
}

// send asks once and reads the whole answer. A status that was not hoped for is an error;
// the answer comes along with it for callers that know better.
func (s *Store) send(ctx context.Context, r request) (*answer, error) {
	if err := store.Ended(ctx, r.op, r.name); err != nil {
		return nil, err
	}
	resp, err := s.do(ctx, r)
	if err != nil {
		return nil, transportError(ctx, r, err)
	}
	defer resp.Body.Close()
	a := &answer{request: r, status: resp.StatusCode, header: resp.Header}
	if len(r.ok) == 0 {
		r.ok = []int{http.StatusOK}
	}
	if !slices.Contains(r.ok, a.status) {
		a.body, _ = io.ReadAll(io.LimitReader(resp.Body, 64<<10))
		return a, statusError(a)
	}
	a.body, err = readBody(ctx, r, resp)
	return a, err
}

func (s *Store) do(ctx context.Context, r request) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "cloudseed")
	req.Header.Set("Accept-Encoding", "identity") // else a length cannot be checked
	req.Header.Set("Cache-Control", "no-cache")   // answers come from the place itself
	for key, value := range r.header {
		req.Header.Set(key, value)
	}
	if r.plain {
		return s.plain.Do(req)
	}
	return s.http.Do(req)
}

// readBody reads a body to its end.
func readBody(ctx context.Context, r request, resp *http.Response) ([]byte, error) {
	if encoding := resp.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, store.Errorf(r.op, r.name, store.ErrCorrupt, "the service sends it as %s, unasked", encoding)
	}
	limit := r.limit
	if limit == 0 {
		limit = maxAnswer
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, transportError(ctx, r, err)
	}
	if int64(len(body)) > limit {
		return nil, store.Errorf(r.op, r.name, store.ErrCorrupt, "the answer has more than %d bytes", limit)
	}
	return body, nil
}
