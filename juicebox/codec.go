package juicebox

import "fmt"

// MaxMessage is the largest request that is read, in bytes; the largest in use is
// Register2 with 663. MaxResponse is the same for responses, where realms of the future
// may say more; the largest in use is the one to Recover2 with 433.
const (
	MaxMessage  = 2048
	MaxResponse = 4096
)

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
	t := taker{rest: b}
	request := t.request()
	if t.failed != "" {
		return nil, fmt.Errorf("request: %w: %s is not as it must be", errMessage, t.failed)
	}
	if len(t.rest) > 0 {
		return nil, fmt.Errorf("request: %w: %d bytes after its end", errMessage, len(t.rest))
	}
	return request, nil
}

// request takes the name, alone or as the only one of a map, and the fields that belong to it.
func (t *taker) request() Request {
	hasFields := t.skipHead(majorMap, 1)
	name := t.text()
	if !hasFields {
		switch name {
		case "Register1":
			return Register1{}
		case "Recover1":
			return Recover1{}
		case "Delete":
			return Delete{}
		}
	} else {
		switch name {
		case "Register2":
			var r Register2
			t.fields(name, r.fields())
			return r
		case "Recover2":
			var r Recover2
			t.fields(name, r.fields())
			return r
		case "Recover3":
			var r Recover3
			t.fields(name, r.fields())
			return r
		}
	}
	t.fail("name")
	return nil
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
	b := appendNamed(make([]byte, 0, 512), r.responseName()) // the largest has 433
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
