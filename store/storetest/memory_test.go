package storetest_test

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

func TestHooks(t *testing.T) {
	m, ctx := storetest.NewMemory(), t.Context()
	m.Before = func(op, name string) error {
		if name == "early" {
			return store.ErrFull
		}
		return nil
	}
	m.After = func(op, name string) error {
		if name == "late" && op == "create" {
			return io.ErrUnexpectedEOF
		}
		return nil
	}
	if err := m.Create(ctx, "early", []byte("x")); !errors.Is(err, store.ErrFull) {
		t.Errorf("failed before: %v", err)
	}
	if err := m.Create(ctx, "late", []byte("x")); !errors.Is(err, store.ErrOffline) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("lost answer: %v", err)
	}
	if err := m.Another().Create(ctx, "early", nil); err != nil {
		t.Errorf("another computer has no hooks: %v", err)
	}
	if files := m.Files(); len(files) != 2 || string(files["late"]) != "x" {
		t.Errorf("stored: %q", files)
	}
	if want := []string{"create early", "create late", "create early"}; !slices.Equal(m.Calls(), want) {
		t.Errorf("calls: %q", m.Calls())
	}
}

func TestHookKeepsItsError(t *testing.T) {
	m := storetest.NewMemory()
	m.Before = func(op, name string) error {
		return &store.Error{Op: op, Kind: store.ErrBusy, After: time.Minute, Err: io.EOF}
	}
	_, err := m.List(t.Context())
	var e *store.Error
	if !errors.As(err, &e) || e.After != time.Minute {
		t.Errorf("got %v", err)
	}
}

func TestHookMayUseThePlace(t *testing.T) {
	m, ctx := storetest.NewMemory(), t.Context()
	m.After = func(op, name string) error {
		if op == "create" {
			m.Put(name, []byte("damaged"))
		}
		return nil
	}
	if err := m.Create(ctx, "a", []byte("whole")); err != nil {
		t.Fatal(err)
	}
	if got, _ := m.Get(ctx, "a"); string(got) != "damaged" {
		t.Errorf("got %q", got)
	}
}
