package juicebox

import (
	"bytes"
	"encoding/json"
	"errors"
	"sync"
	"testing"
)

// FuzzRecover writes bytes over the answer of one of three realms in one phase of a
// recovery: whatever it says, the right secret comes back, or an error of a kind that
// this package names.
func FuzzRecover(f *testing.F) {
	for phase := range uint8(3) {
		f.Add(phase, uint16(0), []byte{})
		f.Add(phase, uint16(0), []byte{0xa0})
		f.Add(phase, uint16(30), bytes.Repeat([]byte{0xff}, 32))
		f.Add(phase, uint16(5), EncodeResponse(DeleteResponse{}))
		f.Add(phase, uint16(4000), []byte{0})
	}
	var once sync.Once
	var records [3]Register2 // registering is most of the work
	f.Fuzz(func(t *testing.T, phase uint8, at uint16, over []byte) {
		once.Do(func() {
			for i, r := range registered(t).realms {
				records[i] = *r.record
			}
		})
		name := []string{"Recover1", "Recover2", "Recover3"}[phase%3]
		for _, spoiled := range []int{1, 2} {
			w := newWorld(t)
			for i, r := range w.realms {
				record := records[i]
				r.record = &record
			}
			for _, r := range w.realms[:spoiled] {
				r.rewrite = func(request Request, answer []byte) []byte {
					if request.requestName() != name {
						return answer
					}
					return writeOver(answer, int(at), over)
				}
			}
			got, err := w.Recover(t.Context(), pin, info)
			if err == nil && !got.Secret.Equal(seed) {
				t.Errorf("%d realms spoiled: another secret came back", spoiled)
			}
			if err != nil && (spoiled == 1 || !named(err)) {
				t.Errorf("%d realms spoiled: %v", spoiled, err)
			}
		}
	})
}

// writeOver puts over into b, which grows if it must.
func writeOver(b []byte, at int, over []byte) []byte {
	if end := at + len(over); end > len(b) && len(over) > 0 {
		b = append(b, make([]byte, end-len(b))...)
	}
	if len(over) > 0 {
		copy(b[at:], over)
	}
	return b
}

// named tells whether err is of a kind that errors.go lists.
func named(err error) bool {
	for _, kind := range []error{ErrNotRegistered, ErrUnauthorized, ErrUpgradeRequired, ErrUnreachable, ErrProtocol, ErrConfiguration} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return errors.As(err, new(*WrongPINError)) || errors.As(err, new(*BusyError))
}

// FuzzParseConfiguration: what is accepted is written and read back as the same.
func FuzzParseConfiguration(f *testing.F) {
	for _, text := range []string{
		`{"realms":[{"id":"0102030405060708090a0b0c0d0e0f10","address":"https://one.example/"}],"register_threshold":1,"recover_threshold":1,"pin_hashing_mode":"Standard2019"}`,
		`{"realms":[{"id":"01020304-0506-0708-090a-0b0c0d0e0f10","address":"http://127.0.0.1:8580/a/"},{"id":"11020304050607080900000000000000","address":"embedded://x/"}],"register_threshold":2,"recover_threshold":2,"pin_hashing_mode":"FastInsecure"}`,
		`{"realms":[],"register_threshold":0,"recover_threshold":0,"pin_hashing_mode":""}`,
		`{"realms":[{"id":"","address":"https://u:p@h/","public_key":"00"}]} {}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseConfiguration(text)
		if err != nil {
			if !errors.Is(err, ErrConfiguration) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseConfiguration(written)
		if err != nil || !bytes.Equal(written, must(json.Marshal(again))) {
			t.Errorf("%q: written as %s, which is read as %+v, %v", text, written, again, err)
		}
	})
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// FuzzTokenSubject: two keys have one text.
func FuzzTokenSubject(f *testing.F) {
	w := [2][]byte{bytes.Repeat([]byte{7}, 32), bytes.Repeat([]byte{0xfb}, 32)}
	f.Add(TokenSubject(w[0], w[1]))
	f.Add(TokenSubject(w[0], w[1]) + "=")
	f.Add(TokenSubject(w[0], w[1])[:85] + "\n")
	f.Fuzz(func(t *testing.T, subject string) {
		owner, guess, err := ParseTokenSubject(subject)
		if err == nil && (len(owner) != 32 || len(guess) != 32 || TokenSubject(owner, guess) != subject) {
			t.Errorf("%q was read as %x, %x", subject, owner, guess)
		}
	})
}
