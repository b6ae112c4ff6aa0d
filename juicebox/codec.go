package juicebox

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// MaxMessage is the largest request that is read, in bytes; the largest in use is
// Register2 with 663. MaxResponse is the same for responses, where realms of the future
// may say more; the largest in use is the one to Recover2 with 433.
const (
	MaxMessage  = 2048
	MaxResponse = 4096
)

// On the wire a message without fields is a CBOR text, one with fields is a map of one
// entry from its name to a map of its fields. Each message lists its fields once, in
// the order of the published client; encoding and decoding both walk that list.
type (
	field struct {
		name  string
		value any // []byte of exact length, *uint16 or fields
	}
	fields []field
)

func (k *SignedPublicKey) fields() fields {
	return fields{{"public_key", k.PublicKey[:]}, {"verifying_key", k.VerifyingKey[:]}, {"signature", k.Signature[:]}}
}

func (p *Proof) fields() fields {
	return fields{{"c", p.C[:]}, {"beta_z", p.BetaZ[:]}}
}

func (m *Register2) fields() fields {
	return fields{
		{"version", m.Version[:]},
		{"oprf_private_key", m.OPRFPrivateKey[:]},
		{"oprf_signed_public_key", m.OPRFSignedPublicKey.fields()},
		{"unlock_key_commitment", m.UnlockKeyCommitment[:]},
		{"unlock_key_tag", m.UnlockKeyTag[:]},
		{"encryption_key_scalar_share", m.EncryptionKeyScalarShare[:]},
		{"encrypted_secret", m.EncryptedSecret[:]},
		{"encrypted_secret_commitment", m.EncryptedSecretCommitment[:]},
		{"policy", fields{{"num_guesses", &m.NumGuesses}}},
	}
}

func (m *Recover2) fields() fields {
	return fields{{"version", m.Version[:]}, {"oprf_blinded_input", m.OPRFBlindedInput[:]}}
}

func (m *Recover3) fields() fields {
	return fields{{"version", m.Version[:]}, {"unlock_key_tag", m.UnlockKeyTag[:]}}
}

func (m *Recover1Response) fields() fields {
	return fields{{"version", m.Version[:]}}
}

func (m *Recover2Response) fields() fields {
	return fields{
		{"oprf_signed_public_key", m.OPRFSignedPublicKey.fields()},
		{"oprf_blinded_result", m.OPRFBlindedResult[:]},
		{"oprf_proof", m.OPRFProof.fields()},
		{"unlock_key_commitment", m.UnlockKeyCommitment[:]},
		{"num_guesses", &m.NumGuesses},
		{"guess_count", &m.GuessCount},
	}
}

func (m *Recover3Response) fields() fields {
	if m.Status == StatusBadUnlockKeyTag {
		return fields{{"guesses_remaining", &m.GuessesRemaining}}
	}
	return fields{
		{"encryption_key_scalar_share", m.EncryptionKeyScalarShare[:]},
		{"encrypted_secret", m.EncryptedSecret[:]},
		{"encrypted_secret_commitment", m.EncryptedSecretCommitment[:]},
	}
}

// Major types of CBOR (RFC 8949 section 3.1).
const (
	majorUint  = 0
	majorBytes = 2
	majorText  = 3
	majorMap   = 5
)

// appendHead appends the head of an item in its shortest form; n is at most 65535 here.
func appendHead(b []byte, major byte, n int) []byte {
	switch {
	case n < 24:
		return append(b, major<<5|byte(n))
	case n < 1<<8:
		return append(b, major<<5|24, byte(n))
	}
	return binary.BigEndian.AppendUint16(append(b, major<<5|25), uint16(n))
}

func appendText(b []byte, s string) []byte {
	return append(appendHead(b, majorText, len(s)), s...)
}

// appendNamed appends a map of one entry up to its name; the value must follow.
func appendNamed(b []byte, name string) []byte {
	return appendText(appendHead(b, majorMap, 1), name)
}

