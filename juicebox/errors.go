package juicebox

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The ways in which a realm, or a whole operation, fails, together with [WrongPINError]
// and [BusyError]. Each error of this package that came from talking to realms is one
// of them (errors.Is).
var (
	ErrNotRegistered   = errors.New("nothing is registered")
	ErrUnauthorized    = errors.New("the token was refused")
	ErrUpgradeRequired = errors.New("the realm wants a newer client")
	ErrUnreachable     = errors.New("the realm cannot be reached")          // network, timeout, or trouble of the realm's own
	ErrProtocol        = errors.New("the realm does not keep the protocol") // wrong proof, encoding or state

	// ErrConfiguration means that no realm was asked: the configuration cannot be used.
	ErrConfiguration = errors.New("configuration of realms is not usable")
)

// A WrongPINError says how many guesses are left. With 0 the record is locked for good,
// and the PIN just tried may have been the right one.
type WrongPINError struct{ Left int }

func (e *WrongPINError) Error() string { return fmt.Sprintf("wrong PIN, guesses left: %d", e.Left) }

// A BusyError says how long a realm asks to wait; 0 if it did not say.
type BusyError struct{ After time.Duration }

func (e *BusyError) Error() string { return fmt.Sprintf("the realm asks to wait %v", e.After) }

// A RealmError is what happened at one realm.
type RealmError struct {
	Realm Realm
	Err   error
}

func (e *RealmError) Error() string { return e.Realm.Address + ": " + e.Err.Error() }
func (e *RealmError) Unwrap() error { return e.Err }

// A ThresholdError means that too few realms did their part. It unwraps to the one
// error that decides, as the protocol orders them: a wrong PIN, then [ErrNotRegistered],
// [ErrUnauthorized], [ErrUpgradeRequired], [BusyError], [ErrProtocol] and last
// [ErrUnreachable].
type ThresholdError struct {
	Need, Got int // realms
	Realms    []RealmError
	deciding  error
}

func (e *ThresholdError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v (%d realms of the %d needed)", e.deciding, e.Got, e.Need)
	for i := range e.Realms {
		b.WriteString("; " + e.Realms[i].Error())
	}
	return b.String()
}

func (e *ThresholdError) Unwrap() error { return e.deciding }

// threshold makes a ThresholdError whose deciding error is the first of failed in the
// protocol's order; failed must not be empty.
func threshold(need, got int, failed []RealmError) *ThresholdError {
	first := slices.MinFunc(failed, func(a, b RealmError) int { return compare(a.Err, b.Err) })
	return &ThresholdError{Need: need, Got: got, Realms: failed, deciding: first.Err}
}

// compare orders errors by kind, then the fewer guesses, then the longer wait first.
func compare(a, b error) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	var pinA, pinB *WrongPINError
	if errors.As(a, &pinA) && errors.As(b, &pinB) {
		return cmp.Compare(pinA.Left, pinB.Left)
	}
	var busyA, busyB *BusyError
	if errors.As(a, &busyA) && errors.As(b, &busyB) {
		return cmp.Compare(busyB.After, busyA.After)
	}
	return 0
}

func rank(err error) int {
	var wrongPIN *WrongPINError
	var busy *BusyError
	switch {
	case errors.As(err, &wrongPIN):
		return 0
	case errors.Is(err, ErrNotRegistered):
		return 1
	case errors.Is(err, ErrUnauthorized):
		return 2
	case errors.Is(err, ErrUpgradeRequired):
		return 3
	case errors.As(err, &busy):
		return 4
	case errors.Is(err, ErrProtocol):
		return 5
	}
	return 6 // ErrUnreachable
}
