package phrase

// Shared returns the words that two lists have in common, in the order of the first.
func Shared(a, b Language) (words []string) {
	for _, word := range a.list().words {
		if b.list().find([]byte(word)) >= 0 {
			words = append(words, word)
		}
	}
	return words
}
