package realmtest

import (
	"github.com/anishathalye/porcupine"
	"github.com/cloudseed/cloudseed/juicebox"
)

// state is all that a client can tell about a record. It is written from the protocol,
// apart from realm.Decide, and knows nothing of time: histories shorter than
// realm.ExhaustedFor need no more.
type state struct {
	registered     bool
	version        juicebox.RegistrationVersion
	tag            juicebox.UnlockKeyTag
	allowed, spent uint16
}

var model = porcupine.Model{
	Init: func() any { return state{} },
	Step: func(before, request, reply any) (bool, any) { return step(before.(state), request, reply) },
}

// step says whether reply is right, and what the record is afterwards. A nil reply, one
// that nobody saw, is right.
func step(s state, request, reply any) (bool, state) {
	switch request := request.(type) {
	case juicebox.Register2:
		return true, state{true, request.Version, request.UnlockKeyTag, request.NumGuesses, 0}
	case juicebox.Delete:
		return true, state{}
	case juicebox.Recover1:
		got := reply.(juicebox.Recover1Response)
		return got.Status == s.look() && (got.Status != juicebox.StatusOK || got.Version == s.version), s
	case juicebox.Recover2:
		status := s.guess(request.Version)
		if status == juicebox.StatusOK {
			s.spent++
		}
		got, seen := reply.(juicebox.Recover2Response)
		return !seen || got.Status == status && (status != juicebox.StatusOK || got.GuessCount == s.spent), s
	case juicebox.Recover3:
		status := s.release(request)
		got, seen := reply.(juicebox.Recover3Response)
		right := !seen || got.Status == status && (status != juicebox.StatusBadUnlockKeyTag || got.GuessesRemaining == s.allowed-s.spent)
		if status == juicebox.StatusOK {
			s.spent = 0
		}
		return right, s
	}
	return true, s // Register1
}

func (s state) look() juicebox.Status {
	switch {
	case !s.registered:
		return juicebox.StatusNotRegistered
	case s.spent >= s.allowed:
		return juicebox.StatusNoGuesses
	}
	return juicebox.StatusOK
}

func (s state) guess(version juicebox.RegistrationVersion) juicebox.Status {
	if s.registered && s.version != version {
		return juicebox.StatusVersionMismatch
	}
	return s.look()
}

func (s state) release(request juicebox.Recover3) juicebox.Status {
	switch {
	case !s.registered:
		return juicebox.StatusNotRegistered
	case s.version != request.Version:
		return juicebox.StatusVersionMismatch
	case s.tag != request.UnlockKeyTag:
		return juicebox.StatusBadUnlockKeyTag
	}
	return juicebox.StatusOK
}
