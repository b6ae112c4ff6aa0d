package juicebox

import (
	"errors"
	"slices"
	"testing"
)

// used is what honest views say.
func (w *world) used() map[RealmID]uint16 {
	used := map[RealmID]uint16{}
	for _, r := range w.realms {
		used[r.id] = r.spent
	}
	return used
}

func TestCountedRecovery(t *testing.T) {
	w := registered(t)
	w.realms[1].spent = 2 // this device's own, which its view shows
	w.Used = w.used()
	w.mustRecover(t, 1, 2, 3)
	if w.realms[1].spent != 0 {
		t.Error("a success did not give the guesses back")
	}
}

// A guess of somebody else's between the view and ours is never reset, though the PIN is right.
func TestGuessedMeanwhile(t *testing.T) {
	w := registered(t)
	w.Used = w.used()
	w.realms[2].spent = 1
	_, err := w.Recover(t.Context(), pin, info)
	if !errors.Is(err, ErrMeanwhile) {
		t.Errorf("got %v, want %v", err, ErrMeanwhile)
	}
	if n := w.asked("Recover3"); n != 0 {
		t.Errorf("%d realms reset their counters", n)
	}
	if w.realms[2].spent != 2 {
		t.Errorf("%d guesses are spent at that realm, want 2", w.realms[2].spent)
	}
}

// A realm that said nothing of its count is not asked at all.
func TestUncountedRealmLeftAlone(t *testing.T) {
	w := registered(t)
	w.Used = w.used()
	delete(w.Used, w.realms[0].id)
	w.mustRecover(t, 2, 3)
	if n := len(w.realms[0].asked); n != 2 { // Register1 and 2
		t.Errorf("the realm was asked: %v", w.realms[0].asked)
	}
	delete(w.Used, w.realms[1].id)
	if _, err := w.Recover(t.Context(), pin, info); !errors.Is(err, ErrConfiguration) {
		t.Errorf("with one of two realms: %v", err)
	}
}

// One that loses the answer to its guess has not shown its count and is not asked to reset it.
func TestLostCount(t *testing.T) {
	w := registered(t)
	w.Used = w.used()
	w.realms[0].lie = lie(func(a *Recover2Response) { *a = Recover2Response{Status: StatusVersionMismatch} })
	w.mustRecover(t, 2, 3)
	if slices.Contains(w.realms[0].asked, "Recover3") {
		t.Error("it was asked for its part, which resets its counter")
	}
}

func TestBeforeGuess(t *testing.T) {
	w := registered(t)
	w.net["realm2"] = nil
	var told []RealmID
	w.BeforeGuess = func(ids []RealmID) error {
		if w.asked("Recover2") > 0 {
			t.Error("a guess was spent before")
		}
		told = ids
		return nil
	}
	w.mustRecover(t, 1, 3)
	if want := []RealmID{w.realms[0].id, w.realms[2].id}; !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
	full := errors.New("disk full")
	w.BeforeGuess = func([]RealmID) error { return full }
	spent := w.asked("Recover2")
	if _, err := w.Recover(t.Context(), pin, info); err != full || w.asked("Recover2") != spent {
		t.Errorf("after a journal that failed: %v", err)
	}
}
