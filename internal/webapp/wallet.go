package webapp

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// showWallet asks for the wallet to back up: its name, its phrase, perhaps a passphrase.
func (a *App) showWallet(w http.ResponseWriter, r *http.Request, s *session) {
	a.askWallet(w, s, nil, "")
}

func (a *App) askWallet(w http.ResponseWriter, s *session, err error, field string) {
	f := &s.backup
	screen := walletScreen{Name: f.name, Known: f.known(), Typed: string(f.typed.Reveal()), HasPassphrase: f.passphrase.Len() > 0}
	about := page{Title: "Which wallet?", Art: "words", Back: "intro?page=3", Stage: 2, Stages: backupStages}
	var ambiguous *phrase.AmbiguousError
	var unknown *phrase.UnknownWordError
	switch {
	case errors.As(err, &ambiguous):
		for _, l := range ambiguous.Languages {
			screen.Languages = append(screen.Languages, choice{Value: string(l), Label: languageName(l)})
		}
	case errors.As(err, &unknown):
		screen.Marked = mark(screen.Typed, unknown)
	}
	if err != nil && ambiguous == nil {
		about.Problem, about.Field = explain(s.lang, err), field
	}
	about.Body = screen
	a.show(w, s, "wallet", about)
}

// known is how many words were typed before and are right: they are not shown again.
func (f *backupFlow) known() int {
	if f.made {
		return 0
	}
	return f.phrase.Count()
}

// submitWallet reads what was typed. What is wrong is shown again, to be mended; what is
// right never is: the words stay in the session, so that nothing has to be typed twice.
func (a *App) submitWallet(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.backup
	f.takeName(r)
	f.typed.Clear()
	f.typed = secret.New([]byte(strings.TrimSpace(r.PostFormValue("phrase"))))
	if r.PostFormValue("no-passphrase") != "" {
		f.passphrase.Clear()
		f.passphrase = secret.Text{}
	}
	if p := r.PostFormValue("passphrase"); p != "" {
		f.passphrase.Clear()
		f.passphrase = secret.New([]byte(p))
	}
	if utf8.RuneCountInString(f.name) > 60 {
		a.askWallet(w, s, cloudseed.ErrName, "name")
		return
	}
	if f.typed.Len() == 0 && f.known() > 0 {
		to(w, r, s, "pin")
		return
	}
	f.phrase.Clear()
	f.phrase, f.made = phrase.Phrase{}, false
	var p phrase.Phrase
	var err error
	if l := r.PostFormValue("language"); l != "" {
		p, err = phrase.ParseIn(f.typed.Reveal(), phrase.Language(l))
	} else {
		p, err = phrase.Parse(f.typed.Reveal())
	}
	if err != nil {
		a.askWallet(w, s, err, "phrase")
		return
	}
	f.typed.Clear()
	f.phrase, f.typed = p, secret.Text{}
	to(w, r, s, "pin")
}

// submitNewWallet makes a wallet of 12 words.
func (a *App) submitNewWallet(w http.ResponseWriter, r *http.Request, s *session) {
	f := &s.backup
	f.takeName(r)
	p, err := phrase.New(12, phrase.English)
	if err != nil {
		a.fail(w, r, s, err, "")
		return
	}
	f.phrase.Clear()
	f.typed.Clear()
	f.passphrase.Clear()
	f.phrase, f.made, f.typed, f.passphrase = p, true, secret.Text{}, secret.Text{}
	to(w, r, s, "new-words")
}

// suggest completes the word at the cursor. It is told only that word's letters.
func (a *App) suggest(w http.ResponseWriter, r *http.Request, s *session) {
	found := []string{}
	for _, l := range phrase.Languages() {
		for _, word := range phrase.Suggest(r.PostFormValue("prefix"), l, 6) {
			if !slices.Contains(found, word) && len(found) < 6 {
				found = append(found, word)
			}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(found)
}

// mark splits what was typed as it was read and marks the wrong word. If the two do not
// agree on which word that is, nothing is marked.
func mark(typed string, wrong *phrase.UnknownWordError) []markedWord {
	parts := strings.FieldsFunc(typed, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	if wrong.Index < 1 || wrong.Index > len(parts) {
		return nil
	}
	var marked []markedWord
	for i, text := range parts {
		marked = append(marked, markedWord{Text: text, Wrong: i+1 == wrong.Index})
	}
	return marked
}

// languageName is a list's name for people.
func languageName(l phrase.Language) string {
	name := strings.ReplaceAll(string(l), "_", ", ")
	return strings.ToUpper(name[:1]) + name[1:]
}
