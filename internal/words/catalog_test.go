package words

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"

	"golang.org/x/net/html"
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
	for _, tree := range templates(t) {
		walk(tree.Root, func(n parse.Node) {
			if key := saidIn(n); hasLetters(key) {
				found[key] = tree.ParseName
			}
		})
	}
	if len(found) < 1000 {
		t.Fatalf("found only %d sentences: is the search broken?", len(found))
	}
	return found
}

// templates are all pages of the app, parsed.
func templates(t *testing.T) (all []*parse.Tree) {
	t.Helper()
	const dir = "../webapp/templates"
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		tree, set := parse.New(path), make(map[string]*parse.Tree)
		tree.Mode = parse.SkipFuncCheck
		if _, err := tree.Parse(string(text), "", "", set); err != nil {
			return err
		}
		all = slices.AppendSeq(all, maps.Values(set))
		return nil
	})
	if err != nil || len(all) < 40 {
		t.Fatalf("%d templates were read: %v", len(all), err)
	}
	return all
}

// walk visits every node of a template.
func walk(n parse.Node, visit func(parse.Node)) {
	visit(n)
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				walk(child, visit)
			}
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			walk(c, visit)
		}
	case *parse.CommandNode:
		for _, arg := range n.Args {
			walk(arg, visit)
		}
	case *parse.IfNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.WithNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.RangeNode:
		walkBranch(&n.BranchNode, visit)
	}
}

func walkBranch(n *parse.BranchNode, visit func(parse.Node)) {
	walk(n.Pipe, visit)
	walk(n.List, visit)
	if n.ElseList != nil {
		walk(n.ElseList, visit)
	}
}

// saidIn is the sentence of a call of say or rich; "" of anything else.
func saidIn(n parse.Node) string {
	c, ok := n.(*parse.CommandNode)
	if !ok || len(c.Args) < 2 {
		return ""
	}
	name, isFunction := c.Args[0].(*parse.IdentifierNode)
	text, isText := c.Args[1].(*parse.StringNode)
	if !isFunction || !isText || name.Ident != "say" && name.Ident != "rich" {
		return ""
	}
	return text.Text
}

// inEveryLanguage is what no translation would change.
var inEveryLanguage = map[string]bool{"· Cloudseed": true, "Cloudseed": true, `aria-invalid="true" aria-describedby="problem"`: true}

// No page has visible words of its own: all of them are said.
func TestPagesSayEverything(t *testing.T) {
	names := make(map[string]bool)
	for _, tree := range templates(t) {
		names[tree.ParseName] = true
	}
	delete(names, "screens/gallery.html") // for those who work on the app
	for name := range names {
		for _, piece := range unsaid(t, name) {
			if !inEveryLanguage[piece] {
				t.Errorf("%s: %q is not said", name, piece)
			}
		}
	}
}

// unsaid is what people would read of a page without the parts that the program fills in.
func unsaid(t *testing.T, name string) (pieces []string) {
	text, err := os.ReadFile(filepath.Join("../webapp/templates", name))
	if err != nil {
		t.Fatal(err)
	}
	page := html.NewTokenizer(bytes.NewReader(notPage.ReplaceAll(text, nil)))
	for kind := page.Next(); kind != html.ErrorToken; kind = page.Next() {
		token := page.Token()
		if kind == html.TextToken {
			pieces = append(pieces, strings.TrimSpace(token.Data))
		}
		for _, a := range token.Attr {
			if slices.Contains([]string{"aria-label", "title", "alt"}, a.Key) || a.Key == "placeholder" && strings.Contains(a.Val, " ") {
				pieces = append(pieces, a.Val)
			}
		}
	}
	return slices.DeleteFunc(pieces, func(s string) bool { return !hasLetters(s) })
}

// notPage is what the program fills in, and a tag that makes markup below it text.
var notPage = regexp.MustCompile(`(?s)\{\{.*?\}\}|</?noscript>`)

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
