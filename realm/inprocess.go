package realm

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/cloudseed/cloudseed/juicebox"
)

// InProcess lets an HTTP client call realms of its own process without a socket. Their
// addresses are embedded://ID/ with the 32 hex digits of the realm's id:
//
//	transport := http.DefaultTransport.(*http.Transport).Clone()
//	transport.RegisterProtocol("embedded", realm.InProcess(realms))
//
// Such a realm protects nothing from a thief of the machine; see the realm's database.
func InProcess(realms map[juicebox.RealmID]http.Handler) http.RoundTripper {
	return inProcess(realms)
}

type inProcess map[juicebox.RealmID]http.Handler

// RoundTrip runs the handler to its end in the caller's goroutine.
func (realms inProcess) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.Body == nil {
		q = q.Clone(q.Context())
		q.Body = http.NoBody
	}
	defer q.Body.Close()
	if err := q.Context().Err(); err != nil {
		return nil, err
	}
	id, err := juicebox.ParseRealmID(q.URL.Host)
	if err != nil {
		return nil, fmt.Errorf("%s://%s: %w", q.URL.Scheme, q.URL.Host, err)
	}
	handler, ok := realms[id]
	if !ok {
		return nil, fmt.Errorf("no realm %s in this process", id)
	}
	w := &recorder{header: make(http.Header), status: http.StatusOK}
	handler.ServeHTTP(w, q)
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)),
		StatusCode:    w.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        w.header,
		Body:          io.NopCloser(&w.body),
		ContentLength: int64(w.body.Len()),
		Request:       q,
	}, nil
}

// A recorder keeps what a handler answers. Messages are small.
type recorder struct {
	header  http.Header
	status  int
	written bool
	body    bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if !w.written {
		w.status, w.written = status, true
	}
}

func (w *recorder) Write(p []byte) (int, error) {
	w.written = true
	return w.body.Write(p)
}
