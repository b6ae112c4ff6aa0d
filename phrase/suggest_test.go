package phrase_test

import (
	"slices"
	"testing"

	"github.com/cloudseed/cloudseed/phrase"
	"golang.org/x/text/unicode/norm"
)

func TestSuggest(t *testing.T) {
	tests := []struct {
		prefix string
		lang   phrase.Language
		n      int
		want   []string
	}{
		{"aban", phrase.English, 5, []string{"abandon"}},
		{" ABAN", phrase.English, 5, []string{"abandon"}},
		{"ab", phrase.English, 3, []string{"abandon", "ability", "able"}},
		{"act", phrase.English, 9, []string{"act", "action", "actor", "actress", "actual"}},
		{"xyz", phrase.English, 3, nil},
		{"", phrase.English, 3, nil},
		{"ab", phrase.English, 0, nil},
		{"ab", phrase.English, -1, nil},
		{"aba", phrase.Spanish, 2, []string{"ábaco"}},
		{"ába", phrase.Spanish, 2, []string{"ábaco"}},
		{"あいこ", phrase.Japanese, 2, []string{"あいこくしん"}},
		{"가격", phrase.Korean, 2, []string{"가격"}},
		{"가ㄱ", phrase.Korean, 1, []string{"가격"}}, // the next syllable only begun
		{"的", phrase.ChineseSimplified, 2, []string{"的"}},
	}
	for _, test := range tests {
		if got := phrase.Suggest(test.prefix, test.lang, test.n); !slices.Equal(got, test.want) {
			t.Errorf("%q in %s: %q, want %q", test.prefix, test.lang, got, test.want)
		}
	}
}

// Four letters settle a word in the lists of Latin letters and in Japanese.
func TestFourLettersSuffice(t *testing.T) {
	for _, lang := range phrase.Languages() {
		if lang == phrase.Korean {
			continue
		}
		for _, word := range phrase.Shared(lang, lang) {
			letters := []rune(norm.NFC.String(word))
			got := phrase.Suggest(string(letters[:min(4, len(letters))]), lang, 3)
			if len(letters) >= 4 && len(got) != 1 || !slices.Contains(got, string(letters)) {
				t.Errorf("%s: %q for %q", lang, got, string(letters))
			}
		}
	}
}

func TestNearest(t *testing.T) {
	tests := []struct {
		word string
		lang phrase.Language
		want string // the first
	}{
		{"abandon", phrase.English, "abandon"},
		{"abandn", phrase.English, "abandon"},
		{"abadnon", phrase.English, "abandon"},
		{"Wnner", phrase.English, "winner"},
		{"yelow", phrase.English, "yellow"},
		{"aban", phrase.English, "abandon"},
		{"aple", phrase.English, "apple"},
		{"qwrtzu", phrase.English, ""},
		{"", phrase.English, ""},
		{"a", phrase.English, ""},
		{"academei", phrase.French, "académie"},
		{"あいこくじん", phrase.Japanese, "あいこくしん"},
		{"龘", phrase.ChineseSimplified, ""},
	}
	for _, test := range tests {
		got := phrase.Nearest(test.word, test.lang, 3)
		if first := append(got, "")[0]; first != test.want || len(got) > 3 {
			t.Errorf("%q in %s: %q, want %q first", test.word, test.lang, got, test.want)
		}
	}
}
