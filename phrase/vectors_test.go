package phrase_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
	"golang.org/x/text/unicode/norm"
)

type vectorFile map[phrase.Language]struct {
	Passphrase string
	Vectors    [][3]string // entropy, words, seed
}

func readVectors(t *testing.T) vectorFile {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file vectorFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPublishedVectors(t *testing.T) {
	for lang, set := range readVectors(t) {
		if len(set.Vectors) != 24 {
			t.Errorf("%s: %d vectors, want 24", lang, len(set.Vectors))
		}
		passphrase := secret.Copy([]byte(set.Passphrase))
		for i, v := range set.Vectors {
			made, err := phrase.FromEntropy(unhex(t, v[0]), lang)
			if err != nil {
				t.Fatalf("%s %d: %v", lang, i, err)
			}
			if got := string(made.Words().Reveal()); norm.NFKD.String(got) != norm.NFKD.String(v[1]) {
				t.Errorf("%s %d: words %q, want %q", lang, i, got, v[1])
			}
			read, err := phrase.Parse([]byte(v[1]))
			if err != nil {
				t.Fatalf("%s %d: %v", lang, i, err)
			}
			if !read.Equal(made) || read.Language() != lang {
				t.Errorf("%s %d: read as another phrase, in %s", lang, i, read.Language())
			}
			if got := hex.EncodeToString(read.Seed(passphrase).Reveal()); got != v[2] {
				t.Errorf("%s %d: seed %s, want %s", lang, i, got, v[2])
			}
		}
	}
}

// The first 12 vectors of each language in Trezor's vectors.json (python-mnemonic at
// b57a5ad77a981e743f4167ab2f7927a55c1e82a8): the SHA-256 of entropy, words and seed, each
// followed by a line feed. All are made from the same 12 entropies with "TREZOR".
var trezor = map[phrase.Language]string{
	phrase.English:            "08ca2a4c915e24a7e6e1f3f2c89384f51b2141c3affb6bbdb6ac6699a0c0d952",
	phrase.Japanese:           "1249922569ceb589036905db171b43a0b5180fa40d907b7975944be83e565b86",
	phrase.Korean:             "3c47fb697c2f05a849803d1fbb4b7b8b2e5eed43244f2cadce836067de234902",
	phrase.Spanish:            "4a7eaace7384449c325f61037750d1f0978f98958c5e51796c44cefa56b13c7e",
	phrase.ChineseSimplified:  "5b78411b010fe174f0ed44a5a022e707c07d3b3e98717ca10060f9cd44da5181",
	phrase.ChineseTraditional: "c60eebe03178f06b86d6d33e0ae57a496f8de4aaa57e84506ddc0b974ed51f40",
	phrase.French:             "b67098336befff6dd848ba80ac28504a8d46efdfff75f474a5639310274b65f5",
	phrase.Italian:            "28f505b7b0efb35d88903f52f2ca478b3d33b36820cf3529bdc8fd2f4bf9640f",
	phrase.Czech:              "dd3569a147eef32b66e15c98cdcc9e0a0d3578b1e3aa985018dc43c3d97ad271",
	phrase.Portuguese:         "9855ef84f46c14b17ae7d3078bd11067c5159fa05a781d8116f90c9c91138eb4",
}

func TestTrezorVectorsOfAllLanguages(t *testing.T) {
	entropies := readVectors(t)[phrase.English].Vectors[:12]
	for _, lang := range phrase.Languages() {
		var text bytes.Buffer
		for _, v := range entropies {
			p, err := phrase.FromEntropy(unhex(t, v[0]), lang)
			if err != nil {
				t.Fatal(err)
			}
			seed := p.Seed(secret.Copy([]byte("TREZOR")))
			fmt.Fprintf(&text, "%s\n%s\n%x\n", v[0], p.Words().Reveal(), seed.Reveal())
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(text.Bytes())); got != trezor[lang] {
			t.Errorf("%s: SHA-256 %s, want %s", lang, got, trezor[lang])
		}
	}
}
