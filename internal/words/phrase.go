package words

import (
	"errors"
	"strconv"

	"github.com/cloudseed/cloudseed/phrase"
)

// phraseMessage says what is wrong with a recovery phrase that was typed or read. The
// nearest words are for the person's own screen: they never come into a log.
func phraseMessage(err error) (Message, bool) {
	var count *phrase.WordCountError
	var unknown *phrase.UnknownWordError
	var checksum *phrase.ChecksumError
	var ambiguous *phrase.AmbiguousError
	switch {
	case errors.As(err, &count):
		return row("phrase-count", ExitUsage, "count", english.count(count.Got, "word")), true
	case errors.As(err, &unknown):
		m := row("phrase-word", ExitUsage, "number", strconv.Itoa(unknown.Index), "language", LanguageName(unknown.Language))
		if len(unknown.Nearest) > 0 {
			m.Details = []string{fill(english.texts["nearest"], "words", english.join(unknown.Nearest))}
		}
		return m, true
	case errors.As(err, &checksum):
		return row("phrase-checksum", ExitUsage), true
	case errors.As(err, &ambiguous):
		return row("phrase-ambiguous", ExitUsage, "languages", english.join(languageNames(ambiguous.Languages))), true
	}
	return Message{}, false
}

// LanguageName is what people call a language of phrases.
func LanguageName(l phrase.Language) string {
	if name, ok := english.languages[string(l)]; ok {
		return name
	}
	return string(l)
}

func languageNames(languages []phrase.Language) []string {
	var names []string
	for _, l := range languages {
		names = append(names, LanguageName(l))
	}
	return names
}
