package store_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

func TestCheckCreate(t *testing.T) {
	for name, ok := range map[string]bool{
		"Wallet backup - Samantha.age": true, strings.Repeat("x", 120): true, "": false,
		strings.Repeat("x", 121): false, ".x": false, "x ": false, "a/b": false, "é": false, "a\x00": false,
	} {
		err := store.CheckCreate(name, nil)
		if ok != (err == nil) || err != nil && !errors.Is(err, store.ErrRefused) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := store.CheckCreate("a", make([]byte, store.MaxSize)); err != nil {
		t.Error(err)
	}
	if err := store.CheckCreate("a", make([]byte, store.MaxSize+1)); !errors.Is(err, store.ErrRefused) {
		t.Error(err)
	}
}

func TestErrorHasKindAndCause(t *testing.T) {
	var err error = &store.Error{Op: "get", Name: "a", Kind: store.ErrBusy, After: time.Second, Err: io.ErrUnexpectedEOF}
	if !errors.Is(err, store.ErrBusy) || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, store.ErrFull) {
		t.Error("Is is wrong")
	}
	if got, want := err.Error(), `get "a": busy: unexpected EOF`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEnded(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	if err := store.Ended(ctx, "get", "a"); err != nil {
		t.Error(err)
	}
	cancel(io.EOF)
	if err := store.Ended(ctx, "get", "a"); !errors.Is(err, store.ErrOffline) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
