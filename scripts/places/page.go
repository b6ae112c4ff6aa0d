package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed/store/storetest"
)

const (
	page  = "docs/providers.md"
	begin = "<!-- made by: go run ./scripts/places --write -->\n"
	end   = "<!-- end -->\n"
)

// cut returns the page before, within and after the markers.
func cut(root string) (before, within, after string, err error) {
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		return "", "", "", err
	}
	before, rest, ok := strings.Cut(string(text), begin)
	within, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return "", "", "", fmt.Errorf("%s has no markers for the table", page)
	}
	return before, within, after, nil
}

// put replaces the table of the page.
func put(root, table string) error {
	before, _, after, err := cut(root)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, page), []byte(before+begin+table+end+after), 0o644)
}

// check tells whether the page has every case and every column, and nothing that failed.
func check(root string) error {
	columns, err := declared(root)
	if err != nil {
		return err
	}
	_, within, _, err := cut(root)
	if err != nil {
		return err
	}
	empty := newTable(columns, storetest.Cases(), nil)
	want, got := heads(empty.markdown()), heads(within)
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || !slices.Equal(want[i], got[i]) {
			return fmt.Errorf("%s is out of date, from %q on: %w", page, at(want, i), errStale)
		}
	}
	if strings.Contains(within, "FAILED") || strings.Contains(within, "NOT RUN") {
		return errors.New(page + " shows a case that failed or did not run")
	}
	return nil
}

// heads are the heads of a table: the rows of places and peers, then the name of each case.
func heads(table string) (heads [][]string) {
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| judged by") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if len(heads) >= 2 {
			cells = cells[:1]
		}
		heads = append(heads, cells)
	}
	return heads
}

func at(heads [][]string, i int) string {
	if i < len(heads) {
		return strings.Join(heads[i], ", ")
	}
	return "the end"
}
