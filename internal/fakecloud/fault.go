package fakecloud

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Fault is something that goes wrong with the next requests that match. The zero value
// matches every request, once, and changes nothing.
type Fault struct {
	// Which requests: empty fields match all. Path is a prefix.
	Host, Method, Path string
	Match              func(r *http.Request) bool // must not read the body

	After int // lets this many matching requests pass first
	Times int // then fails this many; 0 is one, negative all

	// What happens, in this order.
	Delay  time.Duration // waits first, at most until the client hangs up
	Do     func()        // called before the request is answered: somebody was faster
	Drop   bool          // hangs up; the fake never sees the request
	Status int           // is the answer, with Header and Body; the fake never sees the request
	Header http.Header
	Body   string
	Serve  http.HandlerFunc         // is the answer, made anew each time
	Lost   bool                     // the fake does what was asked, then hangs up without an answer
	Cut    int                      // the answer's body ends after this many bytes, against its Content-Length
	Change func(body []byte) []byte // the answer's body is replaced, its headers adapted
}

// Fail adds faults. One request meets one fault, the oldest that matches.
func (c *Cloud) Fail(faults ...Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range faults {
		if f.Times == 0 {
			f.Times = 1
		}
		c.faults = append(c.faults, &f)
	}
}

// Heal removes all faults and says how many had not happened yet; those that were to
// happen always are not counted.
func (c *Cloud) Heal() (left int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.faults {
		left += max(f.Times, 0)
	}
	c.faults = nil
	return left
}

// nextFault returns what r meets, or nil.
func (c *Cloud) nextFault(r *http.Request) *Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, f := range c.faults {
		if !f.matches(r) {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				c.faults = slices.Delete(c.faults, i, i+1)
			}
		}
		return f
	}
	return nil
}

func (f *Fault) matches(r *http.Request) bool {
	return (f.Host == "" || f.Host == r.Host) && (f.Method == "" || f.Method == r.Method) &&
		strings.HasPrefix(r.URL.Path, f.Path) && (f.Match == nil || f.Match(r))
}

// spoils tells whether the answer is not what the fake gave.
func (f *Fault) spoils() bool {
	return f != nil && (f.Drop || f.Status != 0 || f.Serve != nil || f.Lost || f.Cut > 0 || f.Change != nil)
}

// serve answers r as the fault says. A nil fault changes nothing.
func (f *Fault) serve(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	if f == nil {
		handler.ServeHTTP(w, r)
		return
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
		}
	}
	if f.Do != nil {
		f.Do()
	}
	switch {
	case f.Drop:
		hangUp(w)
	case f.Status != 0:
		f.refuse(w)
	case f.Serve != nil:
		f.Serve(w, r)
	case f.Lost, f.Cut > 0, f.Change != nil:
		f.spoil(w, r, handler)
	default:
		handler.ServeHTTP(w, r)
	}
}

func (f *Fault) refuse(w http.ResponseWriter) {
	if strings.HasPrefix(f.Body, "{") {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	}
	for key, values := range f.Header {
		w.Header()[http.CanonicalHeaderKey(key)] = values
	}
	w.WriteHeader(f.Status)
	fmt.Fprint(w, f.Body)
}

// spoil lets the handler act, then damages its answer.
func (f *Fault) spoil(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	held := &held{header: w.Header(), status: http.StatusOK}
	handler.ServeHTTP(held, r)
	if f.Lost {
		hangUp(w)
		return
	}
	body := held.body.Bytes()
	if f.Change != nil {
		body = f.Change(body)
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(held.status)
	if f.Cut == 0 || f.Cut >= len(body) {
		w.Write(body)
		return
	}
	w.Write(body[:f.Cut])
	http.NewResponseController(w).Flush()
	hangUp(w)
}

// held is an answer that is not sent yet.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *held) Header() http.Header         { return h.header }
func (h *held) WriteHeader(status int)      { h.status = status }
func (h *held) Write(p []byte) (int, error) { return h.body.Write(p) }

// hangUp breaks the connection.
func hangUp(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		conn.Close()
	}
}
