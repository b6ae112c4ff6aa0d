package cloudseed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing/synctest"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// A mode is how a step goes wrong.
type mode string

const (
	fails      mode = "failed"          // nothing is done, and it says so
	failsDone  mode = "failed but done" // it is done, and an error comes back
	lost       mode = "answer lost"     // it is done, and nothing comes back until somebody gives up
	diesBefore mode = "crash before"    // the program ends before it is done
	diesAfter  mode = "crash after"     // the program ends after it is done, before it knows
)

var modes = []mode{fails, failsDone, lost, diesBefore, diesAfter}

// A fault strikes one step, by its name.
type fault struct {
	step string
	mode mode
}

// A process is one run of the program on one device. Every step that it takes outside its own
// memory goes through do: saves to the journal, requests to realms, operations on places.
// A process that has crashed does nothing more; what it had in memory is lost with it.
type process struct {
	*sim
	device string
	strike func(step string) mode // which steps go wrong; nil for none

	mu    sync.Mutex
	steps []string
	count map[string]int
	once  sync.Once
	dead  chan struct{} // closed at the crash
	gone  chan struct{} // closed when its goroutines may end
}

var (
	errInjected = errors.New("injected")
	errDead     = errors.New("the process has crashed")
)

func (w *sim) start(device string, strike func(string) mode) *process {
	if w.journals[device] == nil {
		w.journals[device] = map[VaultID][]byte{}
	}
	return &process{sim: w, device: device, strike: strike, count: map[string]int{}, dead: make(chan struct{}), gone: make(chan struct{})}
}

func (f fault) strike(step string) mode {
	if step == f.step {
		return f.mode
	}
	return ""
}

// during runs a verb until it returns or the process crashes.
func (p *process) during(verb func(*process) error) (err error, crashed bool) {
	done := make(chan error, 1)
	go func() { done <- verb(p) }()
	select {
	case err := <-done:
		return err, false
	case <-p.dead:
		synctest.Wait()
		return nil, true
	}
}

// end lets the goroutines of a crashed process go; they find that nothing works any more.
func (p *process) end() { close(p.gone) }

// do takes one step of an actor, such as "journal save" or "one.example Register1". The step's
// name counts how often: requests to one realm, and operations on one place, come in turn.
func (p *process) do(ctx context.Context, step string, act func() error) error {
	if p.stopped() {
		return errDead
	}
	switch mode := p.enter(step); mode {
	case fails:
		return errInjected
	case diesBefore:
		return p.crash()
	case failsDone, lost, diesAfter:
		if err := act(); err != nil {
			return err
		}
		if mode == diesAfter {
			return p.crash()
		}
		if mode == lost {
			return wait(ctx)
		}
		return errInjected
	}
	err := act()
	if p.stopped() {
		return errDead
	}
	return err
}

func (p *process) enter(step string) mode {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count[step]++
	step = fmt.Sprintf("%s %d", step, p.count[step])
	p.steps = append(p.steps, step)
	if p.strike == nil {
		return ""
	}
	return p.strike(step)
}

func (p *process) crash() error {
	p.once.Do(func() { close(p.dead) })
	<-p.gone
	return errDead
}

// stopped holds what a crashed process still wants to do, until the end.
func (p *process) stopped() bool {
	select {
	case <-p.dead:
		<-p.gone
		return true
	default:
		return false
	}
}

// wait is how a lost answer feels: nothing, until the caller or the program's own limit for
// one operation gives up. A minute is more than the client of the realms waits.
func wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Minute):
		return errInjected
	}
}

// config is what the program on that device has: its journal, all places, the first three realms.
func (p *process) config() Config {
	c := Config{HTTP: &http.Client{Transport: p}, Journal: simJournal{p}, DeviceName: p.device, Realms: simRealms(0), weakHashing: true}
	for _, name := range p.placeNames() {
		c.Places = append(c.Places, Place{Name: name, URL: "memory:" + name, Store: &simPlace{p.places[name], p, name}})
	}
	return c
}

// load is the device as the journal has it.
func (p *process) load() (*Device, error) {
	d, err := p.journaled(p.device)
	if d == nil && err == nil {
		err = errors.New("the journal is empty")
	}
	return d, err
}

type simJournal struct{ *process }

func (j simJournal) Save(d *Device) error {
	encoded, err := d.Encode()
	if err != nil {
		return err
	}
	return j.do(context.Background(), "journal save", func() error {
		j.journals[j.device][d.Vault] = encoded
		return nil
	})
}

func (j simJournal) Forget(id VaultID) error {
	return j.do(context.Background(), "journal forget", func() error {
		delete(j.journals[j.device], id)
		return nil
	})
}

// A simPlace is a place as a process reaches it.
type simPlace struct {
	*storetest.Memory
	process *process
	name    string
}

func (s *simPlace) step(ctx context.Context, op, file string, act func() error) error {
	err := s.process.do(ctx, s.name+" "+op, act)
	if errors.Is(err, errInjected) || errors.Is(err, errDead) || errors.Is(err, context.DeadlineExceeded) {
		return store.Errorf(op, file, store.ErrOffline, "%w", err)
	}
	return err
}

func (s *simPlace) Create(ctx context.Context, file string, data []byte) error {
	return s.step(ctx, "create", file, func() error { return s.Memory.Create(ctx, file, data) })
}

func (s *simPlace) Get(ctx context.Context, file string) (data []byte, err error) {
	err = s.step(ctx, "get", file, func() error { data, err = s.Memory.Get(ctx, file); return err })
	return data, err
}

func (s *simPlace) List(ctx context.Context) (entries []store.Entry, err error) {
	err = s.step(ctx, "list", "", func() error { entries, err = s.Memory.List(ctx); return err })
	return entries, err
}

func (s *simPlace) Delete(ctx context.Context, file string) error {
	return s.step(ctx, "delete", file, func() error { return s.Memory.Delete(ctx, file) })
}

// RoundTrip carries one request to a realm. A realm that fails answers with status 503: a
// broken connection would be tried again at once, which hides the failure.
func (p *process) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	answer := httptest.NewRecorder()
	err = p.do(r.Context(), r.URL.Host+" "+requestOf(r, body), func() error {
		q := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), bytes.NewReader(body))
		q.Header = r.Header
		p.handlers[r.URL.Host].ServeHTTP(answer, q)
		return nil
	})
	if errors.Is(err, errInjected) {
		answer = httptest.NewRecorder()
		answer.WriteHeader(http.StatusServiceUnavailable)
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return answer.Result(), nil
}

func requestOf(r *http.Request, body []byte) string {
	if request, err := juicebox.DecodeRequest(body); err == nil {
		return fmt.Sprintf("%T", request)[len("juicebox."):]
	}
	return r.Method + " " + r.URL.Path
}
