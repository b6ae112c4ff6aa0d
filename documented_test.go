package cloudseed

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEverythingIsDocumented: whoever imports a package can read what each of its exported
// names promises. A group of constants or variables may say it once.
func TestEverythingIsDocumented(t *testing.T) {
	count := 0
	for _, p := range packages(t) {
		name := short(p.ImportPath)
		if strings.Contains(name+"/", "internal/") || strings.HasPrefix(name, "cmd/") || strings.HasPrefix(name, "scripts/") || name == "mobile/cshared" {
			continue
		}
		for _, source := range sources(t, name) {
			for _, d := range source.Decls {
				for _, missing := range undocumented(d) {
					t.Errorf("%s: %s has no comment", name, missing)
				}
				count++
			}
		}
	}
	if count < 1000 {
		t.Errorf("only %d declarations were looked at", count)
	}
}

func sources(t *testing.T, dir string) (files []*ast.File) {
	t.Helper()
	entries, err := os.ReadDir(filepath.FromSlash(dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// undocumented lists exported names of a declaration that nothing is said of.
func undocumented(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && !ownError(d) && !ofUnexported(d) {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		if ofAType(d) {
			return nil
		}
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && d.Doc == nil {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
					names = append(names, s.Names[0].Name)
				}
			}
		}
	}
	return names
}

// ownError tells whether it is one of the methods that say the same everywhere.
func ownError(d *ast.FuncDecl) bool {
	return d.Recv != nil && (d.Name.Name == "Error" || d.Name.Name == "Unwrap" || d.Name.Name == "String")
}

// ofUnexported tells whether it is a method of a type that nobody outside can name.
func ofUnexported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return false
	}
	receiver := d.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	name, ok := receiver.(*ast.Ident)
	return ok && !name.IsExported()
}

// ofAType tells whether it is a group of a type's constants, which the type's comment is about.
func ofAType(d *ast.GenDecl) bool {
	if d.Tok != token.CONST {
		return false
	}
	first, ok := d.Specs[0].(*ast.ValueSpec)
	return ok && first.Type != nil
}
