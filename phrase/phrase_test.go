package phrase_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/cloudseed/cloudseed/phrase"
)

// Every way in which Go code prints or encodes a value by habit.
func TestNeverShown(t *testing.T) {
	p := parse(t, "legal winner thank year wave sausage worth useful legal winner thank yellow")
	holder := struct {
		P       phrase.Phrase
		Pointer *phrase.Phrase
		List    []phrase.Phrase
		private phrase.Phrase
		pointer *phrase.Phrase
	}{p, &p, []phrase.Phrase{p}, p, &p}

	_, unknown := phrase.Parse([]byte("legal winner thank year wave sausage worth useful legal winner thank yelow"))
	_, checksum := phrase.Parse([]byte("legal winner thank year wave sausage worth useful legal winner yellow thank"))
	var out bytes.Buffer
	for _, value := range []any{p, &p, holder, &holder, unknown, checksum, fmt.Errorf("reading: %w", unknown)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
		json.NewEncoder(&out).Encode(value)
		xml.NewEncoder(&out).Encode(value)
		if _, isError := value.(error); !isError {
			gob.NewEncoder(&out).Encode(value)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "value", value)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "value", value)
	}

	entropy := p.Entropy().Reveal()
	for _, form := range []string{"legal", "yelow", "yellow", fmt.Sprintf("%x", entropy), fmt.Sprintf("%X", entropy),
		fmt.Sprint(entropy), "127 127", "0x7f, 0x7f", fmt.Sprintf("%x", "legal"), string(entropy)} {
		if bytes.Contains(out.Bytes(), []byte(form)) {
			t.Errorf("printed in the open as %q:\n%s", form, out.String())
		}
	}
}

func TestNew(t *testing.T) {
	for _, lang := range phrase.Languages() {
		for _, count := range []int{12, 15, 18, 21, 24} {
			p, err := phrase.New(count, lang)
			if err != nil {
				t.Fatal(err)
			}
			again, _ := phrase.New(count, lang)
			if p.Count() != count || p.Language() != lang || len(p.Display()) != count || p.Entropy().Len() != count/3*4 {
				t.Errorf("%s %d: %d words in %s", lang, count, p.Count(), p.Language())
			}
			if p.Equal(again) {
				t.Errorf("%s %d: the same phrase twice", lang, count)
			}
			if read, err := phrase.ParseIn(p.Words().Reveal(), lang); err != nil || !read.Equal(p) {
				t.Errorf("%s %d: not read back: %v", lang, count, err)
			}
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, count := range []int{-12, 0, 3, 9, 11, 13, 25, 27} {
		var wrong *phrase.WordCountError
		if _, err := phrase.New(count, phrase.English); !errors.As(err, &wrong) || wrong.Got != count {
			t.Errorf("%d words: %v", count, err)
		}
	}
	for _, lang := range []phrase.Language{"", "English", "klingon", "../english"} {
		if _, err := phrase.New(12, lang); !errors.Is(err, phrase.ErrLanguage) {
			t.Errorf("%q: %v", lang, err)
		}
		if _, err := phrase.ParseIn([]byte(abandon), lang); !errors.Is(err, phrase.ErrLanguage) {
			t.Errorf("%q: %v", lang, err)
		}
		if len(phrase.Suggest("a", lang, 3))+len(phrase.Nearest("abandon", lang, 3)) != 0 {
			t.Errorf("%q has words", lang)
		}
	}
	for _, size := range []int{0, 4, 12, 15, 17, 18, 33, 36} {
		if _, err := phrase.FromEntropy(make([]byte, size), phrase.English); !errors.Is(err, phrase.ErrEntropy) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestCopiesEqualAndClear(t *testing.T) {
	p := parse(t, abandon)
	q, entropy := p, p.Entropy()
	other, _ := phrase.FromEntropy(entropy.Reveal(), phrase.Spanish)
	if !p.Equal(q) || p.Equal(other) || p.Equal(phrase.Phrase{}) {
		t.Error("Equal is wrong")
	}
	entropy.Reveal()[0] = 1
	if p.Entropy().Reveal()[0] != 0 {
		t.Error("Entropy gives its own bytes away")
	}
	p.Clear()
	if q.Count() != 0 || q.Language() != "" || !q.Equal(phrase.Phrase{}) {
		t.Error("Clear left something in a copy")
	}
	phrase.Phrase{}.Clear()
}
