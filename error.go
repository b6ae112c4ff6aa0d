package cloudseed

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
)

// The kinds of failure, beside those of package store (why a place failed) and
// *phrase errors (what is wrong with a phrase).
var (
	ErrNoPlace   = errors.New("no place to keep the backup in was given")
	ErrNoBackup  = errors.New("no backup found")                 // every place was looked at completely
	ErrNoTries   = errors.New("no tries left")                   // the realms have destroyed their shares
	ErrNoRecord  = errors.New("the realms have no record of it") // deleted, expired, or never registered
	ErrElsewhere = errors.New("its embedded realms are in another computer")
	ErrRealms    = errors.New("not enough realms answered")
	ErrUnsafe    = errors.New("its realms are not safe to ask") // plain HTTP, weak hashing, impossible thresholds
	ErrBusy      = errors.New("the realms ask to wait")
	ErrName      = errors.New("a wallet's name has 1 to 60 characters")
	ErrUnsaved   = errors.New("how far it has come could not be written down") // what was done stays done; Resume goes on
	ErrUndone    = errors.New("nothing was kept")                              // an interrupted Create was taken back
	ErrChanged   = errors.New("something else stands in its place")

	ErrNotBackup   = envelope.ErrNotBackup   // not one of our files
	ErrNewerFormat = envelope.ErrNewerFormat // made by a later version
	ErrDamaged     = envelope.ErrDamaged     // cut short, changed, or not authentic
	ErrTooLarge    = envelope.ErrTooLarge    // more than a backup can hold
)

// A WrongPINError says how many tries are left. Each wrong PIN spends one; the last one
// destroys the record (ErrNoTries).
type WrongPINError = juicebox.WrongPINError

// A WeakPINError says why a PIN was refused.
type WeakPINError struct{ Reason PINWeakness }

func (e *WeakPINError) Error() string { return "the PIN is too easy: " + string(e.Reason) }

// A PlaceError says which place failed; Err holds a kind of package store.
type PlaceError struct {
	Place string
	Err   error
}

func (e *PlaceError) Error() string { return e.Place + ": " + e.Err.Error() }
func (e *PlaceError) Unwrap() error { return e.Err }

// An IncompleteError says that the backup is sealed and registered but not verified in
// every place. Resume finishes it.
type IncompleteError struct {
	Verified []string // places that hold it, read back
	Failed   []*PlaceError
}

func (e *IncompleteError) Error() string {
	return fmt.Sprintf("verified in %d of %d places: %s", len(e.Verified), len(e.Verified)+len(e.Failed), joinPlaces(e.Failed))
}
func (e *IncompleteError) Unwrap() []error { return unwrapPlaces(e.Failed) }

// A CouldNotLookError says that nothing was found but that not every place could be
// looked at: there may be a backup.
type CouldNotLookError struct{ Failed []*PlaceError }

func (e *CouldNotLookError) Error() string   { return "could not look: " + joinPlaces(e.Failed) }
func (e *CouldNotLookError) Unwrap() []error { return unwrapPlaces(e.Failed) }

// An UnknownRealmsError names realms of a backup that this device does not know. Show
// them to the person before they type a PIN.
type UnknownRealmsError struct{ Realms []juicebox.Realm }

func (e *UnknownRealmsError) Error() string {
	var addresses []string
	for _, r := range e.Realms {
		addresses = append(addresses, r.Address)
	}
	return "unknown realms: " + strings.Join(addresses, ", ")
}

func joinPlaces(failed []*PlaceError) string {
	var s []string
	for _, f := range failed {
		s = append(s, f.Error())
	}
	return strings.Join(s, "; ")
}

func unwrapPlaces(failed []*PlaceError) []error {
	var s []error
	for _, f := range failed {
		s = append(s, f)
	}
	return s
}
