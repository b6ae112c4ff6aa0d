package phrase

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A token is one word as typed, in NFKD and lower case, and the number before it or 0.
type token struct {
	word   []byte
	number int
}

// split cuts text into words, in the order of their numbers if they have any. The words
// lie in buffer, which the caller clears.
func split(text []byte) (words [][]byte, buffer []byte, err error) {
	buffer = clean(text)
	tokens, ok := number(bytes.Fields(buffer))
	for _, t := range tokens {
		words = append(words, t.word)
	}
	if !ok || !inOrder(tokens, words) {
		return nil, buffer, ErrNumbering
	}
	return words, buffer, nil
}

// clean brings text into NFKD and lower case, with spaces alone between the words.
func clean(text []byte) []byte {
	wide := norm.NFKD.Append(make([]byte, 0, 3*len(text)), text...)
	defer clear(wide)
	out := make([]byte, 0, 2*len(wide)+2)
	for rest := wide; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		char := rest[:size]
		rest = rest[size:]
		afterSpace := len(out) == 0 || out[len(out)-1] == ' '
		switch {
		case separates(r):
			out = append(out, ' ')
		case unicode.Is(unicode.Cf, r): // invisible: soft hyphens, marks of direction
		case unicode.IsMark(r) && afterSpace: // what NFKD leaves of an accent standing alone
		case unicode.Is(unicode.Han, r): // Chinese is typed without spaces, a word is one character
			out = append(append(append(out, ' '), char...), ' ')
		case r == utf8.RuneError:
			out = append(out, char...)
		default:
			out = utf8.AppendRune(out, unicode.ToLower(r))
		}
	}
	return out
}

// separates tells whether r stands between words: no list has punctuation in a word.
func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.IsPunct(r) ||
		r == '|' || r == '`' || r == '\u200b' // zero width space
}

// number gives each word the number before it: "1. legal", "1 legal", "01legal".
// It is false if a number has no word.
func number(fields [][]byte) (tokens []token, ok bool) {
	pending := 0
	for _, field := range fields {
		word := bytes.TrimLeft(field, "0123456789")
		if digits := field[:len(field)-len(word)]; len(digits) > 0 {
			if pending != 0 {
				return tokens, false
			}
			pending = value(digits)
		}
		if len(word) > 0 {
			tokens = append(tokens, token{word, pending})
			pending = 0
		}
	}
	return tokens, pending == 0
}

// value is the number written as digits, and -1 for 0 and for all above 99: no word has those.
func value(digits []byte) int {
	n := 0
	for _, d := range digits {
		if n = 10*n + int(d-'0'); n > 99 {
			return -1
		}
	}
	if n == 0 {
		return -1
	}
	return n
}

// inOrder puts the words where their numbers say: numbered words are often copied from
// columns and arrive across them. Without any number they stay as they are.
func inOrder(tokens []token, words [][]byte) bool {
	numbered := 0
	for _, t := range tokens {
		if t.number != 0 {
			numbered++
		}
	}
	if numbered == 0 {
		return true
	}
	clear(words)
	for _, t := range tokens {
		if t.number < 1 || t.number > len(words) || words[t.number-1] != nil {
			return false
		}
		words[t.number-1] = t.word
	}
	return true
}
