package main

import (
	"io"
	"sync/atomic"

	"github.com/cloudseed/cloudseed/internal/words"
)

// speaking is the language of this process, as its environment asks for it. Programs read
// English: --json is the same everywhere.
var speaking atomic.Pointer[words.Language]

func tongue() *words.Language {
	if l := speaking.Load(); l != nil {
		return l
	}
	return words.English
}

// speakJSON makes it English for --json.
func (s *session) speakJSON() {
	if s.printer.json {
		speaking.Store(words.English)
	}
}

// say puts facts into a sentence in the person's language.
func say(s words.Sentence, facts ...any) string { return tongue().Say(s, facts...) }

// printf says it into w.
func printf(w io.Writer, s words.Sentence, facts ...any) { io.WriteString(w, say(s, facts...)) }

// tell says it on the terminal device.
func (s *session) tell(sentence words.Sentence, facts ...any) {
	s.tty.Tell("%s", say(sentence, facts...))
}
