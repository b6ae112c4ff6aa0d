package realm

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/juicebox"
)

// registration is one whose every field is filled with a byte of its own.
func registration(guesses uint16) juicebox.Register2 {
	r := juicebox.Register2{NumGuesses: guesses}
	for i, field := range fields(&r) {
		for j := range field {
			field[j] = byte(i + 1)
		}
	}
	return r
}

func TestRecordRoundTrip(t *testing.T) {
	for _, test := range []struct {
		name   string
		record Record
		size   int
	}{
		{"not registered", Record{}, 0},
		{"no guesses", Record{State: NoGuesses, History: History{7, 8, 9, true, false}}, 23},
		{"fresh", Record{State: Registered, Registration: registration(10)}, 452},
		{"exhausted", Record{State: Registered, Registration: registration(65535), GuessCount: 65535, LastGuess: 1 << 40, History: History{1<<32 - 1, -1, 1 << 40, false, true}}, 452},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := test.record.Encode()
			if len(data) != test.size {
				t.Errorf("%d bytes, want %d", len(data), test.size)
			}
			got, err := DecodeRecord(data)
			if err != nil || got != test.record {
				t.Errorf("read back %#v, %v", got, err)
			}
		})
	}
}

// The encoding is on disks: this is what version 2 looks like.
func TestRecordEncodingIsFixed(t *testing.T) {
	record := Record{State: Registered, Registration: registration(10), GuessCount: 3, LastGuess: 0x0102030405,
		History: History{GuessesEver: 0x0a0b0c0d, LastWrong: 0x0203, RegisteredAt: 0x0304, Proved: true}}
	want := "0201" + "0a0b0c0d" + "0000000000000203" + "0000000000000304" + "01" + strings.Repeat("01", 16) + strings.Repeat("02", 32) +
		strings.Repeat("03", 32) + strings.Repeat("04", 32) + strings.Repeat("05", 64) +
		strings.Repeat("06", 32) + strings.Repeat("07", 16) +
		strings.Repeat("08", 32) + strings.Repeat("09", 145) + strings.Repeat("0a", 16) +
		"000a" + "0003" + "0000000102030405"
	if got := hex.EncodeToString(record.Encode()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDecodeRecordRefuses(t *testing.T) {
	good := Record{State: Registered, Registration: registration(10), GuessCount: 3}.Encode()
	with := func(index int, value byte) []byte {
		data := bytes.Clone(good)
		data[index] = value
		return data
	}
	for name, data := range map[string][]byte{
		"version only":            {2},
		"another version":         with(0, 1),
		"state not registered":    append([]byte{2, 0}, make([]byte, 21)...),
		"flag":                    with(22, 4),
		"unknown state":           with(1, 3),
		"no guesses but a body":   with(1, 2),
		"cut short":               good[:len(good)-1],
		"cut in a field":          good[:40],
		"trailing byte":           append(bytes.Clone(good), 0),
		"no guess allowed":        with(len(good)-11, 0),
		"more spent than allowed": with(len(good)-9, 11),
	} {
		if _, err := DecodeRecord(data); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: got %v, want ErrCorrupt", name, err)
		}
	}
}

func TestRecordDoesNotPrint(t *testing.T) {
	record := Record{State: Registered, Registration: registration(10)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if got := fmt.Sprintf(verb, record); got != "[record, state 1]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

// The expected value is BLAKE2s-256 of the bytes a2 6b "tenant_name" 64 "acme" 67
// "user_id" 65 "alice", computed with Python's hashlib.
func TestRecordID(t *testing.T) {
	const want = "cbfc6be2809cbabbb52c44a50206432d478960c42730c83aa821dc1381e10fcc"
	if id := NewRecordID("acme", "alice"); hex.EncodeToString(id[:]) != want {
		t.Errorf("got %x, want %s", id, want)
	}
}

// What is read is written back as the same bytes, and nothing makes the reader panic.
func FuzzDecodeRecord(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(Record{State: NoGuesses}.Encode())
	f.Add(Record{State: Registered, Registration: registration(10), GuessCount: 3, LastGuess: 5}.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		record, err := DecodeRecord(data)
		if err == nil && !bytes.Equal(record.Encode(), data) {
			t.Errorf("%x is read, but written as %x", data, record.Encode())
		}
	})
}