func appendFields(b []byte, fs fields) []byte {
	b = appendHead(b, majorMap, len(fs))
	for _, f := range fs {
		b = appendText(b, f.name)
		switch v := f.value.(type) {
		case []byte:
			b = append(appendHead(b, majorBytes, len(v)), v...)
		case *uint16:
			b = appendHead(b, majorUint, int(*v))
		case fields:
			b = appendFields(b, v)
		}
	}
	return b
}

var decMode = func() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		TagsMd:           cbor.TagsForbidden,
		MaxNestedLevels:  8,
		MaxArrayElements: MaxMessage,
		MaxMapPairs:      MaxMessage,
	}.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return mode
}()

var errMessage = errors.New("malformed message")

// decodeNamed splits an item into its name and, unless the item is a bare text, its value.
func decodeNamed(b []byte) (name string, value []byte, err error) {
	if len(b) > 0 && b[0]>>5 == majorText {
		err = decMode.Unmarshal(b, &name)
		return name, nil, err
	}
	m, err := decodeMap(b)
	if err != nil {
		return "", nil, err
	}
	if len(m) != 1 {
		return "", nil, fmt.Errorf("%w: %d names", errMessage, len(m))
	}
	for n, v := range m {
		name, value = n, v
	}
	return name, value, nil
}

func decodeMap(b []byte) (map[string]cbor.RawMessage, error) {
	if len(b) == 0 || b[0]>>5 != majorMap {
		return nil, fmt.Errorf("%w: not a map", errMessage)
	}
	var m map[string]cbor.RawMessage
	if err := decMode.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("%w: not a plain map of texts", errMessage)
	}
	return m, nil
}

// decodeFields fills fs, every one of which must be there with its exact type and
// length. Fields not in fs are ignored.
func decodeFields(b []byte, fs fields) error {
	m, err := decodeMap(b)
	if err != nil {
		return err
	}
	for _, f := range fs {
		raw, ok := m[f.name]
		if !ok {
			return fmt.Errorf("%w: %s is missing", errMessage, f.name)
		}
		if err := decodeValue(raw, f.value); err != nil {
			return fmt.Errorf("%w: %s is not of its type and length", errMessage, f.name)
		}
	}
	return nil
}

func decodeValue(raw []byte, value any) error {
	switch v := value.(type) {
	case []byte:
		var got []byte
		if raw[0]>>5 != majorBytes {
			return errMessage
		}
		if err := decMode.Unmarshal(raw, &got); err != nil || len(got) != len(v) {
			return errMessage
		}
		copy(v, got)
	case *uint16:
		if raw[0]>>5 != majorUint {
			return errMessage
		}
		return decMode.Unmarshal(raw, v)
	case fields:
		return decodeFields(raw, v)
	}
	return nil
}

// EncodeRequest returns the bytes of a request as the published client sends them.
func EncodeRequest(r Request) []byte {
	var fs fields
	switch r := r.(type) {
	case Register2:
		fs = r.fields()
	case Recover2:
		fs = r.fields()
	case Recover3:
		fs = r.fields()
	default:
		return appendText(nil, r.requestName())
	}
	return appendFields(appendNamed(nil, r.requestName()), fs)
}

// DecodeRequest reads a request of at most [MaxMessage] bytes. Every request has one
// encoding, that of [EncodeRequest], and nothing else is accepted. Points and scalars
// are not looked into: see [CheckPoint] and [CheckScalar].
func DecodeRequest(b []byte) (Request, error) {
	if len(b) > MaxMessage {
		return nil, fmt.Errorf("%w: more than %d bytes", errMessage, MaxMessage)
	}
	name, value, err := decodeNamed(b)
	if err != nil {
		return nil, err
	}
	r, err := decodeRequest(name, value)
	if err != nil {
		return nil, fmt.Errorf("request %.16q: %w", name, err)
	}
	if !bytes.Equal(EncodeRequest(r), b) {
		return nil, fmt.Errorf("request %s: %w: not in its one encoding", name, errMessage)
	}
	return r, nil
}

