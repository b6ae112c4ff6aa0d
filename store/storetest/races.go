package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

func endedContext(t testing.TB, p Place) {
	s := p.Open(t)
	create(t, s, "there", noise(10))
	calls := map[string]func(ctx context.Context) error{
		"create": func(ctx context.Context) error { return s.Create(ctx, "new", noise(5e6)) },
		"get":    func(ctx context.Context) error { _, err := s.Get(ctx, "there"); return err },
		"list":   func(ctx context.Context) error { _, err := s.List(ctx); return err },
		"delete": func(ctx context.Context) error { return s.Delete(ctx, "there") },
	}
	for what, call := range calls {
		start := time.Now()
		err := call(ended(t))
		if took := time.Since(start); took > patience {
			t.Errorf("%s went on for %v after its context", what, took)
		}
		wantKind(t, what+" with an ended context", err, store.ErrOffline)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v does not say that it was cancelled", what, err)
		}
	}
	wantNothing(t, s, "new")
	wantFile(t, s, "there", noise(10))
}

// cancelledHalfWay cancels at several moments of a create and looks what is there.
func cancelledHalfWay(t testing.TB, p Place) {
	s, other := p.Open(t), p.Open(t)
	data := noise(5e6)
	for i, delay := range []time.Duration{0, 1e5, 1e6, 3e6, 1e7, 3e7, 1e8} {
		name := fmt.Sprintf("cancelled %d", i)
		ctx, cancel := context.WithTimeout(t.Context(), delay)
		err := s.Create(ctx, name, data)
		cancel()
		if err == nil {
			wantFile(t, other, name, data)
			continue
		}
		wantKind(t, "create cut short", err, store.ErrOffline)
		wantNothingOrFile(t, other, name, data)
	}
}

const writers = 16

func concurrentCreators(t testing.TB, p Place) {
	for round := range 5 {
		race(t, p, fmt.Sprintf("contended %d", round))
	}
}

// race lets all writers, each on its own computer, create name at once.
func race(t testing.TB, p Place, name string) {
	var start, done sync.WaitGroup
	errs := make([]error, writers)
	start.Add(1)
	for i := range errs {
		s := p.Open(t)
		done.Go(func() {
			start.Wait()
			errs[i] = s.Create(t.Context(), name, attempt(i))
		})
	}
	start.Done()
	done.Wait()
	judge(t, p, name, errs)
}

// attempt is what writer i stores; each length is another.
func attempt(i int) []byte { return bytes.Repeat([]byte{byte('a' + i)}, 100_000+i) }

// judge checks what writers were told against what is stored.
func judge(t testing.TB, p Place, name string, errs []error) {
	t.Helper()
	got, err := p.Open(t).Get(t.Context(), name)
	if err != nil {
		t.Errorf("after %d creators: %v", len(errs), err)
		return
	}
	winners, stored := 0, false
	for i, err := range errs {
		kind := kindOf(t, "create", err)
		if kind == nil {
			winners++
			stored = stored || bytes.Equal(got, attempt(i))
		} else if p.Atomic && kind != store.ErrExists {
			t.Errorf("a loser was told %v", err)
		}
	}
	if winners < 1 || winners > 1 && p.Atomic {
		t.Errorf("%d of %d creators of one name were told that they succeeded", winners, len(errs))
	}
	if !stored {
		t.Errorf("what is stored is not what a winner wrote")
	}
	for range 3 {
		wantFile(t, p.Open(t), name, got)
	}
	if f, ok := p.Open(t).(store.Forker); ok {
		if forks, err := f.Forks(t.Context()); err != nil || slices.Contains(forks, name) != (winners > 1) {
			t.Errorf("%d creators succeeded, and told as forks are %q, %v", winners, forks, err)
		}
	}
}

func readerDuringCreate(t testing.TB, p Place) {
	writer, reader := p.Open(t), p.Open(t)
	data := noise(2 << 20)
	for round := range 5 {
		name := fmt.Sprintf("watched %d", round)
		written := make(chan error, 1)
		go func() { written <- writer.Create(t.Context(), name, data) }()
		for looking := true; looking; {
			select {
			case err := <-written:
				if err != nil {
					t.Errorf("create: %v", err)
				}
				looking = false
			default:
			}
			look(t, reader, name, data)
		}
		wantFile(t, reader, name, data)
	}
}

// look fails the test when it sees a part of a file.
func look(t testing.TB, s store.Store, name string, data []byte) {
	t.Helper()
	for _, e := range list(t, s) {
		if e.Size != int64(len(data)) {
			t.Errorf("%q is listed with %d bytes of %d", e.Name, e.Size, len(data))
		}
	}
	got, err := s.Get(t.Context(), name)
	if err == nil && !bytes.Equal(got, data) {
		t.Errorf("a reader saw %d bytes of %d", len(got), len(data))
	} else if err != nil {
		wantKind(t, "get during create", err, store.ErrNotFound)
	}
}
