package words

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
)

// inside are exported errors that never reach a person: the packages above turn each
// into a kind of theirs.
var inside = map[string]bool{
	"juicebox.ThresholdError": true, // unwraps to a kind; its realms become Details
}

// typedErrors are the exported error types, each with the code of its words.
var typedErrors = map[string]struct {
	err  error
	code string
}{
	"cloudseed.WrongPINError":      {&cloudseed.WrongPINError{Left: 2}, "wrong-pin"},
	"juicebox.WrongPINError":       {&juicebox.WrongPINError{Left: 2}, "wrong-pin"},
	"juicebox.BusyError":           {&juicebox.BusyError{After: time.Minute}, "pin-servers-busy"},
	"juicebox.RealmError":          {&juicebox.RealmError{Err: juicebox.ErrUnreachable}, "pin-server-offline"},
	"cloudseed.StrangerError":      {&cloudseed.StrangerError{Count: 2}, "stranger"},
	"cloudseed.KitTypoError":       {&cloudseed.KitTypoError{Block: 3, Got: 58, Want: 58}, "kit-typed"},
	"cloudseed.WeakPINError":       {&cloudseed.WeakPINError{Reason: cloudseed.PINYear}, "weak-pin"},
	"cloudseed.PlaceError":         {&cloudseed.PlaceError{Place: "usb", Err: store.ErrFull}, "full"},
	"cloudseed.IncompleteError":    {&cloudseed.IncompleteError{Failed: []*cloudseed.PlaceError{{Place: "usb", Err: store.ErrFull}}}, "incomplete"},
	"cloudseed.CouldNotLookError":  {&cloudseed.CouldNotLookError{Failed: []*cloudseed.PlaceError{{Place: "usb", Err: store.ErrGone}}}, "could-not-look"},
	"cloudseed.UnknownRealmsError": {&cloudseed.UnknownRealmsError{Realms: []juicebox.Realm{{Address: "https://a.example"}}}, "unknown-pin-servers"},
	"cloudseed.ReplacedError":      {&cloudseed.ReplacedError{Own: 1, Newer: cloudseed.Sighting{Registration: 2, Place: "usb"}}, "replaced"},
	"cloudseed.ForkError":          {&cloudseed.ForkError{Theirs: cloudseed.Sighting{Registration: 2, Place: "usb"}}, "fork"},
	"cloudseed.ConflictError":      {&cloudseed.ConflictError{Part: envelope.FilesPart, Theirs: cloudseed.Sighting{Place: "usb"}}, "conflict"},
	"phrase.WordCountError":        {&phrase.WordCountError{Got: 11}, "phrase-count"},
	"phrase.UnknownWordError":      {&phrase.UnknownWordError{Index: 3, Language: phrase.English}, "phrase-word"},
	"phrase.ChecksumError":         {&phrase.ChecksumError{}, "phrase-checksum"},
	"phrase.AmbiguousError":        {&phrase.AmbiguousError{Languages: []phrase.Language{phrase.ChineseSimplified, phrase.ChineseTraditional}}, "phrase-ambiguous"},
	"signin.NoClientIDError":       {&signin.NoClientIDError{Provider: signin.Google, Console: "https://console.example"}, "no-client-id"},
	"signin.WrongAccountError":     {&signin.WrongAccountError{Provider: signin.Google, Want: "s…m@example.com", Got: "a…x@example.com"}, "wrong-account"},
	"signin.ConsentError":          {&signin.ConsentError{Provider: signin.Google, Missing: []string{"drive.file"}}, "consent"},
	"store.Error":                  {&store.Error{Op: "get", Kind: store.ErrFull}, "full"},
	"envelope.DamageError":         {errors.Join(cloudseed.ErrDamaged), "damaged"},
}

// parsed is the source of the package in dir, without its tests.
func parsed(t *testing.T, dir string) (all []*ast.File) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no source in %s: %v", dir, err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, file)
	}
	return all
}

// declared finds, in the source of a package, the exported Err… variables and the
// exported types that end in Error.
func declared(t *testing.T, dir string) (variables, types []string) {
	t.Helper()
	for _, file := range parsed(t, dir) {
		name := file.Name.Name
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				return false
			case *ast.ValueSpec:
				for _, id := range n.Names {
					if strings.HasPrefix(id.Name, "Err") {
						variables = append(variables, name+"."+id.Name)
					}
				}
			case *ast.TypeSpec:
				if n.Name.IsExported() && strings.HasSuffix(n.Name.Name, "Error") {
					types = append(types, name+"."+n.Name.Name)
				}
			}
			return true
		})
	}
	return variables, types
}

