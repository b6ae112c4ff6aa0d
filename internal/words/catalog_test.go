package words

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
	"golang.org/x/tools/go/packages"
)

// spoken are the packages whose sentences people see.
var spoken = []string{"github.com/cloudseed/cloudseed/internal/words", "github.com/cloudseed/cloudseed/internal/paper",
	"github.com/cloudseed/cloudseed/internal/webapp", "github.com/cloudseed/cloudseed/cmd/cloudseed"}

// sentences finds every constant of the type Sentence, with where it stands. What is typed so
// is translated; what is not cannot be handed to Say.
func sentences(t *testing.T) map[string]string {
	t.Helper()
	mode := packages.NeedName | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedExportFile
	loaded, err := packages.Load(&packages.Config{Mode: mode}, spoken...)
	if err != nil || packages.PrintErrors(loaded) > 0 {
		t.Fatalf("loading the packages: %v", err)
	}
	found := make(map[string]string)
	for _, p := range loaded {
		for e, tv := range p.TypesInfo.Types {
			if tv.Value == nil || tv.Value.Kind() != constant.String || !isSentence(tv.Type) {
				continue
			}
			if key := Sentence(constant.StringVal(tv.Value)).Key(); hasLetters(key) {
				found[key] = p.Fset.Position(e.(ast.Node).Pos()).String()
			}
		}
	}
	if len(found) < 300 {
		t.Fatalf("found only %d sentences: is the search broken?", len(found))
	}
	return found
}

func isSentence(t types.Type) bool {
	named, ok := t.(*types.Named)
	return ok && named.Obj().Name() == "Sentence" && strings.HasSuffix(named.Obj().Pkg().Path(), "internal/words")
}

var verb = regexp.MustCompile(`%[-+# 0]*\d*(\.\d+)?(\[\d+\])?[a-z]|\{[a-z]+\}`)

// hasLetters leaves out layouts such as "%s: %s".
func hasLetters(key string) bool {
	return strings.ContainsFunc(verb.ReplaceAllString(key, ""), func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' })
}

// entries reads a file of translations as text: the forms of a number, joined, count as one.
func entries(t *testing.T, name string) map[string]string {
	t.Helper()
	file, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(file, &raw); err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for key, value := range raw {
		if forms, many := value.(map[string]any); many {
			value = forms["other"]
		}
		all[key] = fmt.Sprint(value)
	}
	return all
}

// Every sentence in the source has its German, and the file has nothing else.
func TestGermanIsComplete(t *testing.T) {
	german, used := entries(t, "de.json"), sentences(t)
	for _, month := range []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"} {
		used[month] = "numbers.go"
	}
	for _, key := range slices.Sorted(maps.Keys(used)) {
		if german[key] == "" {
			t.Errorf("%s: no German for %q", used[key], key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(german)) {
		if used[key] == "" {
			t.Errorf("de.json: nothing says %q any more", key)
		}
	}
}

// A translation has the facts of its sentence: all of them and no others.
func TestFactsAgree(t *testing.T) {
	for key, text := range entries(t, "de.json") {
		if a, b := factsIn(key), factsIn(text); !slices.Equal(a, b) {
			t.Errorf("%q has %q, its German %q", key, a, b)
		}
		if a, b := tag.FindAllString(key, -1), tag.FindAllString(text, -1); !slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))) {
			t.Errorf("%q has the tags %q, its German %q", key, a, b)
		}
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

// factsIn are the facts of a sentence, each as "1 s" or by its name in braces, in order.
func factsIn(s string) (facts []string) {
	for i, m := range verb.FindAllString(s, -1) {
		if strings.HasPrefix(m, "{") {
			facts = append(facts, m)
			continue
		}
		number := fmt.Sprint(i + 1)
		if at := regexp.MustCompile(`\[(\d+)\]`).FindStringSubmatch(m); at != nil {
			number = at[1]
		}
		facts = append(facts, number+" "+m[len(m)-1:])
	}
	slices.Sort(facts)
	return slices.Compact(facts)
}

func TestMatch(t *testing.T) {
	for accepted, want := range map[string]*Language{"": English, "de": German, "de-AT,en;q=0.5": German, "en-GB,de;q=0.9": English, "fr, de;q=0.3": German, "tlh": English, "*": English, "x;;": English} {
		if got := Match(accepted); got != want {
			t.Errorf("Match(%q) = %s, want %s", accepted, got.Tag(), want.Tag())
		}
	}
	for _, c := range []struct {
		all, messages, lang string
		want                *Language
	}{{"", "", "de_DE.UTF-8", German}, {"C", "", "de_DE.UTF-8", English}, {"", "de_CH", "en_US.UTF-8", German}, {"", "", "POSIX", English}, {"", "", "", English}, {"C.UTF-8", "de_DE", "de_DE", English}} {
		env := map[string]string{"LC_ALL": c.all, "LC_MESSAGES": c.messages, "LANG": c.lang}
		if got := FromEnvironment(func(name string) string { return env[name] }); got != c.want {
			t.Errorf("%v: %s, want %s", env, got.Tag(), c.want.Tag())
		}
	}
}

func TestRead(t *testing.T) {
	l, err := Read(language.Polish, []byte(`{"%d tries": {"one": "%d próba", "few": "%d próby", "many": "%d prób", "other": "%d próby"}, "%s in %s": "w %[2]s: %[1]s"}`))
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{1: "1 próba", 3: "3 próby", 5: "5 prób"} {
		if got := l.Say("%d tries", n); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := l.Say("  %s in %s\n", "a", "b"); got != "  w b: a\n" {
		t.Errorf("%q", got)
	}
	if got := l.Say("Nothing for %s.", "x"); got != "Nothing for x." {
		t.Errorf("%q", got)
	}
	if _, err := Read(language.Polish, []byte(`[]`)); err == nil {
		t.Error("a file that is no object was read")
	}
}
