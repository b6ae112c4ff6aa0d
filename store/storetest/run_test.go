package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

func memoryPlace(m *Memory) Place {
	return Place{
		Open:   func(testing.TB) store.Store { return m.Another() },
		Atomic: true,
		Plant:  func(_ testing.TB, name string, data []byte) { m.Put(name, data) },
	}
}

// broken is a Memory that breaks one promise.
type broken struct {
	*Memory
	create func(m *Memory, ctx context.Context, name string, data []byte) error
	get    func(data []byte, err error) ([]byte, error)
	list   func(entries []store.Entry, err error) ([]store.Entry, error)
	delete func(m *Memory, ctx context.Context, name string) error
	rename func(name string) string
}

func (b *broken) Create(ctx context.Context, name string, data []byte) error {
	if b.rename != nil {
		name = b.rename(name)
	}
	if b.create != nil {
		return b.create(b.Memory, ctx, name, data)
	}
	return b.Memory.Create(ctx, name, data)
}

func (b *broken) Get(ctx context.Context, name string) ([]byte, error) {
	data, err := b.Memory.Get(ctx, name)
	if b.get != nil {
		return b.get(data, err)
	}
	return data, err
}

func (b *broken) List(ctx context.Context) ([]store.Entry, error) {
	entries, err := b.Memory.List(ctx)
	if b.list != nil {
		return b.list(entries, err)
	}
	return entries, err
}

func (b *broken) Delete(ctx context.Context, name string) error {
	if b.delete != nil {
		return b.delete(b.Memory, ctx, name)
	}
	return b.Memory.Delete(ctx, name)
}

// Each way to break a promise, and the case that must notice it.
var broke = map[string]struct {
	broken
	noticed string
}{
	"overwrites": {broken{create: func(m *Memory, ctx context.Context, name string, data []byte) error {
		m.Put(name, data)
		return nil
	}}, "created twice"},
	"takes equal bytes for success": {broken{create: func(m *Memory, ctx context.Context, name string, data []byte) error {
		err := m.Create(ctx, name, data)
		if bytes.Equal(m.Files()[name], data) && errors.Is(err, store.ErrExists) {
			return nil
		}
		return err
	}}, "created twice"},
	"looks, then writes": {broken{create: func(m *Memory, ctx context.Context, name string, data []byte) error {
		if err := store.CheckCreate(name, data); err != nil {
			return err
		}
		if _, ok := m.Files()[name]; ok {
			return store.Errorf("create", name, store.ErrExists, "seen")
		}
		time.Sleep(time.Millisecond)
		m.Put(name, data)
		return nil
	}}, "concurrent creators"},
	"writes in two halves": {broken{create: func(m *Memory, ctx context.Context, name string, data []byte) error {
		if err := m.Create(ctx, name, data[:len(data)/2]); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
		m.Put(name, data)
		return nil
	}}, "reader during create"},
	"leaves a half when cancelled": {broken{create: func(m *Memory, ctx context.Context, name string, data []byte) error {
		if err := m.Create(ctx, name, data); err != nil {
			if ctx.Err() != nil {
				m.Put(name, data[:len(data)/2])
			}
			return err
		}
		return nil
	}}, "cancelled half-way"},
	"does not hear the context": {broken{create: func(m *Memory, ctx context.Context, name string, data []byte) error {
		return m.Create(context.Background(), name, data)
	}}, "ended context"},
	"keeps what is too large": {broken{create: func(m *Memory, ctx context.Context, name string, data []byte) error {
		if len(data) > store.MaxSize {
			m.Put(name, data)
			return nil
		}
		return m.Create(ctx, name, data)
	}}, "too large"},
	"cuts at 5 MB": {broken{get: func(data []byte, err error) ([]byte, error) {
		return data[:min(len(data), 5e6-1)], err
	}}, "every byte value and size"},
	"changes line ends": {broken{get: func(data []byte, err error) ([]byte, error) {
		return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), err
	}}, "every byte value and size"},
	"gives nothing for missing": {broken{get: func(data []byte, err error) ([]byte, error) {
		if errors.Is(err, store.ErrNotFound) {
			err = nil
		}
		return data, err
	}}, "nothing there"},
	"has errors without a kind": {broken{get: func(data []byte, err error) ([]byte, error) {
		if err != nil {
			err = errors.New("something")
		}
		return data, err
	}}, "nothing there"},
	"lists the first page": {broken{list: func(entries []store.Entry, err error) ([]store.Entry, error) {
		return entries[:min(len(entries), 200)], err
	}}, "list of many"},
	"lists in any order": {broken{list: func(entries []store.Entry, err error) ([]store.Entry, error) {
		slices.Reverse(entries)
		return entries, err
	}}, "list of many"},
	"lists no sizes": {broken{list: func(entries []store.Entry, err error) ([]store.Entry, error) {
		for i := range entries {
			entries[i].Size = 0
		}
		return entries, err
	}}, "round trip"},
	"does not delete": {broken{delete: func(m *Memory, ctx context.Context, name string) error {
		return store.Ended(ctx, "delete", name)
	}}, "deleted"},
	"cannot delete what is missing": {broken{delete: func(m *Memory, ctx context.Context, name string) error {
		if _, err := m.Get(ctx, name); err != nil {
			return err
		}
		return m.Delete(ctx, name)
	}}, "nothing there"},
	"reads plus as a space": {broken{rename: func(name string) string {
		return strings.ReplaceAll(name, "+", " ")
	}}, "odd names"},
	"unescapes once more": {broken{rename: func(name string) string {
		return strings.ReplaceAll(name, "%20", " ")
	}}, "odd names"},
	"cleans paths": {broken{rename: func(name string) string {
		return strings.TrimPrefix(name, "../")
	}}, "refused names"},
}

// The suite must notice each of them: a test that cannot fail shows nothing.
func TestSuiteNotices(t *testing.T) {
	for what, b := range broke {
		t.Run(what, func(t *testing.T) {
			shared := NewMemory()
			place := Place{Atomic: true, Open: func(testing.TB) store.Store {
				handle := b.broken
				handle.Memory = shared
				return &handle
			}}
			i := slices.IndexFunc(checks, func(c check) bool { return c.name == b.noticed })
			r := &recorder{TB: t}
			r.run(func() { checks[i].run(r, place) })
			if len(r.said) == 0 {
				t.Errorf("%q did not notice a place that %s", b.noticed, what)
			}
		})
	}
}

func TestSuiteNoticesLeftovers(t *testing.T) {
	place := memoryPlace(NewMemory())
	place.Interrupt = place.Plant
	r := &recorder{TB: t}
	r.run(func() { interruptedCreate(r, place) })
	if len(r.said) == 0 {
		t.Error("a leftover under the final name was not noticed")
	}
}

// A recorder is a test that is expected to fail.
type recorder struct {
	testing.TB
	said []string
}

type stopped struct{}

func (r *recorder) run(f func()) {
	defer func() {
		if p := recover(); p != nil && p != (stopped{}) {
			panic(p)
		}
	}()
	f()
}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}
func (r *recorder) Error(args ...any)                 { r.said = append(r.said, fmt.Sprint(args...)) }
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...); panic(stopped{}) }
