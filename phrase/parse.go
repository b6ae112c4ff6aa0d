package phrase

import (
	"slices"

	"golang.org/x/text/unicode/norm"
)

// Parse reads a phrase as a person types or pastes it and finds its language.
//
// It takes any white space and punctuation between the words, upper and lower case, any
// Unicode normalisation form, Latin letters with or without their accents, Chinese
// without spaces, and numbers before the words, whose order then counts. Every word must
// be whole: its first letters alone are for Suggest.
//
// If the words are in several lists and the checksum is right in one, it is that one.
// Errors: [ErrNumbering], [*WordCountError], [*UnknownWordError], [*ChecksumError],
// [*AmbiguousError]. The text is not changed; clearing it is up to the caller.
func Parse(text []byte) (Phrase, error) { return parse(text, languages) }

// ParseIn is Parse for a known language; it also fails with [ErrLanguage], and never with
// [*AmbiguousError].
func ParseIn(text []byte, lang Language) (Phrase, error) {
	if !lang.known() {
		return Phrase{}, ErrLanguage
	}
	return parse(text, []Language{lang})
}

func parse(text []byte, among []Language) (Phrase, error) {
	words, buffer, err := split(text)
	defer clear(buffer)
	if err != nil {
		return Phrase{}, err
	}
	if !validCount(len(words)) {
		return Phrase{}, &WordCountError{Got: len(words)}
	}
	var fitting, right []Language
	var found Phrase
	for _, lang := range among {
		indexes := lang.list().indexes(words)
		if slices.Contains(indexes, -1) {
			continue
		}
		fitting = append(fitting, lang)
		if entropy, ok := entropyOf(indexes); ok {
			right = append(right, lang)
			found = newPhrase(entropy, lang)
		}
	}
	switch {
	case len(right) == 1:
		return found, nil
	case len(right) > 1:
		return Phrase{}, &AmbiguousError{Languages: right}
	case len(fitting) > 0:
		return Phrase{}, &ChecksumError{Languages: fitting}
	}
	return Phrase{}, unknownWord(words, among)
}

// indexes returns the places of words in the list, -1 for those it has not.
func (w *wordList) indexes(words [][]byte) []int {
	indexes := make([]int, len(words))
	for i, word := range words {
		indexes[i] = w.find(word)
	}
	return indexes
}

// unknownWord describes the first word that is missing in the language that has most of them.
func unknownWord(words [][]byte, among []Language) error {
	best, most, missing := among[0], -1, 0
	for _, lang := range among {
		indexes := lang.list().indexes(words)
		known := 0
		for _, index := range indexes {
			if index >= 0 {
				known++
			}
		}
		if known > most {
			best, most, missing = lang, known, slices.Index(indexes, -1)
		}
	}
	word := shorten(norm.NFC.String(string(words[missing])))
	return &UnknownWordError{Index: missing + 1, Word: word, Language: best, Nearest: Nearest(word, best, 3)}
}

// longestShown is how much of an unknown word an error holds, in letters. The longest word
// of a list has 9 (NFC); a whole phrase typed without spaces must not sit in an error.
const longestShown = 16

func shorten(word string) string {
	letters := []rune(word)
	return string(letters[:min(len(letters), longestShown)])
}
