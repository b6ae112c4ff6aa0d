package realmtest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed/realm"
)

// An Engine is one way to keep records, with one empty database.
type Engine struct {
	// Open opens the database. The suite closes the store if it has a Close.
	Open func(t testing.TB) realm.Store
	// Durable: closed and opened again it has everything.
	Durable bool
	// Shared: it may be open more than once at a time.
	Shared bool
}

// Run holds an engine to the promise of [realm.Store]; engine makes it anew for each part.
func Run(t *testing.T, engine func(t *testing.T) Engine) {
	for name, part := range map[string]func(*testing.T, Engine){
		"PutGetDelete":      putGetDelete,
		"ErrorOfChange":     errorOfChange,
		"EndedContext":      endedContext,
		"BytesAreCopied":    bytesAreCopied,
		"OneAfterTheOther":  oneAfterTheOther,
		"EachVisitsAll":     eachVisitsAll,
		"Reopen":            reopen,
		"StormOfGuesses":    stormOfGuesses,
		"HistoriesAreOrder": historiesAreOrder,
	} {
		t.Run(name, func(t *testing.T) { part(t, engine(t)) })
	}
}

// open opens the engine, or two of it where that is allowed.
func (e Engine) open(t *testing.T) (stores []realm.Store) {
	t.Helper()
	n := 1
	if e.Shared {
		n = 2
	}
	for range n {
		store := e.Open(t)
		stores = append(stores, store)
		t.Cleanup(func() { closeStore(t, store) })
	}
	return stores
}

