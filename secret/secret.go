// Package secret holds bytes that must not be seen by accident.
//
// A [Text] prints as "[secret]" however it is printed, logged or encoded; the bytes
// come out only through [Text.Reveal], so that every place that handles them in the
// open can be found by searching for that word. It keeps honest code from slipping;
// it is no defence against code in the same process.
//
// Go may have copied the bytes before they came here and cannot promise that memory
// is erased. [Text.Clear] does what can be done.
package secret

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// hidden is what is shown in place of the bytes.
const hidden = "[secret]"

// Text is a secret: a recovery phrase, a PIN, a key's seed. The zero Text is empty.
// Copies of a Text share its bytes.
//
// The bytes are behind a function because package fmt reads the unexported fields of a
// struct that holds a Text without asking the Text how to print; it cannot look into that.
type Text struct{ bytes func() []byte }

// New returns a Text of b and takes b over: the caller must not use it any more.
func New(b []byte) Text { return Text{func() []byte { return b }} }

// Copy returns a Text with its own copy of b.
func Copy(b []byte) Text { return New(append([]byte(nil), b...)) }

// Random returns n bytes from crypto/rand.
func Random(n int) Text {
	b := make([]byte, n)
	rand.Read(b) // never fails: it ends the program instead (Go 1.24)
	return New(b)
}

// Reveal returns the bytes themselves, not a copy.
func (t Text) Reveal() []byte {
	if t.bytes == nil {
		return nil
	}
	return t.bytes()
}

// Len is the number of bytes.
func (t Text) Len() int { return len(t.Reveal()) }

// Equal tells whether t and u hold the same bytes, in time that depends only on their lengths.
func (t Text) Equal(u Text) bool { return subtle.ConstantTimeCompare(t.Reveal(), u.Reveal()) == 1 }

// Clear overwrites the bytes, in every copy of t.
func (t Text) Clear() { clear(t.Reveal()) }

// String hides the bytes.
func (t Text) String() string { return hidden }

// Format hides the bytes from every verb of package fmt.
func (t Text) Format(w fmt.State, _ rune) { io.WriteString(w, hidden) }

// MarshalText hides the bytes from encoders: whoever means to write them says Reveal.
func (t Text) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides the bytes from log/slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(hidden) }
