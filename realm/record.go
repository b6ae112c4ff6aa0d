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
	LastGuess    int64              // when the last guess was spent, in Unix seconds
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
	recordVersion = 1
	// header: version, state. trailer: NumGuesses, GuessCount (2 each), LastGuess (8).
	recordHeader, recordTrailer = 2, 12
)

// fields lists what a registration stores, in the order of the encoding.
func fields(r *juicebox.Register2) [][]byte {
	return [][]byte{
		r.Version[:], r.OPRFPrivateKey[:],
		r.OPRFSignedPublicKey.PublicKey[:], r.OPRFSignedPublicKey.VerifyingKey[:], r.OPRFSignedPublicKey.Signature[:],
		r.UnlockKeyCommitment[:], r.UnlockKeyTag[:],
		r.EncryptionKeyScalarShare[:], r.EncryptedSecret[:], r.EncryptedSecretCommitment[:],
	}
}

// Encode returns the bytes to store: 431 for a registration, 2 when the guesses are used
// up, nil (keep no row) when nothing is registered. Equal records have equal bytes.
func (r Record) Encode() []byte {
	if r.State == NotRegistered {
		return nil
	}
	data := []byte{recordVersion, byte(r.State)}
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
	if len(data) < recordHeader {
		return Record{}, fmt.Errorf("%w: %d bytes", ErrCorrupt, len(data))
	}
	if data[0] != recordVersion {
		return Record{}, fmt.Errorf("%w: version %d", ErrCorrupt, data[0])
	}
	switch state, body := State(data[1]), data[recordHeader:]; {
	case state == NoGuesses && len(body) == 0:
		return Record{State: NoGuesses}, nil
	case state == Registered:
		return decodeRegistered(body)
	default:
		return Record{}, fmt.Errorf("%w: state %d with %d bytes", ErrCorrupt, state, len(data))
	}
}

func decodeRegistered(body []byte) (Record, error) {
	r := Record{State: Registered}
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
