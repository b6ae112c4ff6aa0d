package phrase_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/phrase"
	"golang.org/x/text/unicode/norm"
)

const legal = "legal winner thank year wave sausage worth useful legal winner thank yellow"

func numbered(text, format string, order func(i int) int) string {
	words := strings.Fields(text)
	var out []string
	for i := range words {
		at := order(i)
		out = append(out, fmt.Sprintf(format, at+1, words[at]))
	}
	return strings.Join(out, " ")
}

func straight(i int) int { return i }
func across(i int) int   { return i%2*6 + i/2 } // two columns of 6, copied line by line

func TestParseForgives(t *testing.T) {
	tests := map[string]string{
		"as is":               legal,
		"capitals":            strings.ToUpper(legal),
		"sentence":            "Legal winner thank year wave sausage worth useful legal winner thank yellow.",
		"white space":         "\ufeff \r\n\t" + strings.ReplaceAll(legal, " ", "\u00a0\n\u3000 \u2003") + "\x00\r\n",
		"commas":              strings.ReplaceAll(legal, " ", ","),
		"hyphens":             strings.ReplaceAll(legal, " ", "-"),
		"a JSON array":        `["` + strings.ReplaceAll(legal, " ", `", "`) + `"]`,
		"zero width space":    strings.ReplaceAll(legal, " ", "\u200b"),
		"soft hyphen":         strings.ReplaceAll(legal, "winner", "win\u00adner"),
		"full width letters":  strings.Map(wide, legal),
		"numbered":            numbered(legal, "%d. %s", straight),
		"numbered, no space":  numbered(legal, "%d.%s", straight),
		"numbered, brackets":  numbered(legal, "(%02d) %s", straight),
		"numbered, bare":      numbered(legal, "%d%s", straight),
		"numbered, lines":     numbered(legal, "\n%d\t%s", straight),
		"numbered, table":     numbered(legal, "| %d | %s |\n", straight),
		"numbered in columns": numbered(legal, "%d: %s", across),
		"circled numbers":     "① legal ② winner ③ thank ④ year ⑤ wave ⑥ sausage ⑦ worth ⑧ useful ⑨ legal ⑩ winner ⑪ thank ⑫ yellow",
	}
	want := parse(t, legal)
	for name, text := range tests {
		before := strings.Clone(text)
		input := []byte(text)
		got, err := phrase.Parse(input)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !got.Equal(want) {
			t.Errorf("%s: read as another phrase: %s", name, got.Words().Reveal())
		}
		if string(input) != before {
			t.Errorf("%s: Parse changed its input", name)
		}
	}
}

func wide(r rune) rune {
	if r == ' ' {
		return '\u3000'
	}
	return r - 'a' + '\uff41'
}

// Typed with any keyboard, in any form of Unicode, a phrase is the same phrase.
func TestParseForms(t *testing.T) {
	for _, lang := range phrase.Languages() {
		for count := 12; count <= 24; count += 3 {
			p, err := phrase.New(count, lang)
			if err != nil {
				t.Fatal(err)
			}
			words := string(p.Words().Reveal())
			for _, form := range []norm.Form{norm.NFC, norm.NFD, norm.NFKC, norm.NFKD} {
				got, err := phrase.ParseIn([]byte(form.String(words)), lang)
				if err != nil || !got.Equal(p) {
					t.Errorf("%s in form %d: %v: %q", lang, form, err, words)
				}
			}
		}
	}
}

func TestParseWithoutAccents(t *testing.T) {
	for lang, accented := range map[phrase.Language]string{phrase.Spanish: "ábaco", phrase.French: "académie"} {
		list := phrase.Suggest(accented, lang, 1)
		if len(list) != 1 || list[0] != accented {
			t.Fatalf("%s has no %s", lang, accented)
		}
		p := phraseWith(t, lang, accented)
		words := norm.NFC.String(string(p.Words().Reveal()))
		plain := strings.Map(func(r rune) rune {
			if r >= 0x300 && r <= 0x36f {
				return -1
			}
			return r
		}, norm.NFKD.String(words))
		if plain == norm.NFKD.String(words) {
			t.Fatalf("%s: no accent to leave out", lang)
		}
		got, err := phrase.Parse([]byte(plain))
		if err != nil || !got.Equal(p) || !got.Words().Equal(p.Words()) {
			t.Errorf("%s without accents: %v", lang, err)
		}
	}
	// Japanese voicing marks are no accents.
	p, _ := phrase.FromEntropy([]byte(strings.Repeat("\x7f", 16)), phrase.Japanese)
	text := strings.ReplaceAll(string(p.Words().Reveal()), "\u3099", "")
	var unknown *phrase.UnknownWordError
	if _, err := phrase.Parse([]byte(text)); !errors.As(err, &unknown) || unknown.Language != phrase.Japanese {
		t.Errorf("Japanese without voicing marks: %v", err)
	}
}

