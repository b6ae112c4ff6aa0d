package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The kinds of failure, by cause. Programs ask errors.Is; people are told in the words
// of package internal/words.
var (
	ErrNotFound  = errors.New("not found")           // nothing is stored under that name
	ErrExists    = errors.New("already there")       // something is stored under that name
	ErrSignedOut = errors.New("signed out")          // only the person can mend it, by signing in again
	ErrConsent   = errors.New("permission missing")  // signed in, but the permission was not ticked
	ErrFull      = errors.New("full")                // no room left, or over a quota
	ErrBusy      = errors.New("busy")                // asks to wait; see Error.After
	ErrOffline   = errors.New("not reachable")       // no answer from the place: network, server, or time-out
	ErrGone      = errors.New("not connected")       // the folder or the medium is not there
	ErrRefused   = errors.New("refused")             // the place or this program will not do it, now or later
	ErrCorrupt   = errors.New("not what was stored") // cut short, changed, or too large
)

// Kinds lists every kind, for tables that must be complete.
var Kinds = []error{ErrNotFound, ErrExists, ErrSignedOut, ErrConsent, ErrFull, ErrBusy, ErrOffline, ErrGone, ErrRefused, ErrCorrupt}

// An Error says what a place could not do and why. It never holds a password or a token.
type Error struct {
	Op    string        // "create", "get", "list", "delete", "open"
	Name  string        // the file, or "" for the whole place
	Kind  error         // one of Kinds
	After time.Duration // with ErrBusy: how long the place asks to wait; 0 if it did not say
	Err   error         // the cause, for the log
}

func (e *Error) Error() string {
	s := e.Op
	if e.Name != "" {
		s += fmt.Sprintf(" %q", e.Name)
	}
	s += ": " + e.Kind.Error()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap lets errors.Is find both the kind and the cause.
func (e *Error) Unwrap() []error { return []error{e.Kind, e.Err} }

// Errorf returns an Error of kind whose cause is made as by fmt.Errorf.
func Errorf(op, name string, kind error, format string, args ...any) *Error {
	return &Error{Op: op, Name: name, Kind: kind, Err: fmt.Errorf(format, args...)}
}

// Ended returns nil while ctx lasts, then an ErrOffline around the error of ctx.
func Ended(ctx context.Context, op, name string) error {
	if err := ctx.Err(); err != nil {
		return &Error{Op: op, Name: name, Kind: ErrOffline, Err: err}
	}
	return nil
}
