package mobile

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
)

// The words of kinds are those that the command and the app use.
func TestKindsAreTheCommands(t *testing.T) {
	errs := []error{
		&cloudseed.StrangerError{}, &cloudseed.KitTypoError{}, &cloudseed.WrongPINError{Left: 3}, &cloudseed.WrongPINError{},
		&cloudseed.WeakPINError{Reason: cloudseed.PINYear}, &cloudseed.ReplacedError{}, &cloudseed.ForkError{}, &cloudseed.ConflictError{},
		&cloudseed.IncompleteError{Failed: []*cloudseed.PlaceError{{Place: "stick", Err: store.ErrFull}}},
		&cloudseed.CouldNotLookError{Failed: []*cloudseed.PlaceError{{Place: "stick", Err: store.ErrOffline}}},
		&cloudseed.UnknownRealmsError{}, &phrase.WordCountError{}, &phrase.UnknownWordError{}, &phrase.ChecksumError{}, &phrase.AmbiguousError{},
	}
	if len(errs) != len(typedKinds) {
		t.Errorf("%d errors for %d typed kinds", len(errs), len(typedKinds))
	}
	for _, k := range kinds {
		if k.target != errNoJournal { // the command always has one
			errs = append(errs, k.target)
		}
	}
	for _, err := range errs {
		wrapped := fmt.Errorf("somewhere: %w", err)
		if got, want := Explain(wrapped).Kind(), words.English.For(wrapped).Code; got != want || !known(got) {
			t.Errorf("%v is %q here and %q there", err, got, want)
		}
	}
	for _, want := range store.Kinds {
		if !slices.ContainsFunc(placeKinds, func(k kind) bool { return k.target == want }) {
			t.Errorf("a host cannot answer %v", want)
		}
	}
}
