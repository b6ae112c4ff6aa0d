package cloudseed

import (
	"errors"
	"slices"
	"time"
)

// EvidenceAge is how old evidence may be before a backup is no longer called protected.
const EvidenceAge = 35 * 24 * time.Hour

// A State is the one honest summary of a Device.
type State string

const (
	StateProtected  State = "protected"   // fresh evidence in every place and at enough realms
	StateTryingOut  State = "trying out"  // embedded realms: they die with this computer
	StateUnfinished State = "unfinished"  // not verified in every place yet, or something replaced is left
	StateQueued     State = "queued"      // no more than this computer's copy of a cloud has it
	StateStranger   State = "stranger"    // somebody else has tried the PIN: see Device.Stranger
	StateWaiting    State = "waiting"     // so many realms rest after wrong PINs that a restore would have to wait
	StateOutOfDate  State = "out of date" // evidence older than EvidenceAge
	StateReplaced   State = "replaced"    // another device has taken over
	StateUndecided  State = "undecided"   // two devices wrote at once: the person decides
	StateDeleting   State = "deleting"    // the person wants it gone; something is left
	StateNeedsYou   State = "needs you"   // a place, or too many realms, failed at the last look
)

// TryingOut tells whether a backup's realms are embedded in the program that made it, so
// that it dies with that computer. Such a backup is never called protected.
func (d *Device) TryingOut() bool {
	for _, r := range d.Realms {
		if embedded(r.Realm) {
			return true
		}
	}
	return false
}

// State summarises what was seen, as of now. The worst wins: what is unfinished or failing
// is said even where the realms are embedded.
func (d *Device) State(now time.Time) State {
	switch {
	case d.Stage == StageDeleting:
		return StateDeleting
	case errors.Is(d.undecided(), ErrReplaced):
		return StateReplaced
	case d.Stranger() != nil:
		return StateStranger
	case d.undecided() != nil:
		return StateUndecided
	case d.Stage != StageDone, d.Next != nil, d.replacing():
		return StateUnfinished
	case d.failing():
		return StateNeedsYou
	case d.resting(now):
		return StateWaiting
	case d.TryingOut():
		return StateTryingOut
	case !d.fresh(now):
		return StateOutOfDate
	case d.onlyQueued():
		return StateQueued
	}
	return StateProtected
}

func (d *Device) failing() bool {
	for i := range d.Places {
		if p := &d.Places[i]; p.Problem != "" || !d.verified(p) {
			return true
		}
	}
	good := 0
	for _, r := range d.Realms {
		if r.Problem == "" {
			good++
		}
	}
	return len(d.Places) == 0 || good < d.Needed
}

// onlyQueued tells whether no place was seen to have it beyond this computer's own copy.
func (d *Device) onlyQueued() bool {
	return !slices.ContainsFunc(d.Places, func(p PlaceState) bool { return !p.Wallet.Queued })
}

// resting tells whether too few realms would take a PIN now.
func (d *Device) resting(now time.Time) bool {
	awake := 0
	for _, r := range d.Realms {
		if r.Problem == "" && !r.Rests.After(now) {
			awake++
		}
	}
	return awake < d.Needed
}

// young tells whether evidence still counts. What lies in the future was noted by a clock that
// was wrong, and says nothing.
func young(t, now time.Time) bool {
	age := now.Sub(t)
	return age < EvidenceAge && age > -day
}

// fresh tells whether every place, and enough realms without trouble since, were seen lately.
func (d *Device) fresh(now time.Time) bool {
	for _, p := range d.Places {
		if !young(p.Wallet.ReadBack, now) || d.Files.Generation > 0 && !young(p.Files.ReadBack, now) {
			return false
		}
	}
	seen := 0
	for _, r := range d.Realms {
		if r.Problem == "" && young(r.Seen, now) {
			seen++
		}
	}
	return seen >= d.Needed
}

// LastProved is the oldest of the newest evidence: everything was seen at least as late.
func (d *Device) LastProved() time.Time {
	var oldest time.Time
	for i, p := range d.Places {
		for _, t := range []time.Time{p.Wallet.ReadBack, p.Files.ReadBack} {
			if !t.IsZero() && (i == 0 && oldest.IsZero() || t.Before(oldest)) {
				oldest = t
			}
		}
	}
	return oldest
}