// Every exported kind of failure of the packages below has words. A new one fails here
// until somebody wrote them (or listed it in inside, with the reason).
func TestEveryKindHasWords(t *testing.T) {
	listed := kindNames(t)
	found := 0
	for _, dir := range []string{"../..", "../../store", "../../phrase", "../../envelope", "../../juicebox", "../../signin", "../profile"} {
		variables, types := declared(t, dir)
		for _, name := range variables {
			found++
			if !listed[name] && !listed[aliased(name)] && !inside[name] {
				t.Errorf("%s has no row in kinds", name)
			}
		}
		for _, name := range types {
			if _, ok := typedErrors[name]; !ok && !inside[name] && name != "profile.Error" {
				t.Errorf("%s has no words", name)
			}
		}
	}
	if found < 30 {
		t.Errorf("found only %d kinds in the source: is the search broken?", found)
	}
}

// aliased is the name under which the root package gives a leaf's error on.
func aliased(name string) string {
	_, base, _ := strings.Cut(name, ".")
	return "cloudseed." + base
}

// kindNames are the expressions that stand in the table kinds, read from its source.
func kindNames(t *testing.T) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && strings.HasPrefix(s.Sel.Name, "Err") {
			names[fmt.Sprint(s.X, ".", s.Sel.Name)] = true
		}
		return true
	})
	return names
}

func TestKinds(t *testing.T) {
	codes := make(map[string]bool)
	for _, k := range kinds {
		m := English.For(fmt.Errorf("doing: %w", k.target))
		if m.Code != k.code || m.Exit != k.exit {
			t.Errorf("%v: code %q exit %d, want %q %d", k.target, m.Code, m.Exit, k.code, k.exit)
		}
		if codes[k.code] {
			t.Errorf("code %q stands twice", k.code)
		}
		codes[k.code] = true
		complete(t, m)
	}
	for _, kind := range store.Kinds {
		if m := English.For(&store.Error{Op: "get", Kind: kind}); m.Code == Unexpected {
			t.Errorf("store kind %v has no words", kind)
		}
	}
	for name, test := range typedErrors {
		m := English.For(fmt.Errorf("doing: %w", test.err))
		if m.Code != test.code {
			t.Errorf("%s: code %q, want %q", name, m.Code, test.code)
		}
		complete(t, m)
	}
}

// complete checks that a message answers the three questions in whole sentences.
func complete(t *testing.T, m Message) {
	t.Helper()
	for _, s := range []string{m.What, m.Safe, m.Next} {
		switch {
		case s == "":
			t.Errorf("%s: a sentence is missing: %+v", m.Code, m)
		case strings.ContainsAny(s, "{}"):
			t.Errorf("%s: a fact was not filled in: %q", m.Code, s)
		case !unicode.IsUpper([]rune(s)[0]) || !strings.HasSuffix(s, "."):
			t.Errorf("%s: not a sentence: %q", m.Code, s)
		}
	}
}

// Every row is used by a kind, so that no sentence is left behind.
func TestNoRowWithoutAKind(t *testing.T) {
	used := map[string]bool{Unexpected: true, "wrong-pin": true}
	for _, k := range kinds {
		used[k.code] = true
	}
	for _, test := range typedErrors {
		used[test.code] = true
	}
	for code := range english.errors {
		if !used[code] {
			t.Errorf("row %q belongs to no kind", code)
		}
	}
}

func TestFacts(t *testing.T) {
	full := &cloudseed.PlaceError{Place: "usb", Err: &store.Error{Op: "create", Kind: store.ErrFull}}
	busy := &cloudseed.PlaceError{Place: "dav", Err: &store.Error{Op: "create", Kind: store.ErrBusy, After: 150 * time.Second}}
	for _, test := range []struct {
		err  error
		what string
		next string
	}{
		{&cloudseed.WrongPINError{Left: 1}, "Wrong PIN, 1 try left.", "Try again with care. Nobody can reset the PIN."},
		{&cloudseed.WrongPINError{Left: 3}, "Wrong PIN, 3 tries left.", "Try again with care. Nobody can reset the PIN."},
		{full, "There is no room left in usb.", "Make room there or choose another place, then try again."},
		{busy, "The place dav asks to wait.", "Wait about 3 minutes, then try again."},
		{&cloudseed.IncompleteError{Verified: []string{"a"}, Failed: []*cloudseed.PlaceError{full}},
			"The backup is sealed, but not verified in every place: usb.", ""},
		{&phrase.WordCountError{Got: 11}, "A recovery phrase has 12, 15, 18, 21 or 24 words, not 11 words.", ""},
		{fmt.Errorf("%w: %w", cloudseed.ErrNoTries, &juicebox.WrongPINError{}), "No tries are left. The PIN servers have destroyed their shares.", ""},
		{fmt.Errorf("%w: %w", cloudseed.ErrDamaged, &phrase.ChecksumError{}), "The backup file is damaged: it was cut short or changed.", ""},
		{fmt.Errorf("%w: %w", cloudseed.ErrNoBackup, cloudseed.ErrNewerFormat), "This backup was made by a later version of Cloudseed.", ""},
		{&cloudseed.PlaceError{Place: "Google Drive", Err: store.Errorf("sign in", "", store.ErrRefused, "answered: %w", signin.ErrClientID)}, "The client id of this program was refused by Google Drive.", ""},
		{fmt.Errorf("sign in: %w", &signin.NoClientIDError{Provider: signin.Dropbox, Console: "https://c.example"}), "Nobody can sign in to Dropbox yet: there is no client id.", ""},
		{errors.New("boom"), "Something unexpected happened.", ""},
	} {
		m := English.For(test.err)
		if m.What != test.what {
			t.Errorf("What = %q, want %q", m.What, test.what)
		}
		if test.next != "" && m.Next != test.next {
			t.Errorf("Next = %q, want %q", m.Next, test.next)
		}
	}
	if m := English.For(errors.New("boom")); m.Log != "boom" || strings.Contains(m.What+m.Safe+m.Next, "boom") {
		t.Errorf("an error without a kind: %+v", m)
	}
}

