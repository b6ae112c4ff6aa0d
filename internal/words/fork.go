package words

import "github.com/cloudseed/cloudseed"

// Fork says in one sentence that a place holds two different files of one name.
func (l *Language) Fork(f cloudseed.Located) string {
	return l.fill(english.texts["fork"], "place", f.Place, "file", f.File)
}

// Forks are the sentences of all.
func (l *Language) Forks(all []cloudseed.Located) (sentences []string) {
	for _, f := range all {
		sentences = append(sentences, l.Fork(f))
	}
	return sentences
}
