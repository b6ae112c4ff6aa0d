package phrase

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// The SHA-256 of the files in bip-0039/ of github.com/bitcoin/bips.
var bipFiles = map[Language]string{
	English:            "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
	Japanese:           "2eed0aef492291e061633d7ad8117f1a2b03eb80a29d0e4e3117ac2528d05ffd",
	Korean:             "9e95f86c167de88f450f0aaf89e87f6624a57f973c67b516e338e8e8b8897f60",
	Spanish:            "46846a5a0139d1e3cb77293e521c2865f7bcdb82c44e8d0a06a2cd0ecba48c0b",
	ChineseSimplified:  "5c5942792bd8340cb8b27cd592f1015edf56a8c5b26276ee18a482428e7c5726",
	ChineseTraditional: "417b26b3d8500a4ae3d59717d7011952db6fc2fb84b807f3f94ac734e89c1b5f",
	French:             "ebc3959ab7801a1df6bac4fa7d970652f1df76b683cd2f4003c941c63d517e59",
	Italian:            "d392c49fdb700a24cd1fceb237c1f65dcc128f6b34a8aacb58b59384b5c648c2",
	Czech:              "7e80e161c3e93d9554c2efb78d4e3cebf8fc727e9c52e03b83b94406bdcc95fc",
	Portuguese:         "2685e9c194c82ae67e10ba59d9ea5345a23dc093e92276fc5361f6667d79cd3f",
}

func TestListsAreTheBIPs(t *testing.T) {
	for _, lang := range Languages() {
		text, err := files.ReadFile("wordlists/" + string(lang) + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(text)); got != bipFiles[lang] {
			t.Errorf("%s: SHA-256 %s, the BIP's file has %s", lang, got, bipFiles[lang])
		}
		list := lang.list()
		if len(list.words) != 2048 || len(list.place) != 2048 {
			t.Errorf("%s: %d words, %d without accents, want 2048", lang, len(list.words), len(list.place))
		}
		for i, word := range list.words {
			if !norm.NFKD.IsNormalString(word) {
				t.Errorf("%s: word %d is not in NFKD", lang, i)
			}
			if list.find([]byte(word)) != i {
				t.Errorf("%s: word %d is found at %d", lang, i, list.find([]byte(word)))
			}
		}
	}
	if len(Languages()) != 10 {
		t.Errorf("%d languages, want 10", len(Languages()))
	}
}

// No word may be lost between what split takes for a word and what the lists hold.
func TestEveryWordSurvivesTyping(t *testing.T) {
	for _, lang := range Languages() {
		list := lang.list()
		for i, word := range list.words {
			for _, form := range []norm.Form{norm.NFC, norm.NFD, norm.NFKC, norm.NFKD} {
				words, _, err := split([]byte(" " + form.String(word) + "\n"))
				if err != nil || len(words) != 1 || list.find(words[0]) != i {
					t.Fatalf("%s word %d in form %d: not recognised: %v", lang, i, form, err)
				}
			}
		}
	}
}
