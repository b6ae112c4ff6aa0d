package webapp

import (
	"fmt"
	"html/template"
	"net/http"

	"github.com/cloudseed/cloudseed/internal/words"
)

// sayIn is the template function say: a sentence with its facts, as text. What is no sentence
// was said in the language already. Facts may come as one list.
func sayIn(l *words.Language) func(sentence any, facts ...any) string {
	return func(sentence any, facts ...any) string {
		if all, isList := last(facts).([]any); isList {
			facts = all
		}
		switch s := sentence.(type) {
		case words.Sentence:
			return l.Say(s, facts...)
		case string:
			return l.Say(words.Sentence(s), facts...)
		}
		return fmt.Sprint(sentence)
	}
}

func last(facts []any) any {
	if len(facts) == 0 {
		return nil
	}
	return facts[len(facts)-1]
}

// richIn is the template function rich: a sentence with markup in it. The markup is that of the
// template and of the translation, whose tags a test compares; facts are escaped. A fact inside a
// tag stands between double quotes.
func richIn(l *words.Language) func(sentence string, facts ...any) template.HTML {
	return func(sentence string, facts ...any) template.HTML {
		escaped := make([]any, len(facts))
		for i, fact := range facts {
			escaped[i] = fact
			if _, isNumber := fact.(int); !isNumber {
				escaped[i] = template.HTMLEscapeString(fmt.Sprint(fact))
			}
		}
		return template.HTML(l.Say(words.Sentence(sentence), escaped...))
	}
}

// language is the one that was chosen before, or else what the browser accepts.
func (a *App) language(r *http.Request) *words.Language {
	chosen, err := a.Profile.Language()
	if err != nil || chosen == "" { // a profile that cannot be read is told of where it matters
		return words.Match(r.Header.Get("Accept-Language"))
	}
	return words.Match(chosen)
}

// submitLanguage changes the language, from now on. The pages that offer it are named here:
// nothing leads elsewhere.
func (a *App) submitLanguage(w http.ResponseWriter, r *http.Request, s *session) {
	s.lang = words.Match(r.PostFormValue("language"))
	if err := a.Profile.SetLanguage(s.lang.Tag()); err != nil {
		a.Log.Warn("remembering the language", "error", err)
	}
	if r.PostFormValue("page") == "welcome" {
		to(w, r, s, "welcome")
		return
	}
	to(w, r, s, "help")
}
