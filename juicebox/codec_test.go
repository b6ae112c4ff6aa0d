package juicebox

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// fill gives every byte field of a message a value of its own.
func fill[T any](m T) T {
	n := byte(0)
	fillValue(reflect.ValueOf(&m).Elem(), &n)
	return m
}

func fillValue(v reflect.Value, n *byte) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillValue(v.Field(i), n)
		}
	case reflect.Array:
		*n++
		for i := range v.Len() {
			v.Index(i).SetUint(uint64(*n))
		}
	case reflect.Uint16:
		*n++
		v.SetUint(uint64(*n) << 4)
	}
}

// Sizes and bytes as captured from the published client.
func TestRequests(t *testing.T) {
	register2 := fill(Register2{})
	register2.NumGuesses = 10
	for _, test := range []struct {
		request Request
		size    int
		prefix  string
	}{
		{Register1{}, 10, "69526567697374657231"},
		{register2, 663, "a169526567697374657232a9" + "6776657273696f6e5001010101"},
		{Recover1{}, 9, "685265636f76657231"},
		{fill(Recover2{}), 89, "a1685265636f76657232a2"},
		{fill(Recover3{}), 68, "a1685265636f76657233a2"},
		{Delete{}, 7, "6644656c657465"},
	} {
		b := EncodeRequest(test.request)
		if len(b) != test.size {
			t.Errorf("%s: %d bytes, want %d", test.request.requestName(), len(b), test.size)
		}
		if !strings.HasPrefix(hex.EncodeToString(b), test.prefix) {
			t.Errorf("%s: begins %x, want %s", test.request.requestName(), b[:20], test.prefix)
		}
		if got, err := DecodeRequest(b); err != nil || got != test.request {
			t.Errorf("%s: read back as %v, %v", test.request.requestName(), got, err)
		}
	}
}

func TestResponses(t *testing.T) {
	ok2, ok3 := fill(Recover2Response{Status: StatusOK}), fill(Recover3Response{Status: StatusOK})
	ok3.GuessesRemaining = 0
	ok2.NumGuesses, ok2.GuessCount = 5, 1
	for _, test := range []struct {
		response Response
		size     int
	}{
		{Register1Response{}, 14},
		{Register2Response{}, 14},
		{fill(Recover1Response{Status: StatusOK}), 40},
		{Recover1Response{Status: StatusNotRegistered}, 24},
		{Recover1Response{Status: StatusNoGuesses}, 20},
		{ok2, 433},
		{Recover2Response{Status: StatusVersionMismatch}, 26},
		{ok3, 288},
		{Recover3Response{Status: StatusBadUnlockKeyTag, GuessesRemaining: 65535}, 49},
		{Recover3Response{Status: StatusNoGuesses}, 20},
		{DeleteResponse{}, 11},
	} {
		b := EncodeResponse(test.response)
		if len(b) != test.size {
			t.Errorf("%v: %d bytes, want %d", test.response, len(b), test.size)
		}
		if got, err := DecodeResponse(b); err != nil || got != test.response {
			t.Errorf("%v: read back as %v, %v", test.response, got, err)
		}
	}
	if got := hex.EncodeToString(EncodeResponse(Recover3Response{Status: StatusBadUnlockKeyTag, GuessesRemaining: 3})); got !=
		"a1685265636f76657233a16f426164556e6c6f636b4b6579546167a1"+"71677565737365735f72656d61696e696e6703" {
		t.Errorf("BadUnlockKeyTag is %s", got)
	}
}

func TestMessagesHideShares(t *testing.T) {
	share := Scalar(bytes.Repeat([]byte{0xab}, 32))
	tag := UnlockKeyTag(share[:16])
	for _, m := range []any{
		Register2{OPRFPrivateKey: share, UnlockKeyTag: tag, EncryptionKeyScalarShare: share},
		Recover3{UnlockKeyTag: tag},
		&Recover3Response{EncryptionKeyScalarShare: share},
		share, tag,
	} {
		text := strings.ToLower(fmt.Sprintf("%v %+v %x %X %#v %s %q %d", m, m, m, m, m, m, m, m))
		if strings.Contains(text, "171") || strings.Contains(text, "abab") || strings.Contains(text, "0xab") || strings.Contains(text, `\xab`) {
			t.Errorf("%T prints as %s", m, text)
		}
	}
}