func decodeRequest(name string, value []byte) (Request, error) {
	switch name {
	case "Register1":
		return Register1{}, nil
	case "Register2":
		var r Register2
		err := decodeFields(value, r.fields())
		return r, err
	case "Recover1":
		return Recover1{}, nil
	case "Recover2":
		var r Recover2
		err := decodeFields(value, r.fields())
		return r, err
	case "Recover3":
		var r Recover3
		err := decodeFields(value, r.fields())
		return r, err
	case "Delete":
		return Delete{}, nil
	}
	return nil, fmt.Errorf("%w: unknown name", errMessage)
}

// EncodeResponse returns the bytes of a response as the published client reads them.
func EncodeResponse(r Response) []byte {
	status, fs := StatusOK, fields(nil)
	switch r := r.(type) {
	case Recover1Response:
		if status = r.Status; status == StatusOK {
			fs = r.fields()
		}
	case Recover2Response:
		if status = r.Status; status == StatusOK {
			fs = r.fields()
		}
	case Recover3Response:
		if status = r.Status; status == StatusOK || status == StatusBadUnlockKeyTag {
			fs = r.fields()
		}
	}
	b := appendNamed(nil, r.responseName())
	if fs == nil {
		return appendText(b, string(status))
	}
	return appendFields(appendNamed(b, string(status)), fs)
}

// DecodeResponse reads a response of at most [MaxResponse] bytes. Every field must be
// there once with its exact type and length; fields it does not know are ignored, as
// the published client does, so that realms can say more one day.
func DecodeResponse(b []byte) (Response, error) {
	if len(b) > MaxResponse {
		return nil, fmt.Errorf("%w: more than %d bytes", errMessage, MaxResponse)
	}
	name, value, err := decodeNamed(b)
	if err != nil {
		return nil, err
	}
	if value == nil {
		return nil, fmt.Errorf("%w: a response without status", errMessage)
	}
	status, value, err := decodeNamed(value)
	if err != nil {
		return nil, err
	}
	r, err := decodeResponse(name, Status(status), value)
	if err != nil {
		return nil, fmt.Errorf("response %.16q, status %.16q: %w", name, status, err)
	}
	return r, nil
}

// decodeResponse reads the fields of a response; value is nil if it came with none.
func decodeResponse(name string, status Status, value []byte) (Response, error) {
	switch name {
	case "Register1":
		return Register1Response{}, only(status, value, StatusOK)
	case "Register2":
		return Register2Response{}, only(status, value, StatusOK)
	case "Delete":
		return DeleteResponse{}, only(status, value, StatusOK)
	case "Recover1":
		r := Recover1Response{Status: status}
		if status == StatusOK {
			err := decodeFields(value, r.fields())
			return r, err
		}
		return r, only(status, value, StatusNotRegistered, StatusNoGuesses)
	case "Recover2":
		r := Recover2Response{Status: status}
		if status == StatusOK {
			err := decodeFields(value, r.fields())
			return r, err
		}
		return r, only(status, value, StatusVersionMismatch, StatusNotRegistered, StatusNoGuesses)
	case "Recover3":
		r := Recover3Response{Status: status}
		if status == StatusOK || status == StatusBadUnlockKeyTag {
			err := decodeFields(value, r.fields())
			return r, err
		}
		return r, only(status, value, StatusVersionMismatch, StatusNotRegistered, StatusNoGuesses)
	}
	return nil, fmt.Errorf("%w: unknown name", errMessage)
}

// only accepts a status without fields that is one of known.
func only(status Status, value []byte, known ...Status) error {
	if value != nil {
		return fmt.Errorf("%w: fields where none belong", errMessage)
	}
	for _, k := range known {
		if status == k {
			return nil
		}
	}
	return fmt.Errorf("%w: unknown status", errMessage)
}
