package mobile_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// Everything that this package exports can be bound for Kotlin and Swift: gobind, which
// gomobile runs, leaves nothing out, and each function is in both.
func TestGobind(t *testing.T) {
	gobind := peer.Built(t, "gobind")
	out := filepath.Join(t.TempDir(), "out")
	bind(t, gobind, out, ".")
	java, objc := bound(t, out, "java"), bound(t, out, "src")
	for _, generated := range []string{java, objc} {
		for line := range strings.Lines(generated) {
			if strings.Contains(line, "skipped") {
				t.Errorf("not bound: %s", line)
			}
		}
	}
	names := exported(t)
	if len(names) < 40 {
		t.Errorf("only %d functions and methods", len(names))
	}
	for _, name := range names {
		// Constructors become initialisers, in Java with the type's name, in Objective-C as MobileNewX.
		lower := strings.ToLower(name[:1]) + name[1:]
		if made, ok := strings.CutPrefix(name, "New"); ok {
			lower = "public " + made + "("
		}
		if !strings.Contains(java, lower) {
			t.Errorf("%s is not in Java", name)
		}
		if !strings.Contains(objc, lower) && !strings.Contains(objc, "Mobile"+name) {
			t.Errorf("%s is not in Objective-C", name)
		}
	}
}

// The test above would see it: gobind says what it leaves out.
func TestGobindSaysWhatItSkips(t *testing.T) {
	gobind := peer.Built(t, "gobind")
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module unbindable\n\ngo 1.26\n",
		"list.go": "package unbindable\n\nfunc List() []string { return nil }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "out")
	bind(t, gobind, out, dir)
	for _, kind := range []string{"java", "src"} {
		if !strings.Contains(bound(t, out, kind), "skipped function List") {
			t.Errorf("%s: a function that cannot be bound is not said to be left out", kind)
		}
	}
}

// bind writes Java and Objective-C. gobind then looks for its own run-time in the module, to
// build with, and ends with 1 because it is not there: nothing of ours needs it.
func bind(t *testing.T, gobind, out, dir string) {
	t.Helper()
	command := exec.Command(gobind, "-lang=java,objc", "-outdir="+out, ".")
	command.Dir = dir
	said, err := command.CombinedOutput()

	for line := range strings.Lines(string(said)) {
		if !strings.Contains(line, "golang.org/x/mobile/bind") {
			t.Fatalf("gobind: %v: %s", err, said)
		}
	}
}

// bound is all that was written below a folder.
func bound(t *testing.T, out, folder string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(filepath.Join(out, folder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// exported are the functions and methods of this package, also of its interfaces.
func exported(t *testing.T) (names []string) {
	t.Helper()
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.IsExported() && (n.Recv == nil || public(n.Recv.List[0].Type)) {
					names = append(names, n.Name.Name)
				}
			case *ast.InterfaceType:
				for _, m := range n.Methods.List {
					names = append(names, m.Names[0].Name)
				}
			}
			return true
		})
	}
	return names
}

// public tells whether a receiver's type is exported.
func public(receiver ast.Expr) bool {
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	name, ok := receiver.(*ast.Ident)
	return ok && name.IsExported()
}