// phraseWith returns some phrase that has word in it.
func phraseWith(t *testing.T, lang phrase.Language, word string) phrase.Phrase {
	t.Helper()
	for range 100_000 {
		p, err := phrase.New(24, lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range p.Display() {
			if string(w.Reveal()) == word {
				return p
			}
		}
	}
	t.Fatalf("no phrase with %s", word)
	return phrase.Phrase{}
}

func TestParseChineseWithoutSpaces(t *testing.T) {
	p, _ := phrase.FromEntropy([]byte("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"), phrase.ChineseSimplified)
	text := strings.ReplaceAll(string(p.Words().Reveal()), " ", "")
	if got, err := phrase.Parse([]byte(text)); err != nil || !got.Equal(p) {
		t.Errorf("%q: %v", text, err)
	}
}

func TestParseRefuses(t *testing.T) {
	is := func(kind error) func(error) bool { return func(err error) bool { return errors.Is(err, kind) } }
	count := func(n int) func(error) bool {
		return func(err error) bool {
			var wrong *phrase.WordCountError
			return errors.As(err, &wrong) && wrong.Got == n
		}
	}
	unknown := func(index int, lang phrase.Language, word, nearest string) func(error) bool {
		return func(err error) bool {
			var e *phrase.UnknownWordError
			return errors.As(err, &e) && e.Index == index && e.Language == lang && e.Word == word &&
				len(e.Nearest) <= 3 && (nearest == "" && len(e.Nearest) == 0 || slices.Contains(e.Nearest, nearest))
		}
	}
	checksum := func(langs ...phrase.Language) func(error) bool {
		return func(err error) bool {
			var e *phrase.ChecksumError
			return errors.As(err, &e) && slices.Equal(e.Languages, langs)
		}
	}
	tests := []struct {
		text string
		ok   func(error) bool
	}{
		{"", count(0)},
		{" \n", count(0)},
		{"legal", count(1)},
		{strings.TrimSuffix(legal, " yellow"), count(11)},
		{"my words: " + legal, count(14)},
		{legal + " " + legal + " legal", count(25)},
		{strings.ReplaceAll(legal, "yellow", "yelow"), unknown(12, phrase.English, "yelow", "yellow")},
		{strings.ReplaceAll(legal, "sausage", "SUASAGE"), unknown(6, phrase.English, "suasage", "sausage")},
		{strings.ReplaceAll(legal, "sausage", "saus"), unknown(6, phrase.English, "saus", "sausage")},
		{strings.ReplaceAll(legal, "sausage", "sau5age"), unknown(6, phrase.English, "sau5age", "sausage")},
		{strings.ReplaceAll(legal, "sausage", "saus\xffage"), unknown(6, phrase.English, "saus\ufffdage", "sausage")},
		{strings.ReplaceAll(legal, "sausage", "qqqqqqq"), unknown(6, phrase.English, "qqqqqqq", "")},
		{strings.ReplaceAll(legal, "sausage", strings.Repeat("legalwinner", 3)), unknown(6, phrase.English, "legalwinnerlegal", "")},
		{legal + " " + strings.ReplaceAll(legal, "yellow", "yelow"), unknown(24, phrase.English, "yelow", "yellow")},
		{strings.ReplaceAll(legal, "yellow", "thank"), checksum(phrase.English)},
		{"winner legal thank year wave sausage worth useful legal winner thank yellow", checksum(phrase.English)},
		{strings.Repeat("abandon ", 12), checksum(phrase.English, phrase.French)},
		{strings.Repeat("的 ", 12), checksum(phrase.ChineseSimplified, phrase.ChineseTraditional)},
		{"1 " + legal, is(phrase.ErrNumbering)},
		{legal + " 12", is(phrase.ErrNumbering)},
		{"2026-11-22 " + legal, is(phrase.ErrNumbering)},
		{strings.Replace(numbered(legal, "%d. %s", straight), "7.", "8.", 1), is(phrase.ErrNumbering)},
		{strings.Replace(numbered(legal, "%d. %s", straight), "7.", "", 1), is(phrase.ErrNumbering)},
		{numbered(legal, "%d. %s", func(i int) int { return i % 6 }), is(phrase.ErrNumbering)},
		{numbered(legal, "%d00000000000000000000. %s", straight), is(phrase.ErrNumbering)},
	}
	for _, test := range tests {
		p, err := phrase.Parse([]byte(test.text))
		if !test.ok(err) {
			t.Errorf("%q: %#v", test.text, err)
		}
		if p.Count() != 0 {
			t.Errorf("%q: a phrase and an error", test.text)
		}
	}
}

// The Chinese lists have their common characters at the same places. Which language it is
// only the person knows, but the wallet is the same.
func TestAmbiguousChinese(t *testing.T) {
	tried := ambiguities(t, phrase.ChineseSimplified, phrase.ChineseTraditional, func(a, b phrase.Phrase) {
		if !a.Entropy().Equal(b.Entropy()) || !a.Words().Equal(b.Words()) {
			t.Errorf("%s: another wallet", a.Words().Reveal())
		}
		if a.Equal(b) {
			t.Errorf("%s: equal in two languages", a.Words().Reveal())
		}
	})
	if tried[2] == 0 || tried[1] != 0 {
		t.Errorf("right in no, one, two lists: %v", tried)
	}
}

// English and French have theirs at different places, so the checksum tells them apart.
func TestChecksumSettlesLanguage(t *testing.T) {
	tried := ambiguities(t, phrase.English, phrase.French, func(a, b phrase.Phrase) {})
	if tried[1] == 0 {
		t.Errorf("right in no, one, two lists: %v", tried)
	}
}

// ambiguities parses runs of 12 words that two lists share, checks the language found, and
// counts in how many of the two they are right.
func ambiguities(t *testing.T, a, b phrase.Language, both func(inA, inB phrase.Phrase)) (tried [3]int) {
	shared := phrase.Shared(a, b)
	for i := range len(shared) - 12 {
		text := []byte(strings.Join(shared[i:i+12], " "))
		inA, errA := phrase.ParseIn(text, a)
		inB, errB := phrase.ParseIn(text, b)
		got, err := phrase.Parse(text)
		var ambiguous *phrase.AmbiguousError
		var checksum *phrase.ChecksumError
		switch {
		case errA == nil && errB == nil:
			tried[2]++
			if !errors.As(err, &ambiguous) || !slices.Equal(ambiguous.Languages, []phrase.Language{a, b}) {
				t.Errorf("%s: %v", text, err)
			}
			both(inA, inB)
		case errA == nil || errB == nil:
			tried[1]++
			if err != nil || !got.Equal(inA) && !got.Equal(inB) {
				t.Errorf("%s: %v", text, err)
			}
		default:
			tried[0]++
			if !errors.As(err, &checksum) || !slices.Equal(checksum.Languages, []phrase.Language{a, b}) {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
	return tried
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{legal, abandon, "", "1. legal", "\xff", "的的的的的的的的的的的的",
		numbered(legal, "%d) %s", across), strings.ToUpper(legal), "ゝ\u3099 ㍍", "legal\u0301 ´winner"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := phrase.Parse(text)
		if err != nil {
			if strings.Contains(fmt.Sprintf("%#v", err), "legal") {
				t.Errorf("a word in an error: %#v", err)
			}
			return
		}
		again, err := phrase.ParseIn(p.Words().Reveal(), p.Language())
		if err != nil || !again.Equal(p) {
			t.Errorf("%q: words not read back: %v", text, err)
		}
		p, err = phrase.Parse(p.Words().Reveal())
		var ambiguous *phrase.AmbiguousError
		if err != nil && !errors.As(err, &ambiguous) || err == nil && !again.Equal(p) {
			t.Errorf("%q: words not read back without the language: %v", text, err)
		}
	})
}
