package storetest

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/cloudseed/cloudseed/store"
)

// wantKind fails the test unless err is a *store.Error of that kind and of no other.
func wantKind(t testing.TB, what string, err, kind error) {
	t.Helper()
	if got := kindOf(t, what, err); got != kind {
		t.Errorf("%s: got %v, want %v (%v)", what, got, kind, err)
	}
}

// kindOf returns the kind of err, nil for nil, and fails the test when it has none.
func kindOf(t testing.TB, what string, err error) error {
	t.Helper()
	if err == nil {
		return nil
	}
	var e *store.Error
	if !errors.As(err, &e) || !slices.Contains(store.Kinds, e.Kind) {
		t.Errorf("%s: an error without a kind: %#v", what, err)
		return nil
	}
	return e.Kind
}

// wantFile fails the test unless data is stored under name, as Get and List see it.
func wantFile(t testing.TB, s store.Store, name string, data []byte) {
	t.Helper()
	wantBytes(t, s, name, data)
	entries := list(t, s)
	i := slices.IndexFunc(entries, func(e store.Entry) bool { return e.Name == name })
	if i < 0 {
		t.Errorf("%q is not listed in %q", name, names(entries))
	} else if entries[i].Size != int64(len(data)) {
		t.Errorf("%q is listed with %d bytes, want %d", name, entries[i].Size, len(data))
	}
}

// wantBytes fails the test unless Get returns data.
func wantBytes(t testing.TB, s store.Store, name string, data []byte) {
	t.Helper()
	got, err := s.Get(t.Context(), name)
	if err != nil {
		t.Errorf("get %q: %v", name, err)
	} else if !bytes.Equal(got, data) {
		t.Errorf("get %q: got %d bytes that are not the %d stored", name, len(got), len(data))
	}
}

// wantNothing fails the test unless name is neither found nor listed.
func wantNothing(t testing.TB, s store.Store, name string) {
	t.Helper()
	_, err := s.Get(t.Context(), name)
	wantKind(t, "get of what is not there", err, store.ErrNotFound)
	if found := names(list(t, s)); slices.Contains(found, name) {
		t.Errorf("%q is listed, and is not there", name)
	}
}

// wantNothingOrFile fails the test unless name is absent or whole. A server that was sent
// everything may go on after the caller has left, so it may become whole while we look.
func wantNothingOrFile(t testing.TB, s store.Store, name string, data []byte) {
	t.Helper()
	_, err := s.Get(t.Context(), name)
	if err != nil && !slices.Contains(names(list(t, s)), name) {
		wantKind(t, "get of what may be there", err, store.ErrNotFound)
		return
	}
	wantFile(t, s, name, data)
}
