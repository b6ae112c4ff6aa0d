package mobile

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/store"
)

// A Problem is an error taken apart.
type Problem struct {
	kind, place, text string
	tries, wait       int
}

// failure is what every function of this package fails with.
type failure struct {
	Problem
	cause error
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.cause }

// problem gives an error of the library its kind: nil stays nil.
func problem(err error) error {
	if err == nil {
		return nil
	}
	return &failure{*explain(err), err}
}

// Explain takes an error of this package apart, or what a host has kept of one: its text.
func Explain(err error) *Problem {
	var f *failure
	if err == nil {
		return &Problem{tries: -1}
	}
	if errors.As(err, &f) {
		return &f.Problem
	}
	if kind, _, found := strings.Cut(err.Error(), ": "); found && known(kind) {
		return &Problem{kind: kind, text: err.Error(), tries: -1}
	}
	return explain(err)
}

func explain(err error) *Problem {
	p := &Problem{kind: kindOf(err), tries: -1}
	var wrong *cloudseed.WrongPINError
	if errors.As(err, &wrong) {
		p.tries = wrong.Left
	}
	var place *cloudseed.PlaceError
	if errors.As(err, &place) {
		p.place = place.Place
	}
	var storeBusy *store.Error
	if errors.As(err, &storeBusy) {
		p.wait = seconds(storeBusy.After)
	}
	var busy *juicebox.BusyError
	if errors.As(err, &busy) {
		p.wait = seconds(busy.After)
	}
	p.text = fmt.Sprintf("%s: %v", p.kind, err)
	return p
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// Kind is what went wrong, in one word that stays the same: "wrong-pin", "offline". It is "code" in
// the command's --json. "" for no error, "unexpected" for one without a kind.
func (p *Problem) Kind() string { return p.kind }

// Place is the name of the first place that failed, "" if none did.
func (p *Problem) Place() string { return p.place }

// TriesLeft is how many wrong PINs are still allowed after a wrong one; -1 where that is not
// what happened.
func (p *Problem) TriesLeft() int { return p.tries }

// WaitSeconds is how long a place or the PIN servers ask to wait; 0 if they did not.
func (p *Problem) WaitSeconds() int { return p.wait }

// Text is for the log: the kind, a colon and the cause. No secret is in it.
func (p *Problem) Text() string { return p.text }
