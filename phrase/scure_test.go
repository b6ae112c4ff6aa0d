package phrase_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
	"golang.org/x/text/unicode/norm"
)

// question and answer are described in testdata/scure.mjs.
type question struct {
	Do         string          `json:"do"`
	Language   phrase.Language `json:"language"`
	Words      int             `json:"words,omitempty"`
	Phrase     string          `json:"phrase,omitempty"`
	Passphrase string          `json:"passphrase"`
}

type answer struct {
	List                  []string
	Valid                 bool
	Phrase, Entropy, Seed string
}

// askScure asks @scure/bip39 under Node, all questions in one process.
func askScure(t *testing.T, questions []question) []answer {
	t.Helper()
	node, dir := peer.Node(t)
	input, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, "testdata/scure.mjs", dir)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, stderr.String())
	}
	var answers []answer
	if err := json.Unmarshal(output, &answers); err != nil {
		t.Fatal(err)
	}
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers
}

// None, plain, composed and decomposed accents, compatibility forms, Hangul, white space, and
// characters outside the first plane.
var passphrases = []string{"", "TREZOR", "caf\u00e9 cr\u00e8me", "cafe\u0301", "㍍ガバヴァぱばぐゞちぢ十人十色", "\ufb01\u212b①", "한글", " \u3000 ", "🌱𝔖"}

func sizes(do func(lang phrase.Language, words int)) {
	for _, lang := range phrase.Languages() {
		for words := 12; words <= 24; words += 3 {
			do(lang, words)
		}
	}
}

func TestScureHasTheSameLists(t *testing.T) {
	var questions []question
	for _, lang := range phrase.Languages() {
		questions = append(questions, question{Do: "list", Language: lang})
	}
	for i, a := range askScure(t, questions) {
		lang := questions[i].Language
		if !slices.Equal(a.List, phrase.Shared(lang, lang)) {
			t.Errorf("%s: another list", lang)
		}
	}
}

func TestScureReadsOurs(t *testing.T) {
	var questions []question
	var ours []phrase.Phrase
	sizes(func(lang phrase.Language, words int) {
		for i := range 4 {
			p, err := phrase.New(words, lang)
			if err != nil {
				t.Fatal(err)
			}
			passphrase := passphrases[(len(ours)+i)%len(passphrases)]
			ours = append(ours, p)
			questions = append(questions, question{Do: "read", Language: lang, Phrase: string(p.Words().Reveal()), Passphrase: passphrase})
		}
	})
	for i, a := range askScure(t, questions) {
		if !a.Valid {
			t.Errorf("%s: not valid there: %s", questions[i].Language, questions[i].Phrase)
		}
		same(t, ours[i], questions[i], a)
	}
}

func TestWeReadScures(t *testing.T) {
	var questions []question
	sizes(func(lang phrase.Language, words int) {
		for range 4 {
			passphrase := passphrases[len(questions)%len(passphrases)]
			questions = append(questions, question{Do: "make", Language: lang, Words: words, Passphrase: passphrase})
		}
	})
	for i, a := range askScure(t, questions) {
		q := questions[i]
		for _, form := range []norm.Form{norm.NFC, norm.NFKD} {
			p, err := phrase.ParseIn([]byte(form.String(a.Phrase)), q.Language)
			if err != nil {
				t.Errorf("%s: %v: %s", q.Language, err, a.Phrase)
				continue
			}
			if p.Count() != q.Words || string(p.Words().Reveal()) != a.Phrase {
				t.Errorf("%s: other words: %s, %s", q.Language, p.Words().Reveal(), a.Phrase)
			}
			same(t, p, q, a)
		}
	}
}

func same(t *testing.T, p phrase.Phrase, q question, a answer) {
	t.Helper()
	if got := hex.EncodeToString(p.Entropy().Reveal()); got != a.Entropy {
		t.Errorf("%s: entropy %s here, %s there: %s", q.Language, got, a.Entropy, p.Words().Reveal())
	}
	if got := hex.EncodeToString(p.Seed(secret.Copy([]byte(q.Passphrase))).Reveal()); got != a.Seed {
		t.Errorf("%s, passphrase %q: seed %s here, %s there", q.Language, q.Passphrase, got, a.Seed)
	}
}

// Damaged phrases are right in both programs or wrong in both; some stay right by chance.
func TestScureRefusesWhatWeRefuse(t *testing.T) {
	random := rand.New(rand.NewPCG(39, 2048)) // the damage is the same in every run
	var questions []question
	sizes(func(lang phrase.Language, words int) {
		list := phrase.Shared(lang, lang)
		for range 16 {
			p, err := phrase.FromEntropy(randomBytes(random, words/3*4), lang)
			if err != nil {
				t.Fatal(err)
			}
			text := damage(random, string(p.Words().Reveal()), list)
			questions = append(questions, question{Do: "read", Language: lang, Phrase: text})
		}
	})
	right := 0
	for i, a := range askScure(t, questions) {
		q := questions[i]
		p, err := phrase.ParseIn([]byte(q.Phrase), q.Language)
		if (err == nil) != a.Valid {
			t.Errorf("%s: valid there %v, here %v: %q", q.Language, a.Valid, err, q.Phrase)
		} else if err == nil {
			right++
			same(t, p, q, a)
		}
	}
	if right == 0 || right == len(questions) {
		t.Errorf("%d of %d damaged phrases are right: this test tested nothing", right, len(questions))
	}
}

func randomBytes(random *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// damage swaps two words, replaces one, leaves one out, doubles one, or spoils a letter.
func damage(random *rand.Rand, text string, list []string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\u3000' })
	i, j := random.IntN(len(words)), random.IntN(len(words))
	switch random.IntN(5) {
	case 0:
		words[i], words[j] = words[j], words[i]
	case 1:
		words[i] = list[random.IntN(len(list))]
	case 2:
		words = slices.Delete(words, i, i+1)
	case 3:
		words = slices.Insert(words, i, words[j])
	case 4:
		letters := []rune(words[i])
		letters[random.IntN(len(letters))] = 'x'
		words[i] = string(letters)
	}
	return strings.Join(words, " ")
}
