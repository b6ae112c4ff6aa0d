package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed/store"
)

var inMemory = Column{
	Place: "memory", Peer: "none", Level: Real,
	Without: map[string]string{"two files of one name": "memory holds one", "interrupted create": "nothing is left behind"},
}

// troubled is what all handles on a troubled Memory share.
type troubled struct {
	*Memory
	mu        sync.Mutex
	lose      bool
	arrives   bool
	meanwhile func()
	expire    func() // the next create ends the token
	end       bool   // the next create ends the sign-in
	signIns   int    // how often everybody had to sign in again
	full      bool
}

// place is the Memory with all troubles; spoilt, unless nil, makes of a Create's error what
// a bad place would.
func (m *troubled) place(spoilt func(m *Memory, name string, err error) error) Place {
	return Place{
		Atomic: true,
		Open:   func(testing.TB) store.Store { return m.open(spoilt) },
		Plant:  func(_ testing.TB, name string, data []byte) { m.Put(name, data) },
		Lose: func(_ testing.TB, arrives bool, meanwhile func()) {
			m.set(func() { m.lose, m.arrives, m.meanwhile = true, arrives, meanwhile })
		},
		Expire:  func(_ testing.TB, came func()) { m.set(func() { m.expire = came }) },
		SignOut: func(testing.TB) func() { m.set(func() { m.end = true }); return func() {} },
		Fill: func(testing.TB) func() {
			m.set(func() { m.full = true })
			return func() { m.set(func() { m.full = false }) }
		},
	}
}

func (m *troubled) set(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

type handle struct {
	*Memory
	spoilt func(m *Memory, name string, err error) error
}

func (h *handle) Create(ctx context.Context, name string, data []byte) error {
	err := h.Memory.Create(ctx, name, data)
	if h.spoilt != nil && err != nil {
		return h.spoilt(h.Memory, name, err)
	}
	return err
}

func (m *troubled) open(spoilt func(m *Memory, name string, err error) error) store.Store {
	own := m.Another()
	signedIn := m.signIns
	own.Before = func(op, name string) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if op == "create" && m.end {
			m.end, m.signIns = false, m.signIns+1
		}
		switch {
		case signedIn < m.signIns:
			return store.ErrSignedOut
		case op == "create" && m.full:
			return store.ErrFull
		case op == "create" && m.expire != nil:
			m.expire()
			m.expire = nil
			if spoilt != nil {
				return store.ErrSignedOut
			}
		case op == "create" && m.lose && !m.arrives:
			m.lose = false
			m.meanwhile()
			return store.ErrOffline
		}
		return nil
	}
	own.After = func(op, _ string) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if op == "create" && m.lose {
			m.lose = false
			m.meanwhile()
			return store.ErrOffline
		}
		return nil
	}
	return &handle{own, spoilt}
}

func TestMemory(t *testing.T) {
	Run(t, inMemory, func(t *testing.T) Place { return (&troubled{Memory: NewMemory()}).place(nil) })
}

// instead gives another error where kind was told.
func instead(kind, told error) func(m *Memory, name string, err error) error {
	return func(m *Memory, name string, err error) error {
		if !errors.Is(err, kind) {
			return err
		}
		if told == nil {
			return nil
		}
		return store.Errorf("create", name, told, "wrongly")
	}
}

// The suite must notice each place that misbehaves in trouble.
func TestSuiteNoticesInTrouble(t *testing.T) {
	for what, b := range map[string]struct {
		spoilt  func(m *Memory, name string, err error) error
		noticed func(t testing.TB, p Place)
	}{
		"calls a lost answer refused": {instead(store.ErrOffline, store.ErrRefused), answerLost},
		"takes silence for success":   {instead(store.ErrOffline, nil), requestLost},
		"takes what is there for its own": {func(m *Memory, name string, err error) error {
			if _, ok := m.Files()[name]; ok && errors.Is(err, store.ErrOffline) {
				return nil
			}
			return err
		}, overtakenUnseen},
		"does not renew its token":       {instead(store.ErrFull, store.ErrFull), tokenExpires},
		"calls a dead sign-in offline":   {instead(store.ErrSignedOut, store.ErrOffline), signedOut},
		"calls a full place signed out":  {instead(store.ErrFull, store.ErrSignedOut), full},
		"calls what is there signed out": {instead(store.ErrExists, store.ErrSignedOut), answerLost},
	} {
		t.Run(what, func(t *testing.T) {
			notices(t, b.noticed, (&troubled{Memory: NewMemory()}).place(b.spoilt))
		})
	}
}

func notices(t *testing.T, run func(testing.TB, Place), p Place) {
	t.Helper()
	r := &recorder{TB: t}
	r.run(func() { run(r, p) })
	if len(r.said) == 0 {
		t.Error("not noticed")
	}
}

// twins is a place that holds several files of one name; the first counts.
type twins struct {
	*Memory
	more   map[string][]byte
	silent bool // tells no forks
	moody  bool // takes any
}

func (w *twins) Forks(context.Context) (names []string, err error) {
	for name, data := range w.more {
		if !bytes.Equal(w.Files()[name], data) && !w.silent {
			names = append(names, name)
		}
	}
	return names, nil
}

func (w *twins) Get(ctx context.Context, name string) ([]byte, error) {
	first, err := w.Memory.Get(ctx, name)
	if second := w.more[name]; w.moody && second != nil {
		w.Put(name, second)
		w.more[name] = first
	}
	return first, err
}

func (w *twins) Delete(ctx context.Context, name string) error {
	delete(w.more, name)
	return w.Memory.Delete(ctx, name)
}

func (w *twins) place() Place {
	return Place{
		Open: func(testing.TB) store.Store { return w },
		Plant: func(_ testing.TB, name string, data []byte) {
			if _, ok := w.Files()[name]; ok {
				w.more[name] = data
			} else {
				w.Put(name, data)
			}
		},
	}
}

func TestForks(t *testing.T) {
	fork(t, (&twins{Memory: NewMemory(), more: map[string][]byte{}}).place())
	notices(t, fork, (&twins{Memory: NewMemory(), more: map[string][]byte{}, silent: true}).place())
	notices(t, fork, (&twins{Memory: NewMemory(), more: map[string][]byte{}, moody: true}).place())
}

func TestCases(t *testing.T) {
	if len(Cases()) != len(checks) || !slices.Contains(Cases(), "full") {
		t.Errorf("cases: %q", Cases())
	}
	if why := Live("x").Without; why["full"] == "" || why["round trip"] != "" {
		t.Errorf("a live service leaves out %v", why)
	}
}