// The vector of juicebox-sdk, rust/oprf/src/dleq.rs.
func TestProofEncoding(t *testing.T) {
	p := Proof{C: Scalar(minusSmall(2)), BetaZ: Scalar(minusSmall(1))}
	const want = "a261635820ebd3f55c1a631258d69cf7a2def9de140000000000000000000000000000001066626574615f7a5820ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"
	if got := hex.EncodeToString(appendFields(nil, p.fields())); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func minusSmall(n int) Scalar { x := smallScalar(n); return encodeScalar(x.Negate(x)) }

// Each case breaks a good request in one way.
func TestRequestsRefused(t *testing.T) {
	good := hex.EncodeToString(EncodeRequest(fill(Recover3{})))
	version := "6776657273696f6e50" + strings.Repeat("01", 16)
	tag := "6e756e6c6f636b5f6b65795f74616750" + strings.Repeat("02", 16)
	head := "a1685265636f76657233"
	if good != head+"a2"+version+tag {
		t.Fatal("the parts do not make the whole:", good)
	}
	for name, b := range map[string]string{
		"nothing":              "",
		"trailing":             good + "00",
		"trailing after text":  "685265636f76657231" + "f6",
		"truncated":            good[:len(good)-2],
		"missing field":        head + "a1" + version,
		"field twice":          head + "a3" + version + tag + tag,
		"unknown field":        head + "a3" + version + tag + "617801",
		"other order":          head + "a2" + tag + version,
		"short field":          head + "a2" + version + "6e756e6c6f636b5f6b65795f7461674f" + strings.Repeat("02", 15),
		"long field":           head + "a2" + version + "6e756e6c6f636b5f6b65795f74616751" + strings.Repeat("02", 17),
		"field of text":        head + "a2" + version + "6e756e6c6f636b5f6b65795f74616770" + strings.Repeat("02", 16),
		"field of numbers":     head + "a2" + version + "6e756e6c6f636b5f6b65795f74616790" + strings.Repeat("02", 16),
		"field of null":        head + "a2" + version + "6e756e6c6f636b5f6b65795f746167f6",
		"indefinite map":       head + "bf" + version + tag + "ff",
		"indefinite field":     head + "a2" + version + "6e756e6c6f636b5f6b65795f7461675f50" + strings.Repeat("02", 16) + "ff",
		"tagged":               "c1" + good,
		"long head":            head + "b802" + version + tag,
		"upper case field":     head + "a2" + "6756657273696f6e50" + strings.Repeat("01", 16) + tag,
		"two requests":         "a2" + good[2:] + "68" + hex.EncodeToString([]byte("Recover1")) + "f6",
		"unit with fields":     "a168" + hex.EncodeToString([]byte("Recover1")) + "a0",
		"unit with null":       "a168" + hex.EncodeToString([]byte("Recover1")) + "f6",
		"fields without map":   "68" + hex.EncodeToString([]byte("Recover3")),
		"unknown name":         "68" + hex.EncodeToString([]byte("Recover9")),
		"name of bytes":        "48" + hex.EncodeToString([]byte("Recover1")),
		"array":                "8168" + hex.EncodeToString([]byte("Recover1")),
		"name of wrong length": "7808" + hex.EncodeToString([]byte("Recover1")),
	} {
		if r, err := DecodeRequest(unhex(t, b)); err == nil {
			t.Errorf("%s: accepted as %v", name, r)
		}
	}
	if _, err := DecodeRequest(make([]byte, MaxMessage+1)); err == nil {
		t.Error("too long: accepted")
	}
}

func TestNumberOfGuessesRefused(t *testing.T) {
	m := fill(Register2{})
	m.NumGuesses = 5
	good := EncodeRequest(m)
	for name, end := range map[string]string{
		"too big": "1a00010000", "negative": "20", "float": "f94500", "text": "6135", "long form": "1805", "bool": "f5",
	} {
		b := append(bytes.Clone(good[:len(good)-1]), unhex(t, end)...)
		if _, err := DecodeRequest(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestResponsesLoose(t *testing.T) {
	version := "6776657273696f6e50" + strings.Repeat("01", 16)
	head := "a1685265636f76657231a1624f6b"
	for name, test := range map[string]struct {
		hex string
		ok  bool
	}{
		"plain":          {head + "a1" + version, true},
		"unknown field":  {head + "a2" + version + "6178820102", true},
		"long head":      {head + "b801" + version, true},
		"field twice":    {head + "a2" + version + version, false},
		"missing field":  {head + "a0", false},
		"short field":    {head + "a1" + "6776657273696f6e4f" + strings.Repeat("01", 15), false},
		"trailing":       {head + "a1" + version + "00", false},
		"no fields":      {"a1685265636f76657231624f6b", false},
		"null fields":    {head + "f6", false},
		"unknown status": {"a1685265636f766572316568656c6c6f", false},
		"status fields":  {"a1685265636f76657231a1694e6f47756573736573a0", false},
		"no status":      {"685265636f76657231", false},
		"other's status": {"a1685265636f766572316f56657273696f6e4d69736d61746368", false},
	} {
		if _, err := DecodeResponse(unhex(t, test.hex)); (err == nil) != test.ok {
			t.Errorf("%s: error %v, want accepted %t", name, err, test.ok)
		}
	}
}

func TestResponseLength(t *testing.T) {
	head := appendNamed(appendNamed(nil, "Recover1"), "Ok")
	version := RegistrationVersion{1}
	for extra, ok := range map[int]bool{0: true, 4000: true, MaxResponse: false} {
		b := appendFields(bytes.Clone(head), fields{{"version", version[:]}, {"x", make([]byte, extra)}})
		if r, err := DecodeResponse(b); (err == nil) != ok || ok && r != (Recover1Response{StatusOK, version}) {
			t.Errorf("%d bytes: %v", len(b), err)
		}
	}
}

func FuzzDecodeRequest(f *testing.F) {
	for _, r := range []Request{Register1{}, fill(Register2{}), Recover1{}, fill(Recover2{}), fill(Recover3{}), Delete{}} {
		f.Add(EncodeRequest(r))
	}
	for _, v := range vectors(f, "request") {
		f.Add([]byte(v.Message))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := DecodeRequest(b); err == nil && !bytes.Equal(EncodeRequest(r), b) {
			t.Errorf("%x is not the encoding of what it was read as", b)
		}
	})
}

func FuzzDecodeResponse(f *testing.F) {
	for _, r := range []Response{Register1Response{}, DeleteResponse{}, fill(Recover1Response{Status: StatusOK}),
		Recover2Response{Status: StatusVersionMismatch}, fill(Recover2Response{Status: StatusOK}),
		fill(Recover3Response{Status: StatusOK}), Recover3Response{Status: StatusBadUnlockKeyTag, GuessesRemaining: 2}} {
		f.Add(EncodeResponse(r))
	}
	for _, v := range vectors(f, "answer") {
		f.Add([]byte(v.Message))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := DecodeResponse(b)
		if err != nil {
			return
		}
		if again, err := DecodeResponse(EncodeResponse(r)); err != nil || again != r {
			t.Errorf("%x was read as %v, then as %v, %v", b, r, again, err)
		}
	})
}
