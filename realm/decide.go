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
// meanwhile is told NoGuesses, and the record is wiped by the first request after this
// time, whatever it is. Waiting gives an attacker nothing: no OPRF evaluation is left to
// get, and a tag of 128 bits is not found by trying.
const ExhaustedFor = 5 * time.Minute

// Decide says what request does to record at time now. It does no I/O and draws no
// randomness, so it may be run again on a newer record.
//
// The caller must have checked that the sender may send the request ([Role.May]) and that
// its points and scalars decode, and must store next durably before it sends reply.
//
// In a Recover2Response with StatusOK the guess is spent in next, but the blinded result
// and the proof are still zero: the caller computes them from next's share once next is
// stored. They are the first bytes that depend on a PIN.
func Decide(record Record, request juicebox.Request, now time.Time) (next Record, reply juicebox.Response) {
	record = settle(record, now)
	switch request := request.(type) {
	case juicebox.Register1:
		return record, juicebox.Register1Response{}
	case juicebox.Register2:
		return Record{State: Registered, Registration: request}, juicebox.Register2Response{}
	case juicebox.Recover1:
		return record, recover1(record)
	case juicebox.Recover2:
		return recover2(record, request, now)
	case juicebox.Recover3:
		return recover3(record, request)
	case juicebox.Delete:
		return Record{}, juicebox.DeleteResponse{}
	default:
		return record, nil
	}
}

// settle wipes a record whose guesses have been used up for long enough.
func settle(record Record, now time.Time) Record {
	if record.State == Registered && record.exhausted() &&
		now.Unix()-record.LastGuess >= int64(ExhaustedFor/time.Second) {
		return Record{State: NoGuesses}
	}
	return record
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

func recover2(record Record, request juicebox.Recover2, now time.Time) (Record, juicebox.Recover2Response) {
	switch {
	case record.State == NotRegistered:
		return record, juicebox.Recover2Response{Status: juicebox.StatusNotRegistered}
	case record.State == NoGuesses:
		return record, juicebox.Recover2Response{Status: juicebox.StatusNoGuesses}
	case record.Registration.Version != request.Version:
		return record, juicebox.Recover2Response{Status: juicebox.StatusVersionMismatch}
	case record.exhausted():
		return record, juicebox.Recover2Response{Status: juicebox.StatusNoGuesses}
	}
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
	return record, juicebox.Recover3Response{
		Status:                    juicebox.StatusOK,
		EncryptionKeyScalarShare:  registration.EncryptionKeyScalarShare,
		EncryptedSecret:           registration.EncryptedSecret,
		EncryptedSecretCommitment: registration.EncryptedSecretCommitment,
	}
}
