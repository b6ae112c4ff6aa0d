package fakecloud

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Kept is how much of a body an Exchange keeps, in bytes.
const Kept = 256 << 10

// An Exchange is a request and its answer, as they went over the wire. It holds tokens.
type Exchange struct {
	Host, Method string
	URL          *url.URL
	Header       http.Header
	Body         []byte // the first 256 KiB

	Status       int // 0: no answer
	AnswerHeader http.Header
	Answer       []byte // the first 256 KiB

	Fault bool // a [Fault] gave or spoilt the answer: it is none of the fake's
}

// Exchanges returns all requests so far and their answers, in the order in which they were
// answered.
func (c *Cloud) Exchanges() []Exchange {
	c.settle()
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.exchanges)
}

// Watch gives each exchange to f, in the order in which they were answered, instead of
// keeping it: for a Cloud that runs long.
func (c *Cloud) Watch(f func(Exchange)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watch = f
}

// settle waits a moment for those under way: a client has its answer a little before the
// exchange is kept.
func (c *Cloud) settle() {
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if c.underWay.Load() == 0 {
			return
		}
	}
}

// Forget drops the exchanges so far.
func (c *Cloud) Forget() {
	c.settle()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.exchanges = nil
}

// record lets serve answer and keeps what was said.
func (c *Cloud) record(w http.ResponseWriter, r *http.Request, fault bool, serve http.HandlerFunc) {
	c.underWay.Add(1)
	defer c.underWay.Add(-1)
	e := Exchange{Host: r.Host, Method: r.Method, URL: r.URL, Header: r.Header.Clone(), Fault: fault}
	heard := &tape{}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(r.Body, heard), r.Body}
	said := &recorder{ResponseWriter: w}
	defer func() {
		e.Body, e.Status, e.Answer, e.AnswerHeader = heard.bytes, said.status, said.bytes, w.Header().Clone()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.watch != nil {
			c.watch(e)
			return
		}
		c.exchanges = append(c.exchanges, e)
	}()
	serve(said, r)
	if said.status == 0 && !said.hungUp {
		said.status = http.StatusOK
	}
}

// tape keeps the beginning of what is written to it.
type tape struct{ bytes []byte }

func (t *tape) Write(p []byte) (int, error) {
	t.bytes = append(t.bytes, p[:min(len(p), Kept-len(t.bytes))]...)
	return len(p), nil
}

// recorder listens to an answer.
type recorder struct {
	http.ResponseWriter
	tape
	status int
	hungUp bool
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.tape.Write(p)
	return r.ResponseWriter.Write(p)
}

// Hijack hands the connection to one who hangs up.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r.hungUp = true
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

// Unwrap lets http.ResponseController flush.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
