package main

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
)

// A column is a kind of place and what it ran against.
type column struct{ Place, Peer string }

// A declaration is a column and the package whose tests run it.
type declaration struct {
	column
	dir string
}

// declared finds the storetest.Column literals in the tests of the places below root.
func declared(root string) (found []declaration, err error) {
	files, err := filepath.Glob(filepath.Join(root, "store", "*", "*_test.go"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok && isColumn(lit.Type) {
				found = append(found, declaration{columnOf(lit), filepath.Dir(file)})
			}
			return true
		})
	}
	slices.SortFunc(found, func(a, b declaration) int {
		return cmp.Or(cmp.Compare(rank(a.Place), rank(b.Place)), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Peer, b.Peer))
	})
	return slices.CompactFunc(found, func(a, b declaration) bool { return a.column == b.column }), nil
}

// order is that of the columns; other kinds come last.
var order = []string{"Google Drive", "Dropbox", "OneDrive", "iCloud", "iCloud Drive", "Nextcloud", "WebDAV", "S3", "folder"}

func rank(place string) int {
	if i := slices.Index(order, place); i >= 0 {
		return i
	}
	return len(order)
}

func isColumn(e ast.Expr) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != "Column" {
		return false
	}
	pkg, ok := s.X.(*ast.Ident)
	return ok && pkg.Name == "storetest"
}

// columnOf reads the plain strings of a literal.
func columnOf(lit *ast.CompositeLit) (c column) {
	for _, e := range lit.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, isName := pair.Key.(*ast.Ident)
		value, isLit := pair.Value.(*ast.BasicLit)
		if !isName || !isLit {
			continue
		}
		text, _ := strconv.Unquote(value.Value)
		switch key.Name {
		case "Place":
			c.Place = text
		case "Peer":
			c.Peer = text
		}
	}
	return c
}

// packages returns the packages of the columns, each once, as the go command names them.
func packages(columns []declaration) (dirs []string) {
	for _, c := range columns {
		dirs = append(dirs, "./"+filepath.ToSlash(c.dir))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}
