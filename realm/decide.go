package realm

import (
	"crypto/subtle"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

// ExhaustedFor is how long a record whose last guess was just spent still waits for the
// Recover3 that belongs to that guess.
//
// The published realms wipe such a record as soon as anybody asks, so a poller between
// the last Recover2 and its Recover3 destroys a right guess. Here everybody who asks
// meanwhile is told NoGuesses, and the record is wiped by the first request or
// [Realm.Sweep] after this time. Waiting gives an attacker nothing: no OPRF evaluation is left to
// get, and a tag of 128 bits is not found by trying.
const ExhaustedFor = 5 * time.Minute

// Rules are what a realm may do differently for different tenants. The zero Rules are those
// of plain Juicebox.
type Rules struct {
	Pacing Pacing // nil: no waiting
	// UnprovedFor is how long a registration that was never recovered is kept; 0: for ever.
	// Our clients recover once right after they register. It is forgotten, lifetime count
	// and all, by the first request or [Realm.Sweep] after this time.
	UnprovedFor time.Duration
}

// Decide says what request does to record at time now. It does no I/O and draws no
// randomness, so it may be run again on a newer record.
//
// The caller must have checked that the sender may send the request ([Role.May]) and that
// its points and scalars decode, and must store next durably before it sends reply.
//
// A wait above zero means that pacing refuses the request for that long. Then there is no
// reply and next is the record as it was: the try costs nothing and makes no later one wait
// longer. Recover1 is refused as Recover2 would be, so that a client that asks all realms
// first spends no guess at some while others refuse.
//
// In a Recover2Response with StatusOK the guess is spent in next, but the blinded result
// and the proof are still zero: the caller computes them from next's share once next is
// stored. They are the first bytes that depend on a PIN.
func Decide(record Record, request juicebox.Request, now time.Time, rules Rules) (next Record, reply juicebox.Response, wait time.Duration) {
	record = settle(record, now, rules)
	switch request := request.(type) {
	case juicebox.Register1:
		reply = juicebox.Register1Response{}
	case juicebox.Register2:
		record, reply = register2(record, request, now, rules), juicebox.Register2Response{}
	case juicebox.Recover1:
		found := recover1(record)
		if wait = rules.Pacing.left(record, now); found.Status != juicebox.StatusOK || wait == 0 {
			return record, found, 0
		}
	case juicebox.Recover2:
		if status := mayGuess(record, request); status != juicebox.StatusOK {
			return record, juicebox.Recover2Response{Status: status}, 0
		}
		if wait = rules.Pacing.left(record, now); wait == 0 {
			record, reply = guess(record, now)
		}
	case juicebox.Recover3:
		record, reply = recover3(record, request)
	case juicebox.Delete:
		record, reply = Record{}, juicebox.DeleteResponse{}
	}
	return record, reply, wait
}

// settle wipes a record whose guesses have been used up for long enough, and forgets one
// that nobody proved for so long that nobody can be relying on it.
func settle(record Record, now time.Time, rules Rules) Record {
	if record.State != Registered {
		return record
	}
	if record.History.Expires && rules.UnprovedFor > 0 && !record.History.Proved && now.Sub(time.Unix(record.History.RegisteredAt, 0)) >= rules.UnprovedFor {
		return Record{}
	}
	if record.exhausted() && now.Unix()-record.LastGuess >= int64(ExhaustedFor/time.Second) {
		history := record.History
		history.LastWrong = record.lastWrong()
		return Record{State: NoGuesses, History: history}
	}
	return record
}

// register2 starts over, except for what the owner may want to know of before.
func register2(record Record, request juicebox.Register2, now time.Time, rules Rules) Record {
	return Record{State: Registered, Registration: request, History: History{
		GuessesEver:  record.History.GuessesEver,
		LastWrong:    record.lastWrong(),
		RegisteredAt: now.Unix(),
		Expires:      rules.UnprovedFor > 0,
	}}
}

func recover1(record Record) juicebox.Recover1Response {
	switch {
	case record.State == NotRegistered:
		return juicebox.Recover1Response{Status: juicebox.StatusNotRegistered}
	case record.State == NoGuesses, record.exhausted():
		return juicebox.Recover1Response{Status: juicebox.StatusNoGuesses}
	}
	return juicebox.Recover1Response{Status: juicebox.StatusOK, Version: record.Registration.Version}
}

// mayGuess is StatusOK, or why no guess will be spent.
func mayGuess(record Record, request juicebox.Recover2) juicebox.Status {
	switch {
	case record.State == NotRegistered:
		return juicebox.StatusNotRegistered
	case record.State == NoGuesses:
		return juicebox.StatusNoGuesses
	case record.Registration.Version != request.Version:
		return juicebox.StatusVersionMismatch
	case record.exhausted():
		return juicebox.StatusNoGuesses
	}
	return juicebox.StatusOK
}

func guess(record Record, now time.Time) (Record, juicebox.Recover2Response) {
	record.History.LastWrong = record.lastWrong()
	record.History.guessed()
	record.GuessCount++
	record.LastGuess = now.Unix()
	return record, juicebox.Recover2Response{
		Status:              juicebox.StatusOK,
		OPRFSignedPublicKey: record.Registration.OPRFSignedPublicKey,
		UnlockKeyCommitment: record.Registration.UnlockKeyCommitment,
		NumGuesses:          record.Registration.NumGuesses,
		GuessCount:          record.GuessCount,
	}
}

func recover3(record Record, request juicebox.Recover3) (Record, juicebox.Recover3Response) {
	registration := &record.Registration
	switch {
	case record.State == NotRegistered:
		return record, juicebox.Recover3Response{Status: juicebox.StatusNotRegistered}
	case record.State == NoGuesses:
		return record, juicebox.Recover3Response{Status: juicebox.StatusNoGuesses}
	case registration.Version != request.Version:
		return record, juicebox.Recover3Response{Status: juicebox.StatusVersionMismatch}
	case subtle.ConstantTimeCompare(registration.UnlockKeyTag[:], request.UnlockKeyTag[:]) == 0:
		return record, juicebox.Recover3Response{
			Status:           juicebox.StatusBadUnlockKeyTag,
			GuessesRemaining: record.remaining(),
		}
	}
	record.GuessCount, record.LastGuess = 0, 0
	record.History.Proved = true
	return record, juicebox.Recover3Response{
		Status:                    juicebox.StatusOK,
		EncryptionKeyScalarShare:  registration.EncryptionKeyScalarShare,
		EncryptedSecret:           registration.EncryptedSecret,
		EncryptedSecretCommitment: registration.EncryptedSecretCommitment,
	}
}
