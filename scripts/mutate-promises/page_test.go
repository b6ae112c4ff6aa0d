package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// promises reads the table of promises of docs/security.md: the tests of each, by its name.
func promises(t *testing.T) map[string][]string {
	t.Helper()
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "\n## What is promised\n")
	table, _, ended := strings.Cut(rest, "\n## ")
	if !found || !ended {
		t.Fatal("docs/security.md has no section of promises")
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|(.*)\\|(.*)\\|$")
	test := regexp.MustCompile("`([a-z/-]+\\.Test\\w+)`")
	all := map[string][]string{}
	for _, r := range row.FindAllStringSubmatch(table, -1) {
		if all[r[1]] != nil {
			t.Errorf("%s stands twice", r[1])
		}
		all[r[1]] = []string{}
		for _, n := range test.FindAllStringSubmatch(r[3], -1) {
			all[r[1]] = append(all[r[1]], n[1])
		}
	}
	if rows := strings.Count(table, "\n|") - 2; rows != len(all) || rows < 20 {
		t.Errorf("%d of %d promises could be read", len(all), rows)
	}
	return all
}

func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// Every promise names a test that there is.
func TestPromisesNameTests(t *testing.T) {
	for name, tests := range promises(t) {
		if len(tests) == 0 {
			t.Errorf("%s names no test", name)
		}
		for _, at := range tests {
			if pkg, test := testAt(at); !exists(t, pkg, test) {
				t.Errorf("%s names %s, which does not exist", name, at)
			}
		}
	}
}

func exists(t *testing.T, pkg, test string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool {
		b, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(b), "\nfunc "+test+"(t *testing.T)")
	})
}

// Every mutant still fits the source, and its test is one that the promise names. That the tests
// notice is shown by the command itself, which takes minutes.
func TestMutantsFit(t *testing.T) {
	all, taken := promises(t), map[string]bool{}
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		if _, err := m.source(); err != nil {
			t.Errorf("%s: %v", m.promise, err)
		}
		if !slices.Contains(all[m.promise], m.test) {
			t.Errorf("docs/security.md does not name %s at %s", m.test, m.promise)
		}
		if row := fmt.Sprintf("\n| %s | %s | %s | `%s` |", m.promise, m.out, m.file, m.test); !strings.Contains(string(page), row) {
			t.Errorf("the table of docs/security.md lacks %s; it is what the command prints", row)
		}
		taken[m.promise] = true
	}
	if len(taken) < 10 {
		t.Errorf("a protection of only %d promises is taken out", len(taken))
	}
}

// What is printed for a test that failed is what it said first.
func TestFirst(t *testing.T) {
	said := first([]byte("--- FAIL: TestX (0.00s)\n    x_test.go:12: one | thing\n    x_test.go:13: another\nFAIL\n"))
	if said != "one | thing" {
		t.Errorf("said %q", said)
	}
	if said := first([]byte("panic: " + strings.Repeat("é", 200))); len([]rune(said)) != 91 {
		t.Errorf("not shortened: %q", said)
	}
}
