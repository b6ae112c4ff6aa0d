// Package phrase reads and makes BIP-39 recovery phrases: 12, 15, 18, 21 or 24 words of
// one of ten languages, which stand for 128 to 256 bits of entropy and a short checksum.
//
// [Parse] reads what a person typed or pasted and finds the language; [New] makes a
// phrase; a [Phrase] then gives its words, its entropy, its seed and what a person can
// recognise a wallet by: the master fingerprint and the first addresses.
//
// A Phrase never prints by accident: its words come out only through [Phrase.Words] and
// [Phrase.Display], and there only as [secret.Text]. An error of this package prints no
// word either. Nothing here reads the disk, the network or the clock.
//
// What a checksum cannot do: of 12 words with one wrong, one in 16 still passes (of 24,
// one in 256). Compare the fingerprint with one noted before.
//
// The standard is https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki.
package phrase

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"

	"github.com/cloudseed/cloudseed/secret"
	"golang.org/x/text/unicode/norm"
)

// A Phrase is a recovery phrase with a right checksum. The zero Phrase has no words.
// Copies share their content, so Clear clears them all.
type Phrase struct {
	// A function, because package fmt prints what lies in unexported fields of other
	// structs without asking it, some verbs even behind a pointer. It cannot look into
	// a function, and the compiler refuses ==.
	c func() *content
}

type content struct {
	entropy []byte // 16, 20, 24, 28 or 32 bytes
	lang    Language
}

func newPhrase(entropy []byte, lang Language) Phrase {
	c := &content{entropy, lang}
	return Phrase{func() *content { return c }}
}

// content is never nil.
func (p Phrase) content() *content {
	if p.c == nil {
		return &content{}
	}
	return p.c()
}

// New makes a phrase of 12, 15, 18, 21 or 24 words from crypto/rand.
// It fails with [*WordCountError] or [ErrLanguage].
func New(words int, lang Language) (Phrase, error) {
	if !validCount(words) {
		return Phrase{}, &WordCountError{Got: words}
	}
	entropy := secret.Random(words / 3 * 4)
	defer entropy.Clear()
	return FromEntropy(entropy.Reveal(), lang)
}

// FromEntropy makes the phrase that stands for entropy, which has 16, 20, 24, 28 or 32
// bytes and is copied. It fails with [ErrEntropy] or [ErrLanguage].
func FromEntropy(entropy []byte, lang Language) (Phrase, error) {
	if len(entropy)%4 != 0 || !validCount(len(entropy)/4*3) {
		return Phrase{}, ErrEntropy
	}
	if !lang.known() {
		return Phrase{}, ErrLanguage
	}
	return newPhrase(append([]byte(nil), entropy...), lang), nil
}

// Words returns the phrase as the BIP's list writes it, to be stored or handed to another
// program: UTF-8 in NFKD, a space between words, in Japanese an ideographic space (U+3000).
func (p Phrase) Words() secret.Text {
	var text []byte
	list := p.Language().list()
	for i, index := range p.indexes() {
		if i > 0 {
			text = append(text, p.Language().separator()...)
		}
		text = append(text, list.words[index]...)
	}
	return secret.New(text)
}

// Display returns the words one by one for a screen or for paper, in NFC, which fonts
// and people's keyboards know better than the NFKD of Words.
func (p Phrase) Display() []secret.Text {
	var words []secret.Text
	list := p.Language().list()
	for _, index := range p.indexes() {
		words = append(words, secret.New(norm.NFC.AppendString(nil, list.words[index])))
	}
	return words
}

// Language is the language of the words, empty for the zero Phrase.
func (p Phrase) Language() Language { return p.content().lang }

// Count is the number of words.
func (p Phrase) Count() int { return len(p.entropy()) / 4 * 3 }

// Entropy returns a copy of what the words stand for: 4 bytes for every 3 words.
func (p Phrase) Entropy() secret.Text { return secret.Copy(p.entropy()) }

// Equal tells whether p and q are the same words of the same language.
// The entropies are compared in constant time.
func (p Phrase) Equal(q Phrase) bool {
	return p.Language() == q.Language() && subtle.ConstantTimeCompare(p.entropy(), q.entropy()) == 1
}

// Clear overwrites the phrase, in every copy of p. It is the zero Phrase afterwards.
// What the methods have returned is not cleared.
func (p Phrase) Clear() {
	c := p.content()
	clear(c.entropy)
	*c = content{}
}

func (p Phrase) entropy() []byte { return p.content().entropy }

// hidden is what is shown in place of a phrase.
const hidden = "[secret]"

// String hides the phrase.
func (p Phrase) String() string { return hidden }

// Format hides the phrase from every verb of package fmt.
func (p Phrase) Format(w fmt.State, _ rune) { io.WriteString(w, hidden) }

// MarshalText hides the phrase from encoders: whoever means to write it says Words.
func (p Phrase) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides the phrase from log/slog.
func (p Phrase) LogValue() slog.Value { return slog.StringValue(hidden) }
