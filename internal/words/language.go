package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// A Sentence is something that a person is told, in English, as it stands in the source. It is
// the key of its translations: en.json, which has only what depends on a number, and de.json.
// Facts come in as in [fmt.Sprintf]; a translation may turn them round with %[2]s. In the table
// of this package they have names in braces.
type Sentence string

// A Language is everything that people are told, in one language. All are made at the start,
// and may be used from several goroutines.
type Language struct {
	tag     language.Tag
	printer *message.Printer
}

//go:embed en.json de.json
var files embed.FS

// The languages that the program speaks.
var (
	English = mustRead("en")
	German  = mustRead("de")

	Languages = []*Language{English, German}
)

var matcher = language.NewMatcher([]language.Tag{English.tag, German.tag})

// Match is the best language for what a browser accepts (RFC 9110, Accept-Language), or for
// what a person has chosen, such as "de"; English when nothing fits.
func Match(accepted string) *Language {
	_, i := language.MatchStrings(matcher, accepted)
	return Languages[i]
}

// FromEnvironment is the language that the environment asks for: LC_ALL, else LC_MESSAGES, else
// LANG, the first that is set (POSIX, section 8.2). "C" is English.
func FromEnvironment(getenv func(string) string) *Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := getenv(name); locale != "" {
			locale, _, _ = strings.Cut(locale, ".") // de_DE.UTF-8
			return Match(strings.ReplaceAll(locale, "_", "-"))
		}
	}
	return English
}

// Tag is the language's name for programs (BCP 47), such as "de".
func (l *Language) Tag() string { return l.tag.String() }

// Name is what the language calls itself.
func (l *Language) Name() string { return display.Self.Name(l.tag) }

// Say puts facts into a sentence of this language. One that has no translation stays English.
// White space around it is kept, and is no part of the key.
func (l *Language) Say(s Sentence, facts ...any) string {
	key := s.Key()
	before, after, _ := strings.Cut(string(s), key)
	return before + l.printer.Sprintf(key, facts...) + after
}

// Key is the sentence as the files of translations have it.
func (s Sentence) Key() string { return strings.TrimSpace(string(s)) }

// Read makes a language of a file: a JSON object of each English sentence and its translation.
// Where that depends on a number, the first fact, it is an object of forms: "one", "other" and
// whatever else the language has (Unicode CLDR, Plural Rules).
func Read(tag language.Tag, file []byte) (*Language, error) {
	var entries map[string]any
	if err := json.Unmarshal(file, &entries); err != nil {
		return nil, fmt.Errorf("reading the words of %s: %w", tag, err)
	}
	b := catalog.NewBuilder(catalog.Fallback(language.English))
	for sentence, translation := range entries {
		if err := b.Set(tag, sentence, translated(translation)); err != nil {
			return nil, fmt.Errorf("the words of %s for %q: %w", tag, sentence, err)
		}
	}
	return &Language{tag, message.NewPrinter(tag, message.Catalog(b))}, nil
}

func translated(translation any) catalog.Message {
	forms, many := translation.(map[string]any)
	if !many {
		return catalog.String(fmt.Sprint(translation))
	}
	var cases []any
	for _, form := range []string{"zero", "one", "two", "few", "many", "other"} { // "other" fits everything
		if text, ok := forms[form]; ok {
			cases = append(cases, form, fmt.Sprint(text))
		}
	}
	return plural.Selectf(1, "%d", cases...)
}

func mustRead(tag string) *Language {
	file, err := files.ReadFile(tag + ".json")
	if err == nil {
		var l *Language
		if l, err = Read(language.Make(tag), file); err == nil {
			return l
		}
	}
	panic(err) // a test of this package reads them first
}