func TestDetails(t *testing.T) {
	m := English.For(&cloudseed.CouldNotLookError{Failed: []*cloudseed.PlaceError{
		{Place: "usb", Err: store.ErrGone}, {Place: "dav", Err: store.ErrOffline}}})
	if m.What != "Could not look everywhere: usb and dav." {
		t.Errorf("What = %q", m.What)
	}
	if len(m.Details) != 2 || m.Details[1] != "dav: could not reach dav" {
		t.Errorf("Details = %q", m.Details)
	}
	m = English.For(&phrase.UnknownWordError{Index: 3, Language: phrase.English, Nearest: []string{"abandon", "ability"}})
	if len(m.Details) != 1 || m.Details[0] != "Nearest words: abandon and ability." {
		t.Errorf("Details = %q", m.Details)
	}
}

// Every step, state and weakness that the root package declares has words.
func TestEveryConstantHasWords(t *testing.T) {
	has := map[string]func(string) bool{
		"StepName":    func(s string) bool { _, ok := english.steps[s]; return ok },
		"State":       func(s string) bool { _, ok := english.states[s]; return ok },
		"Holder":      func(s string) bool { _, ok := english.holders[s]; return ok },
		"Verdict":     func(s string) bool { _, ok := english.verdicts[s]; return ok },
		"PINWeakness": func(s string) bool { _, ok := english.weakness[s]; return ok },
	}
	found := 0
	for _, file := range parsed(t, "../..") {
		ast.Inspect(file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) == 0 {
				return true
			}
			kind, _ := v.Type.(*ast.Ident)
			value, isText := v.Values[0].(*ast.BasicLit)
			if kind == nil || !isText || has[kind.Name] == nil {
				return true
			}
			found++
			if !has[kind.Name](strings.Trim(value.Value, `"`)) {
				t.Errorf("%s %s has no words", kind.Name, value.Value)
			}
			return true
		})
	}
	if found < 20 {
		t.Errorf("found only %d constants: is the search broken?", found)
	}
}

func TestSteps(t *testing.T) {
	for _, test := range []struct {
		step cloudseed.Step
		want string
	}{
		{cloudseed.Step{Name: cloudseed.StepUpload, State: cloudseed.Started, Where: "usb"}, "Putting it into usb"},
		{cloudseed.Step{Name: cloudseed.StepUpload, State: cloudseed.Done, Where: "usb"}, "usb has accepted it"},
		{cloudseed.Step{Name: cloudseed.StepUpload, State: cloudseed.Failed, Where: "usb", Err: store.ErrFull}, "Put it into usb: there is no room left in the place"},
	} {
		if got := English.Step(test.step); got != test.want {
			t.Errorf("Step = %q, want %q", got, test.want)
		}
	}
}

func TestLine(t *testing.T) {
	for in, want := range map[string]string{"Wrong PIN, 1 try left.": "wrong PIN, 1 try left", "PIN servers.": "PIN servers", "": ""} {
		if got := English.Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
}

// Where signing in again is all that is needed, scripts see that in the exit code.
func TestOnlySignIn(t *testing.T) {
	out, gone := &cloudseed.PlaceError{Place: "drive", Err: store.ErrSignedOut}, &cloudseed.PlaceError{Place: "usb", Err: store.ErrGone}
	for _, c := range []struct {
		failed []*cloudseed.PlaceError
		exit   int
	}{
		{[]*cloudseed.PlaceError{out}, ExitSignIn},
		{[]*cloudseed.PlaceError{out, gone}, ExitNoLook},
		{[]*cloudseed.PlaceError{gone}, ExitNoLook},
	} {
		m := English.For(&cloudseed.CouldNotLookError{Failed: c.failed})
		if m.Exit != c.exit || m.Code != "could-not-look" {
			t.Errorf("%v: %s, exit %d, want %d", m.Details, m.Code, m.Exit, c.exit)
		}
	}
}
