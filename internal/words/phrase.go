package words

import (
	"errors"
	"strconv"

	"github.com/cloudseed/cloudseed/phrase"
)

// phraseMessage says what is wrong with a recovery phrase that was typed or read. The
// nearest words are for the person's own screen: they never come into a log.
func (l *Language) phraseMessage(err error) (Message, bool) {
	var count *phrase.WordCountError
	var unknown *phrase.UnknownWordError
	var checksum *phrase.ChecksumError
	var ambiguous *phrase.AmbiguousError
	switch {
	case errors.As(err, &count):
		return l.told("phrase-count", ExitUsage, "count", l.count(count.Got, "word")), true
	case errors.As(err, &unknown):
		m := l.told("phrase-word", ExitUsage, "number", strconv.Itoa(unknown.Index), "language", l.LanguageName(unknown.Language))
		if len(unknown.Nearest) > 0 {
			m.Details = []string{l.fill(english.texts["nearest"], "words", l.join(unknown.Nearest))}
		}
		return m, true
	case errors.As(err, &checksum):
		return l.told("phrase-checksum", ExitUsage), true
	case errors.As(err, &ambiguous):
		return l.told("phrase-ambiguous", ExitUsage, "languages", l.join(l.languageNames(ambiguous.Languages))), true
	}
	return Message{}, false
}

// LanguageName is what people call a language of phrases.
func (l *Language) LanguageName(of phrase.Language) string {
	if name, ok := english.languages[string(of)]; ok {
		return l.Say(name)
	}
	return string(of)
}

func (l *Language) languageNames(languages []phrase.Language) []string {
	var names []string
	for _, of := range languages {
		names = append(names, l.LanguageName(of))
	}
	return names
}
