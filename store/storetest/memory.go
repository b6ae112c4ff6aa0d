package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// Memory is a real place that lasts as long as the test, and fails when it is told to.
//
// Set the hooks before the place is used. They may be called at the same time from many
// goroutines, may block, and may use the place. An error they return goes to the caller:
// as it is when it is a [*store.Error], else as one, of the kind that it is or ErrOffline.
type Memory struct {
	// Before is called before each operation ("create", "get", "list", "delete"; name is
	// "" for list). Its error is the answer, and nothing is done.
	Before func(op, name string) error

	// After is called after each operation that succeeded. Its error is the answer
	// although everything was done: an answer that got lost.
	After func(op, name string) error

	*files
}

// files is what all handles on one place share.
type files struct {
	mu    sync.Mutex
	byKey map[string]file
	calls []string
}

type file struct {
	data     []byte
	modified time.Time
}

// NewMemory returns an empty place.
func NewMemory() *Memory { return &Memory{files: &files{byKey: map[string]file{}}} }

// Another returns another computer's handle on the same place, without hooks.
func (m *Memory) Another() *Memory { return &Memory{files: m.files} }

// Create stores data under name unless something is there.
func (m *Memory) Create(ctx context.Context, name string, data []byte) error {
	if err := store.CheckCreate(name, data); err != nil {
		return err
	}
	return m.do(ctx, "create", name, func(byKey map[string]file) error {
		if _, ok := byKey[name]; ok {
			return store.Errorf("create", name, store.ErrExists, "in memory")
		}
		byKey[name] = file{bytes.Clone(data), time.Now()}
		return nil
	})
}

// Get returns what is stored under name.
func (m *Memory) Get(ctx context.Context, name string) (data []byte, err error) {
	if err := store.CheckName(name); err != nil {
		return nil, err
	}
	err = m.do(ctx, "get", name, func(byKey map[string]file) error {
		f, ok := byKey[name]
		if !ok {
			return store.Errorf("get", name, store.ErrNotFound, "in memory")
		}
		if len(f.data) > store.MaxSize {
			return store.Errorf("get", name, store.ErrCorrupt, "%d bytes are more than %d", len(f.data), store.MaxSize)
		}
		data = bytes.Clone(f.data)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return data, nil
}

// List returns all files, sorted by name.
func (m *Memory) List(ctx context.Context) (entries []store.Entry, err error) {
	err = m.do(ctx, "list", "", func(byKey map[string]file) error {
		for name, f := range byKey {
			entries = append(entries, store.Entry{Name: name, Size: int64(len(f.data)), Modified: f.modified})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries, nil
}

// Delete removes name.
func (m *Memory) Delete(ctx context.Context, name string) error {
	if err := store.CheckName(name); err != nil {
		return err
	}
	return m.do(ctx, "delete", name, func(byKey map[string]file) error {
		delete(byKey, name)
		return nil
	})
}

// String names the place.
func (m *Memory) String() string { return "memory" }

// Put stores data under name behind the place's back, over anything that is there:
// somebody changed or damaged it.
func (m *Memory) Put(name string, data []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byKey[name] = file{bytes.Clone(data), time.Now()}
}

// Files returns a copy of all that is stored.
func (m *Memory) Files() map[string][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	snapshot := map[string][]byte{}
	for name, f := range m.byKey {
		snapshot[name] = bytes.Clone(f.data)
	}
	return snapshot
}

// Calls returns the operations asked for so far through all handles, such as
// "create a.age" and "list", with those that the hooks made fail.
func (m *Memory) Calls() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.calls)
}

// do runs one operation between the hooks.
func (m *Memory) do(ctx context.Context, op, name string, act func(byKey map[string]file) error) error {
	if err := store.Ended(ctx, op, name); err != nil {
		return err
	}
	m.mu.Lock()
	m.calls = append(m.calls, strings.TrimSpace(op+" "+name))
	m.mu.Unlock()
	if err := call(m.Before, op, name); err != nil {
		return err
	}
	if err := store.Ended(ctx, op, name); err != nil { // the hook may have waited
		return err
	}
	m.mu.Lock()
	err := act(m.byKey)
	m.mu.Unlock()
	if err != nil {
		return err
	}
	return call(m.After, op, name)
}

// call calls a hook and gives its error a kind.
func call(hook func(op, name string) error, op, name string) error {
	if hook == nil {
		return nil
	}
	err := hook(op, name)
	var e *store.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	kind := store.ErrOffline
	if i := slices.IndexFunc(store.Kinds, func(k error) bool { return errors.Is(err, k) }); i >= 0 {
		kind = store.Kinds[i]
	}
	return &store.Error{Op: op, Name: name, Kind: kind, Err: err}
}
