package cloudseed

import (
	"context"
	"errors"
	"testing"

	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

func TestFindAnswers(t *testing.T) {
	w := newWorld(t)
	_, err := Find(ctx, w.config())
	wantError(t, "empty places", err, ErrNoBackup)

	w.a.Put("notes.age", []byte("age-encryption.org/v1\n-> X25519 x\n"))
	w.a.Put("Wallet backup - Samantha - wallet 1.age", []byte("dear diary"))
	s, err := Find(ctx, w.config())
	wantError(t, "no backups", err, ErrNoBackup)
	wantError(t, "not a backup", err, ErrNotBackup)
	if len(s.Skipped) != 2 {
		t.Errorf("skipped %+v", s.Skipped)
	}

	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrSignedOut, "test") }
	_, err = Find(ctx, w.config())
	var could *CouldNotLookError
	if !errors.As(err, &could) || !errors.Is(err, store.ErrSignedOut) || errors.Is(err, ErrNoBackup) {
		t.Errorf("one place signed out: %v", err)
	}
	w.b.Before = nil
	w.create(newWallet(t, 12, phrase.English))
	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	s, err = Find(ctx, w.config())
	if err != nil || len(s.Backups) != 1 || len(s.Failed) != 1 || len(s.Backups[0].Wallet) != 1 {
		t.Errorf("one of two: %+v %v", s, err)
	}
}

type forked struct{ *storetest.Memory }

func (forked) Forks(context.Context) ([]string, error) {
	return []string{"Wallet backup - Samantha - wallet 1.age"}, nil
}

func TestForksAreReported(t *testing.T) {
	w := newWorld(t)
	w.create(newWallet(t, 12, phrase.English))
	c := w.config()
	c.Places[0].Store = forked{w.a}
	s, err := Find(ctx, c)
	if err != nil || len(s.Forks) != 1 || s.Forks[0].Place != "first" || s.Forks[0].Generation != 1 {
		t.Errorf("forks: %+v, %v", s.Forks, err)
	}
}
