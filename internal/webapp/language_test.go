package webapp

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/text/language"

	"github.com/cloudseed/cloudseed/internal/words"
)

// bracketed is a language in which every sentence is itself, in brackets.
func bracketed(t *testing.T) *words.Language {
	t.Helper()
	file, err := os.ReadFile("../words/de.json")
	if err != nil {
		t.Fatal(err)
	}
	var entries map[string]any
	if err := json.Unmarshal(file, &entries); err != nil {
		t.Fatal(err)
	}
	for key := range entries {
		entries[key] = "⟦" + key + "⟧"
	}
	file, err = json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	l, err := words.Read(language.German, file)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// sampleData is what stands on pages without being anybody's sentence: names that people gave,
// names of products and files.
var sampleData = regexp.MustCompile(`(?i)^[^a-z]*$|cloudseed|samantha|wallet backup|my (wallet|nextcloud)|usb stick|google drive|icloud|everyday|legal winner|dropbox|onedrive|holiday|a made-up passphrase|^english$`)

// Whatever a page says, in every state, comes from the catalogue: in a language of brackets no
// two words of English stand outside.
func TestEverythingIsSaid(t *testing.T) {
	l := bracketed(t)
	pages, err := parsePages(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples(l) {
		body, err := pages.execute(l, s.Screen, s.Page)
		if err != nil {
			t.Fatal(s.Name, err)
		}
		doc, err := html.Parse(bytes.NewReader(body))
		if err != nil {
			t.Fatal(s.Name, err)
		}
		for _, piece := range strings.Split(outside(everything(doc)), "\n") {
			if s.Screen != "gallery" && english.MatchString(piece) && !sampleData.MatchString(piece) {
				t.Errorf("%s: %q is not said", s.Name, piece)
			}
		}
		if bad := regexp.MustCompile(`%!.{0,40}`).Find(body); bad != nil {
			t.Errorf("%s: a fact does not fit its sentence: %s", s.Name, bad)
		}
	}
}

var english = regexp.MustCompile(`[A-Za-z]{2,} [a-z]{2,}|^\s*[A-Z][a-z]+\.?\s*$`)

// everything is what people see or hear of a page, its title first.
func everything(doc *html.Node) string {
	var b strings.Builder
	for n := range doc.Descendants() {
		switch {
		case n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "noscript":
			b.WriteString(n.Data)
		case n.Type == html.ElementNode:
			if !inText[n.Data] {
				b.WriteString("\n")
			}
			for _, name := range []string{"aria-label", "title", "alt"} {
				if v := attr(n, name); v != "" {
					b.WriteString("\n" + v + "\n")
				}
			}
		}
	}
	return b.String()
}

var inText = map[string]bool{"strong": true, "em": true, "a": true, "code": true, "span": true, "br": true}

// outside is what stands outside of the brackets, wherever they are inside of each other.
func outside(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case r == '⟦':
			depth++
		case r == '⟧':
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Every sample is a page in German too, and says so.
func TestGermanGallery(t *testing.T) {
	pages, err := parsePages(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples(words.German) {
		body, err := pages.execute(words.German, s.Screen, s.Page)
		if err != nil {
			t.Fatal(s.Name, err)
		}
		if !bytes.Contains(body, []byte(`<html lang="de">`)) {
			t.Errorf("%s does not say that it is German", s.Name)
		}
		if bad := regexp.MustCompile(`%!.{0,40}`).Find(body); bad != nil {
			t.Errorf("%s: a fact does not fit its sentence: %s", s.Name, bad)
		}
	}
}

func TestRichEscapesFacts(t *testing.T) {
	got := richIn(words.English)(`You have <strong>%d</strong> of <a href="x?y=%s">%s</a>.`, 3, `"><b>`, "<i>")
	if want := `You have <strong>3</strong> of <a href="x?y=&#34;&gt;&lt;b&gt;">&lt;i&gt;</a>.`; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A language that was chosen on a page is kept: for this session and for the next, whatever the browser accepts.
func TestLanguageIsKept(t *testing.T) {
	a := newApp(t, Config{})
	c := newClient(t, a)
	german := `<html lang="de"`
	if strings.Contains(c.get("welcome"), german) {
		t.Fatal("it is German without being asked")
	}
	if next, _ := c.post("language", "language", "de", "page", "welcome"); next != "welcome" || !strings.Contains(c.get("welcome"), german) {
		t.Errorf("after the choice: %q", next)
	}
	again := newClient(t, a)
	if !strings.Contains(again.get("welcome"), german) {
		t.Error("the next session has forgotten the choice")
	}
	again.post("language", "language", "en", "page", "help")
	if body := again.get("help"); strings.Contains(body, german) {
		t.Error("it cannot be chosen back")
	}
}
