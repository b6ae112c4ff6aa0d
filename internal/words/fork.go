package words

import "github.com/cloudseed/cloudseed"

// Fork says in one sentence that a place holds two different files of one name.
func Fork(l cloudseed.Located) string {
	return fill(english.texts["fork"], "place", l.Place, "file", l.File)
}

// Forks are the sentences of all.
func Forks(all []cloudseed.Located) (sentences []string) {
	for _, l := range all {
		sentences = append(sentences, Fork(l))
	}
	return sentences
}
