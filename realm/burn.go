package realm

import "time"

// Burn takes from a record what may have been spent on it since an older copy of it was
// made: at most lost updates of the store happened since, and each guess is one of them. So
// at most lost of the guesses that the copy still has were answered meanwhile, or answered
// after a success that the copy does not know of.
//
// leave keeps that many guesses, if the copy has them, although they may have been spent:
// they are given back, and more guesses than were allowed may then be answered in total.
// With 0 nothing is given back.
func Burn(record Record, lost uint64, leave uint16, now time.Time) Record {
	if record.State != Registered || record.exhausted() {
		return record
	}
	left := record.remaining()
	burnt := uint16(min(uint64(left-min(left, leave)), lost))
	if burnt == 0 {
		return record
	}
	record.GuessCount += burnt
	record.LastGuess = now.Unix() // the owner shall see it, and pacing count from here
	record.History.GuessesEver += min(uint32(burnt), 1<<32-1-record.History.GuessesEver)
	return record
}

// BurnStored is [Burn] for what a [Store] keeps, opened. What is no record, a page of a
// tenant's log, stays as it is. The error wraps [ErrCorrupt].
func BurnStored(data []byte, lost uint64, leave uint16, now time.Time) ([]byte, error) {
	if len(data) > 0 && data[0] == logFormat {
		return data, nil
	}
	record, err := DecodeRecord(data)
	if err != nil {
		return nil, err
	}
	return Burn(record, lost, leave, now).Encode(), nil
}