func closeStore(t testing.TB, store realm.Store) {
	t.Helper()
	if c, ok := store.(io.Closer); ok {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

func put(t testing.TB, store realm.Store, id realm.RecordID, next []byte) {
	t.Helper()
	if err := store.Update(context.Background(), id, func([]byte) ([]byte, error) { return next, nil }); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, store realm.Store, id realm.RecordID) (data []byte) {
	t.Helper()
	read := func(old []byte) ([]byte, error) { data = bytes.Clone(old); return old, nil }
	if err := store.Update(context.Background(), id, read); err != nil {
		t.Fatal(err)
	}
	return data
}

func wantRecord(t testing.TB, store realm.Store, id realm.RecordID, want string) {
	t.Helper()
	if got := get(t, store, id); string(got) != want || (got == nil) != (want == "") {
		t.Errorf("record %x: %q, want %q", id[:1], got, want)
	}
}

func putGetDelete(t *testing.T, e Engine) {
	stores := e.open(t)
	first, last := stores[0], stores[len(stores)-1]
	alice, bob := realm.RecordID{'a'}, realm.RecordID{'b'}
	wantRecord(t, first, alice, "")
	put(t, first, alice, nil) // there is nothing to delete
	put(t, first, alice, []byte("one"))
	wantRecord(t, last, alice, "one")
	put(t, last, alice, []byte("two"))
	put(t, last, bob, bytes.Repeat([]byte{0, 0xff}, 2000))
	wantRecord(t, first, alice, "two")
	put(t, first, alice, nil)
	wantRecord(t, last, alice, "")
	if got := get(t, first, bob); !bytes.Equal(got, bytes.Repeat([]byte{0, 0xff}, 2000)) {
		t.Errorf("bob: %d bytes", len(got))
	}
	put(t, last, alice, []byte("three"))
	wantRecord(t, first, alice, "three")
}

func errorOfChange(t *testing.T, e Engine) {
	store := e.open(t)[0]
	put(t, store, realm.RecordID{1}, []byte("kept"))
	refused := errors.New("refused")
	for _, id := range []realm.RecordID{{1}, {2}} {
		err := store.Update(t.Context(), id, func([]byte) ([]byte, error) { return []byte("lost"), refused })
		if err != refused {
			t.Errorf("got %v", err)
		}
	}
	wantRecord(t, store, realm.RecordID{1}, "kept")
	wantRecord(t, store, realm.RecordID{2}, "")
}

func endedContext(t *testing.T, e Engine) {
	store := e.open(t)[0]
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	err := store.Update(ended, realm.RecordID{1}, func([]byte) ([]byte, error) { return []byte("x"), nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	wantRecord(t, store, realm.RecordID{1}, "")
}

// A change may do what it likes with what it was given and has returned.
func bytesAreCopied(t *testing.T, e Engine) {
	store := e.open(t)[0]
	next := []byte("mine")
	put(t, store, realm.RecordID{1}, next)
	next[0] = 'X'
	refused := errors.New("refused")
	err := store.Update(t.Context(), realm.RecordID{1}, func(old []byte) ([]byte, error) {
		old[1] = 'X'
		return nil, refused
	})
	if err != refused {
		t.Errorf("got %v", err)
	}
	wantRecord(t, store, realm.RecordID{1}, "mine")
}

func increment(old []byte) ([]byte, error) {
	var n uint64
	if old != nil {
		n = binary.BigEndian.Uint64(old)
	}
	return binary.BigEndian.AppendUint64(nil, n+1), nil
}

func oneAfterTheOther(t *testing.T, e Engine) {
	stores := e.open(t)
	const n, others = 300, 20
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			for _, id := range []realm.RecordID{{1}, {2, byte(i % others)}} {
				if err := stores[i%len(stores)].Update(t.Context(), id, increment); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := binary.BigEndian.Uint64(get(t, stores[0], realm.RecordID{1})); got != n {
		t.Errorf("counted %d, want %d", got, n)
	}
	for i := range others {
		if got := binary.BigEndian.Uint64(get(t, stores[0], realm.RecordID{2, byte(i)})); got != n/others {
			t.Errorf("record %d: counted %d, want %d", i, got, n/others)
		}
	}
}

func eachVisitsAll(t *testing.T, e Engine) {
	walker, ok := e.open(t)[0].(interface {
		realm.Store
		Each(context.Context, func(realm.RecordID) realm.Change) error
	})
	if !ok {
		t.Skip("this engine does not visit its records")
	}
	const n = 600 // more than any engine takes at a time
	id := func(i int) realm.RecordID { return realm.RecordID{byte(i), byte(i >> 8)} }
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { put(t, walker, id(i), []byte{0, 0, 0, 0, 0, 0, 0, 1}) })
	}
	wg.Wait()
	if err := walker.Each(t.Context(), func(realm.RecordID) realm.Change { return increment }); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if got := get(t, walker, id(i)); binary.BigEndian.Uint64(got) != 2 {
			t.Fatalf("record %d: %x", i, got)
		}
	}
	refused := errors.New("refused")
	err := walker.Each(t.Context(), func(realm.RecordID) realm.Change {
		return func([]byte) ([]byte, error) { return nil, refused }
	})
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}

func reopen(t *testing.T, e Engine) {
	if !e.Durable {
		t.Skip("this engine forgets")
	}
	store := e.Open(t)
	put(t, store, realm.RecordID{1}, []byte("first"))
	put(t, store, realm.RecordID{1}, []byte("second"))
	put(t, store, realm.RecordID{2}, []byte("gone"))
	put(t, store, realm.RecordID{2}, nil)
	closeStore(t, store)
	again := e.open(t)[0]
	wantRecord(t, again, realm.RecordID{1}, "second")
	wantRecord(t, again, realm.RecordID{2}, "")
}

// 200 guessers share the stores and get no guess more than is allowed.
func stormOfGuesses(t *testing.T, e Engine) {
	if err := StormAt(t, e.open(t)); err != nil {
		t.Error(err)
	}
}

func historiesAreOrder(t *testing.T, e Engine) {
	stores := e.open(t)
	for range 10 {
		if err := HistoryAt(t, stores); err != nil {
			t.Fatal(err)
		}
	}
}
