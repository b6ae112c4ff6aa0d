package realm

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/fxamacker/cbor/v2"
	"golang.org/x/crypto/blake2s"
)

// A RecordID names the record of one user of one tenant.
type RecordID [32]byte

// NewRecordID computes the id as Juicebox does, so that records can move between its
// realms and ours: BLAKE2s-256 of the CBOR map of tenant and user, in that order.
func NewRecordID(tenant, user string) RecordID {
	name, err := cbor.Marshal(struct {
		Tenant string `cbor:"tenant_name"`
		User   string `cbor:"user_id"`
	}{tenant, user})
	if err != nil {
		panic(err) // two strings always encode
	}
	return blake2s.Sum256(name)
}

// State is where a record is in its life.
type State byte

const (
	NotRegistered State = iota // never registered, or deleted
	Registered
	NoGuesses // the guesses are used up and everything else is wiped
)

// A Record is what a realm keeps for one user. The zero Record is "not registered".
// It holds this realm's shares in the clear: it prints as its state only.
type Record struct {
	State        State
	Registration juicebox.Register2 // as it was sent
	GuessCount   uint16             // spent since the registration or the last success
	LastGuess    int64              // when the last of these was spent, in Unix seconds
	History      History
}

// History is what outlives the counter: for the owner, who wants to know whether somebody
// else has guessed. Times are in Unix seconds, 0 for never.
type History struct {
	GuessesEver  uint32 // right and wrong; neither a success nor a new registration resets it
	LastWrong    int64  // of the wrong guesses before the last success
	RegisteredAt int64
	Proved       bool // the registration was recovered at least once
	Expires      bool // unless it is proved; by the rules that held when it was registered
}

// guessed counts one more guess, as long as there is room to count.
func (h *History) guessed() {
	if h.GuessesEver < 1<<32-1 {
		h.GuessesEver++
	}
}

// lastWrong is when the last guess was spent that no right tag followed; 0 for never.
func (r Record) lastWrong() int64 {
	if r.GuessCount > 0 {
		return r.LastGuess
	}
	return r.History.LastWrong
}

// exhausted says that no guess is left. The record may still wait for a Recover3.
func (r Record) exhausted() bool { return r.GuessCount >= r.Registration.NumGuesses }

// remaining counts the guesses that are left.
func (r Record) remaining() uint16 { return r.Registration.NumGuesses - r.GuessCount }

// Format prints the state whatever the verb, so that no share gets into a log.
func (r Record) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "[record, state %d]", r.State) }

// ErrCorrupt says that stored bytes are not a record of a version known here.
var ErrCorrupt = errors.New("stored record is corrupt")

const (
	recordVersion = 2
	// header: version, state, GuessesEver (4), LastWrong, RegisteredAt (8 each), flags.
	// trailer: NumGuesses, GuessCount (2 each), LastGuess (8).
	recordHeader, recordTrailer = 23, 12
	recordSize                  = recordHeader + 417 + recordTrailer
)

const flagProved, flagExpires = 1, 2

func (h History) flags() (flags byte) {
	if h.Proved {
		flags |= flagProved
	}
	if h.Expires {
		flags |= flagExpires
	}
	return flags
}

// fields lists what a registration stores, in the order of the encoding.
func fields(r *juicebox.Register2) [][]byte {
	return [][]byte{
		r.Version[:], r.OPRFPrivateKey[:],
		r.OPRFSignedPublicKey.PublicKey[:], r.OPRFSignedPublicKey.VerifyingKey[:], r.OPRFSignedPublicKey.Signature[:],
		r.UnlockKeyCommitment[:], r.UnlockKeyTag[:],
		r.EncryptionKeyScalarShare[:], r.EncryptedSecret[:], r.EncryptedSecretCommitment[:],
	}
}

// Encode returns the bytes to store: 452 for a registration, 23 when the guesses are used
// up, nil (keep no row) when nothing is registered. Equal records have equal bytes.
func (r Record) Encode() []byte {
	if r.State == NotRegistered {
		return nil
	}
	data := append(make([]byte, 0, recordSize), recordVersion, byte(r.State))
	data = binary.BigEndian.AppendUint32(data, r.History.GuessesEver)
	data = binary.BigEndian.AppendUint64(data, uint64(r.History.LastWrong))
	data = binary.BigEndian.AppendUint64(data, uint64(r.History.RegisteredAt))
	data = append(data, r.History.flags())
	if r.State == NoGuesses {
		return data
	}
	for _, field := range fields(&r.Registration) {
		data = append(data, field...)
	}
	data = binary.BigEndian.AppendUint16(data, r.Registration.NumGuesses)
	data = binary.BigEndian.AppendUint16(data, r.GuessCount)
	return binary.BigEndian.AppendUint64(data, uint64(r.LastGuess))
}

// DecodeRecord reads what Encode wrote and nothing else. Its error wraps [ErrCorrupt].
func DecodeRecord(data []byte) (Record, error) {
	if len(data) == 0 {
		return Record{}, nil
	}
	if len(data) < recordHeader || data[0] != recordVersion {
		return Record{}, fmt.Errorf("%w: %d bytes of version %d", ErrCorrupt, len(data), data[0])
	}
	r := Record{State: State(data[1]), History: History{
		GuessesEver:  binary.BigEndian.Uint32(data[2:]),
		LastWrong:    int64(binary.BigEndian.Uint64(data[6:])),
		RegisteredAt: int64(binary.BigEndian.Uint64(data[14:])),
		Proved:       data[22]&flagProved != 0,
		Expires:      data[22]&flagExpires != 0,
	}}
	switch body := data[recordHeader:]; {
	case data[22] > flagProved|flagExpires:
		return Record{}, fmt.Errorf("%w: flag %d", ErrCorrupt, data[22])
	case r.State == NoGuesses && len(body) == 0:
		return r, nil
	case r.State == Registered:
		return r.decodeRegistered(body)
	default:
		return Record{}, fmt.Errorf("%w: state %d with %d bytes", ErrCorrupt, r.State, len(data))
	}
}

func (r Record) decodeRegistered(body []byte) (Record, error) {
	for _, field := range fields(&r.Registration) {
		if len(body) < len(field) {
			return Record{}, fmt.Errorf("%w: too short", ErrCorrupt)
		}
		body = body[copy(field, body):]
	}
	if len(body) != recordTrailer {
		return Record{}, fmt.Errorf("%w: wrong length", ErrCorrupt)
	}
	r.Registration.NumGuesses = binary.BigEndian.Uint16(body)
	r.GuessCount = binary.BigEndian.Uint16(body[2:])
	r.LastGuess = int64(binary.BigEndian.Uint64(body[4:]))
	if r.Registration.NumGuesses == 0 || r.GuessCount > r.Registration.NumGuesses {
		return Record{}, fmt.Errorf("%w: %d of %d guesses spent", ErrCorrupt, r.GuessCount, r.Registration.NumGuesses)
	}
	return r, nil
}
