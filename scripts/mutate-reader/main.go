// Command mutate-reader takes each single check out of package envelope's reader, one at a
// time, and shows how many test vectors notice. A check that none notices fails the run.
//
//	go run ./scripts/mutate-reader            # the table, as Markdown; takes some minutes
//
// A vector notices when the file is not refused any more, or by another layer. A few checks have
// a second one behind them that refuses the same files at the same layer; there a vector notices
// that another reason is given than the true one (TestReasons), which is shown as "reason:".
//
// All checks are found in the source: every operand of "||" in the condition of an if that
// returns, and in what a function returns; every case of a switch without a tag; and every call
// of onlyZeros. One test binary is built, in which each of them can be switched off by number.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed/scripts/internal/mutate"
)

var files = []string{"open.go", "stanza.go", "untar.go", "tar.go", "manifest.go", "wallet.go", "keys.go"}

// others are functions that only a writer uses, and Recipients, which refuses nothing.
var others = []string{"Sign", "packTar", "encode", "oneForm", "must", "BaseName", "Identity", "IdentityText", "RootKey", "FilesKey", "derive", "Recipients"}

const switches = `package envelope

import "os"

func off(name string) bool { return os.Getenv("CLOUDSEED_MUTANT") == name }

func unless(name string, err error) error {
	if off(name) {
		return nil
	}
	return err
}
`

// A check is a piece of a source file that can be switched off.
type check struct {
	file       string
	line       int
	start, end int // offsets
	function   string
	text       string
	call       bool // an error that is returned; else a condition
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mutate-reader:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := filepath.Abs("envelope")
	if err != nil {
		return err
	}
	var checks []check
	for _, name := range files {
		found, err := find(filepath.Join(root, name))
		if err != nil {
			return err
		}
		checks = append(checks, found...)
	}
	dir, err := os.MkdirTemp("", "mutate-reader")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, err := build(root, dir, checks)
	if err != nil {
		return err
	}
	if missed, err := failing(root, dir, binary, ""); err != nil || len(missed) > 0 {
		return fmt.Errorf("with every check in place: %v fail (%v)", missed, err)
	}
	return table(root, dir, binary, checks)
}

func table(root, dir, binary string, checks []check) error {
	fmt.Print("| where | check | vectors that notice | such as |\n|---|---|---|---|\n")
	silent := 0
	for i, c := range checks {
		missed, err := failing(root, dir, binary, fmt.Sprint(i))
		if err != nil {
			return err
		}
		first := ""
		if len(missed) > 0 {
			first = missed[0]
		} else {
			first = "NONE"
			silent++
		}
		text := strings.ReplaceAll(strings.Join(strings.Fields(c.text), " "), "|", `\|`)
		fmt.Printf("| %s:%d %s | `%s` | %d | %s |\n", filepath.Base(c.file), c.line, c.function, text, len(missed), first)
	}
	if silent > 0 {
		return fmt.Errorf("no vector notices %d of %d checks", silent, len(checks))
	}
	return nil
}

// find lists the checks of one file, from its first to its last.
func find(path string) (checks []check, err error) {
	fset := token.NewFileSet()
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	tree, err := parser.ParseFile(fset, path, source, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range tree.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || slices.Contains(others, f.Name.Name) {
			continue
		}
		for _, e := range inFunction(f) {
			start, end := fset.Position(e.Pos()).Offset, fset.Position(e.End()).Offset
			_, call := e.(*ast.CallExpr)
			text := string(source[start:end])
			call = call && strings.HasPrefix(text, "onlyZeros(")
			checks = append(checks, check{path, fset.Position(e.Pos()).Line, start, end, f.Name.Name, text, call})
		}
	}
	return checks, nil
}

func inFunction(f *ast.FuncDecl) (all []ast.Expr) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			if returns(n.Body) {
				all = append(all, operands(n.Cond)...)
			}
		case *ast.SwitchStmt:
			for _, clause := range n.Body.List {
				for _, e := range clause.(*ast.CaseClause).List {
					if n.Tag == nil {
						all = append(all, operands(e)...)
					}
				}
			}
		case *ast.ReturnStmt:
			if last := len(n.Results) - 1; last >= 0 {
				if c, ok := n.Results[last].(*ast.CallExpr); ok && fmt.Sprint(c.Fun) == "onlyZeros" {
					all = append(all, c)
				}
				if b, ok := n.Results[last].(*ast.BinaryExpr); ok && b.Op == token.LOR {
					all = append(all, operands(b)...)
				}
			}
		}
		return true
	})
	return all
}

func returns(body *ast.BlockStmt) bool {
	r, ok := body.List[len(body.List)-1].(*ast.ReturnStmt)
	if !ok || len(r.Results) == 0 {
		return false
	}
	name, isName := r.Results[len(r.Results)-1].(*ast.Ident)
	return !isName || name.Name != "nil"
}

// operands are the parts of a condition of which each alone is enough.
func operands(e ast.Expr) []ast.Expr {
	if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.LOR {
		return append(operands(b.X), operands(b.Y)...)
	}
	return []ast.Expr{e}
}

// build makes the test binary from changed copies of the sources.
func build(root, dir string, checks []check) (string, error) {
	sources := map[string][]byte{filepath.Join(root, "switches.go"): []byte(switches)}
	for i, c := range slices.Backward(checks) {
		if sources[c.file] == nil {
			b, err := os.ReadFile(c.file)
			if err != nil {
				return "", err
			}
			sources[c.file] = b
		}
		changed := fmt.Sprintf("((%s) && !off(\"%d\"))", c.text, i)
		if c.call {
			changed = fmt.Sprintf("unless(\"%d\", %s)", i, c.text)
		}
		b := sources[c.file]
		sources[c.file] = slices.Concat(b[:c.start], []byte(changed), b[c.end:])
	}
	return mutate.Build(dir, "./envelope", sources)
}

// failing runs the vectors with one check off. Reasons, and the vectors that are not committed,
// are looked at only where no other noticed.
func failing(root, dir, binary, off string) ([]string, error) {
	for _, test := range []string{"^TestVectors$", "^TestReasons$", "^TestLargeVectors$"} {
		verdict := filepath.Join(dir, "verdict")
		os.Remove(verdict)
		cmd := exec.Command(binary, "-test.run", test, "-verdict", verdict)
		cmd.Dir, cmd.Env = root, append(os.Environ(), "CLOUDSEED_MUTANT="+off)
		out, err := cmd.CombinedOutput()
		b, rerr := os.ReadFile(verdict)
		if rerr != nil && err != nil {
			return nil, fmt.Errorf("%w\n%s", err, out)
		}
		if names := bytes.Fields(b); len(names) > 0 {
			return strings.Split(strings.TrimSpace(string(b)), "\n"), nil
		}
	}
	return nil, nil
}
