package juicebox

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

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
		if err := decMode.Unmarshal(b, &name); err != nil {
			return "", nil, fmt.Errorf("%w: not a text alone", errMessage)
		}
		return name, nil, nil
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
