package realmtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
)

// StormAt lets 200 guessers loose on one new record, which all the stores have, and says
// what was wrong. It is nil where guesses are counted as they must be.
func StormAt(t testing.TB, stores []realm.Store) error {
	t.Helper()
	const allowed, guessers = 10, 200
	user := NewUser()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := user.At(t, stores[0]).Ask(ctx, Registration(allowed)); err != nil {
		t.Fatal(err)
	}
	var targets []Target
	for _, store := range stores {
		targets = append(targets, user.At(t, store))
	}
	answered, err := Storms(ctx, targets, guessers)
	if err != nil {
		return err
	}
	return CheckSpent(get(t, stores[0], user.Record()), allowed, answered)
}

// HistoryAt lets a crowd loose on one new record, which all the stores have, and says
// whether what it saw is possible.
func HistoryAt(t testing.TB, stores []realm.Store) error {
	t.Helper()
	user := NewUser()
	crowd := Crowd{Clients: 6, Operations: 25}
	for _, store := range stores {
		crowd.Targets = append(crowd.Targets, user.At(t, store))
	}
	history := crowd.Run(t.Context())
	if all, unknown := history.Len(); unknown > 0 || all != 6*25 {
		t.Fatalf("%d operations, %d of them without an answer", all, unknown)
	}
	return history.Check()
}

// Storms lets guessers loose on one record, shared out among ways to reach it, until every
// one was told NoGuesses. It returns how many guesses were answered.
func Storms(ctx context.Context, targets []Target, guessers int) (answered int64, err error) {
	storms := make([]Storm, len(targets))
	errs := make([]error, len(targets))
	var wg sync.WaitGroup
	for i, target := range targets {
		storms[i].Target, storms[i].Guessers = target, guessers/len(targets)
		wg.Go(func() { errs[i] = storms[i].Run(ctx) })
	}
	wg.Wait()
	for i := range storms {
		answered += storms[i].Answered.Load()
	}
	return answered, errors.Join(errs...)
}

// CheckSpent says what is wrong with a stored record after a storm that was to use up all
// allowed guesses, and that was answered so often.
func CheckSpent(stored []byte, allowed uint16, answered int64) error {
	record, err := realm.DecodeRecord(stored)
	if err != nil {
		return err
	}
	if record.GuessCount != allowed || answered > int64(allowed) {
		return fmt.Errorf("%d guesses are spent and %d were answered; %d are allowed", record.GuessCount, answered, allowed)
	}
	return nil
}

// Used asks, as the owner of a record, how many of its guesses are spent.
func (t Target) Used(ctx context.Context) (uint16, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, t.URL+"view", nil)
	if err != nil {
		return 0, err
	}
	q.Header.Set("Authorization", "Bearer "+t.Token)
	answer, err := t.HTTP.Do(q)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, &StatusError{answer.StatusCode, answer.Status}
	}
	var view juicebox.View
	err = json.NewDecoder(answer.Body).Decode(&view)
	return view.GuessesUsed, err
}
