package phrase

import (
	"embed"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Language is one of the ten lists of BIP-39, by the name of the BIP's file.
type Language string

// The languages in the order of the BIP. It discourages all but English for new phrases,
// because few wallets read the others.
const (
	English            Language = "english"
	Japanese           Language = "japanese"
	Korean             Language = "korean"
	Spanish            Language = "spanish"
	ChineseSimplified  Language = "chinese_simplified"
	ChineseTraditional Language = "chinese_traditional"
	French             Language = "french"
	Italian            Language = "italian"
	Czech              Language = "czech"
	Portuguese         Language = "portuguese"
)

var languages = []Language{English, Japanese, Korean, Spanish, ChineseSimplified,
	ChineseTraditional, French, Italian, Czech, Portuguese}

// Languages returns the ten languages in the order of the BIP.
func Languages() []Language { return slices.Clone(languages) }

func (l Language) known() bool { return slices.Contains(languages, l) }

// separator stands between two words.
func (l Language) separator() string {
	if l == Japanese {
		return "\u3000" // the BIP's remark on Japanese: people there expect it
	}
	return " "
}

//go:embed wordlists/*.txt
var files embed.FS

// A wordList is the 2048 words of a language.
type wordList struct {
	words  []string       // in the BIP's order, in NFKD
	folded []string       // the same without accents
	place  map[string]int // of each folded word
}

// lists holds every list, each read when it is first needed.
var lists = func() map[Language]func() *wordList {
	m := make(map[Language]func() *wordList)
	for _, l := range languages {
		m[l] = sync.OnceValue(func() *wordList { return readList(l) })
	}
	return m
}()

// list returns the words of l; of no language, none.
func (l Language) list() *wordList {
	if !l.known() {
		return &wordList{}
	}
	return lists[l]()
}

func readList(l Language) *wordList {
	text, err := files.ReadFile("wordlists/" + string(l) + ".txt")
	if err != nil {
		panic(err) // embedded in the program: it cannot be missing
	}
	list := &wordList{words: strings.Fields(string(text)), place: make(map[string]int, 2048)}
	for i, word := range list.words {
		folded := string(fold([]byte(word)))
		list.folded = append(list.folded, folded)
		list.place[folded] = i
	}
	return list
}

// find returns the place of a word in NFKD and lower case, or -1.
func (w *wordList) find(word []byte) int {
	if i, ok := w.place[string(fold(word))]; ok {
		return i
	}
	return -1
}

// fold leaves out the accents of Latin letters. The BIP's remarks on Spanish and French
// say that é counts as e; within every list no two words become equal by it. Japanese
// voicing marks lie elsewhere in Unicode and stay: か and が are different letters.
func fold(word []byte) []byte {
	folded := make([]byte, 0, len(word))
	for len(word) > 0 {
		r, size := utf8.DecodeRune(word)
		if r < '\u0300' || r > '\u036f' {
			folded = append(folded, word[:size]...)
		}
		word = word[size:]
	}
	return folded
}
