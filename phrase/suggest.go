package phrase

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Suggest returns up to n words of the list that begin with prefix, in the list's order
// and in NFC, to complete what a person types. Case and the accents of Latin letters do
// not count. After 4 letters at most one word is left, but in Korean, where a syllable may
// still have two. An empty prefix or an unknown language has no suggestions.
func Suggest(prefix string, lang Language, n int) []string {
	start := typed(prefix)
	var words []string
	list := lang.list()
	for i, folded := range list.folded {
		if len(words) >= n || start == "" {
			break
		}
		if strings.HasPrefix(folded, start) {
			words = append(words, norm.NFC.String(list.words[i]))
		}
	}
	return words
}

// Nearest returns up to n words of the list that a person may have meant by word, the
// likeliest first and in NFC: words that begin with it, if it has 3 letters or more, then
// those at most 3 slips away (a letter wrong, missing, too much, or two letters swapped).
// Of a Chinese character nothing is near.
func Nearest(word string, lang Language, n int) []string {
	type guess struct {
		word         string
		slips, alike int
	}
	meant := []rune(typed(shorten(word)))
	var guesses []guess
	list := lang.list()
	for i, folded := range list.folded {
		letters := []rune(folded)
		g := guess{list.words[i], slips(meant, letters), alike(meant, letters)}
		if len(meant) >= 3 && g.alike == len(meant) {
			g.slips = 0
		}
		if g.slips <= min(3, len(meant)/2) {
			guesses = append(guesses, g)
		}
	}
	slices.SortStableFunc(guesses, func(a, b guess) int {
		return cmp.Or(cmp.Compare(a.slips, b.slips), cmp.Compare(b.alike, a.alike))
	})
	var words []string
	for _, g := range guesses[:min(max(n, 0), len(guesses))] {
		words = append(words, norm.NFC.String(g.word))
	}
	return words
}

// typed brings what a person typed into the form in which words are compared.
func typed(s string) string {
	return string(fold([]byte(strings.ToLower(norm.NFKD.String(strings.TrimSpace(s))))))
}

// alike is the number of letters with which a and b begin alike.
func alike(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// slips is the edit distance of a and b in which swapping two neighbours counts once
// (optimal string alignment).
func slips(a, b []rune) int {
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			wrong := last[j-1]
			if a[i-1] != b[j-1] {
				wrong++
			}
			row[j] = min(wrong, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
