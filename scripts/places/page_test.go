package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/store/storetest"
)

const root = "../.."

// The page is made by hand from a run that takes minutes; this notices what it lacks.
func TestPage(t *testing.T) {
	if err := check(root); err != nil {
		t.Error(err)
	}
}

// What the page names as shown by a test is a test, and what it quotes is a case.
func TestPageNamesTests(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "## What broke for other wallets' users")
	if !ok {
		t.Fatal("the section is missing")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	quoted, test, dir := regexp.MustCompile(`"([^"]+)"`), regexp.MustCompile(`Test\w+`), regexp.MustCompile("^ *`([^`]+)` (.*)")
	rows := 0
	for line := range strings.Lines(section) {
		cells := strings.Split(line, " | ")
		if len(cells) != 3 || strings.HasPrefix(line, "| #") {
			continue
		}
		rows++
		for _, part := range strings.Split(cells[2], ";") {
			for _, q := range quoted.FindAllStringSubmatch(part, -1) {
				if !slices.Contains(storetest.Cases(), q[1]) {
					t.Errorf("%s: no case %q", cells[0], q[1])
				}
			}
			if m := dir.FindStringSubmatch(part); m != nil {
				for _, name := range test.FindAllString(m[2], -1) {
					if !hasTest(t, m[1], name) {
						t.Errorf("%s: no %s in %s", cells[0], name, m[1])
					}
				}
			} else if test.MatchString(part) {
				t.Errorf("%s: no package for %q", cells[0], part)
			}
		}
	}
	if rows != 25 {
		t.Errorf("%d rows, want 25", rows)
	}
}

func hasTest(t *testing.T, dir, name string) bool {
	files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}

func TestDeclared(t *testing.T) {
	found, err := declared(root)
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]bool{}
	for _, d := range found {
		places[d.Place] = true
	}
	for _, want := range order {
		if !places[want] {
			t.Errorf("no column for %s", want)
		}
	}
}
