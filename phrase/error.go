package phrase

import (
	"errors"
	"fmt"
	"io"
)

var (
	// ErrLanguage: the language is none of Languages.
	ErrLanguage = errors.New("not a language of BIP-39")
	// ErrEntropy: the entropy has another length than 16, 20, 24, 28 or 32 bytes.
	ErrEntropy = errors.New("entropy of a wrong length")
	// ErrNumbering: there are numbers before the words, but they do not count them
	// from 1, each once: a line may be missing, or two sheets be mixed.
	ErrNumbering = errors.New("numbers before the words do not count them")
)

// A WordCountError says that there are not 12, 15, 18, 21 or 24 words.
type WordCountError struct {
	Got int // the number of words found
}

func (e *WordCountError) Error() string { return fmt.Sprintf("no phrase has %d words", e.Got) }

// An UnknownWordError says which word is in no list, the first if there are several.
// Word and Nearest are for the person's screen: the error prints without them, however it
// is printed or made into text, because errors end up in logs.
type UnknownWordError struct {
	Index    int      // counted from 1
	Word     string   // as it was typed, in lower case and NFC, cut after 16 letters
	Language Language // the list that has most of the other words
	Nearest  []string // up to 3 words of that list, the likeliest first, in NFC; often none
}

func (e *UnknownWordError) Error() string {
	return fmt.Sprintf("word %d is not in the %s list", e.Index, e.Language)
}

// Format prints what Error returns with every verb of package fmt.
func (e *UnknownWordError) Format(w fmt.State, _ rune) { io.WriteString(w, e.Error()) }

// MarshalText gives encoders what Error returns.
func (e *UnknownWordError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// A ChecksumError says that all words are in a list but do not belong together: one is
// wrong, or two are swapped.
type ChecksumError struct {
	Languages []Language // the lists that have all the words; nearly always one
}

func (e *ChecksumError) Error() string { return fmt.Sprintf("wrong checksum in %v", e.Languages) }

// An AmbiguousError says that the words are right in more than one language: ask the
// person, then call ParseIn. It happens with the two Chinese lists, which share 1275
// characters, one phrase of 12 words in 300. They have them at the same places, so either
// answer gives the same entropy and the same wallet. Other lists share at most 123 words
// (English and French, accents left out): no phrase of chance has 12 of those.
type AmbiguousError struct {
	Languages []Language
}

func (e *AmbiguousError) Error() string { return fmt.Sprintf("right in each of %v", e.Languages) }
