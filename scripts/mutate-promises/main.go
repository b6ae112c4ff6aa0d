// Command mutate-promises takes protections out, one at a time, and shows that the test that
// docs/security.md names for the promise notices. One that is not noticed fails the run.
//
//	go run ./scripts/mutate-promises             # the table, as Markdown; some ten minutes
//	go run ./scripts/mutate-promises guess-key   # only the promises of these names
//
// The sources stay as they are: the change is laid over them (go test -overlay). A change that
// does not build is an error, not a notice, and so is a test that fails without any change.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/scripts/internal/mutate"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutate-promises:", err)
		os.Exit(1)
	}
}

func run(names []string) error {
	fmt.Print("| promise | what was taken out | where | the test that fails | what it says |\n|---|---|---|---|---|\n")
	silent, sound := 0, map[string]bool{}
	for _, m := range mutants {
		if len(names) > 0 && !slices.Contains(names, m.promise) {
			continue
		}
		if !sound[m.test] {
			if failed, said, err := m.try(false); failed || err != nil {
				return fmt.Errorf("with every protection in place %s fails: %s (%v)", m.test, said, err)
			}
			sound[m.test] = true
		}
		failed, said, err := m.try(true)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", m.promise, m.out, err)
		}
		if !failed {
			silent, said = silent+1, "NOTHING"
		}
		fmt.Printf("| %s | %s | %s | `%s` | %s |\n", m.promise, m.out, m.file, m.test, strings.ReplaceAll(said, "|", `\|`))
	}
	if silent > 0 {
		return fmt.Errorf("%d of the protections can be taken out and no test notices", silent)
	}
	return nil
}

// try runs the mutant's test, with the protection taken out or in place, and gives the first
// thing that the test says when it fails.
func (m mutant) try(out bool) (failed bool, said string, err error) {
	dir, err := os.MkdirTemp("", "mutate-promises")
	if err != nil {
		return false, "", err
	}
	defer os.RemoveAll(dir)
	sources := map[string][]byte{}
	if out {
		if sources, err = m.source(); err != nil {
			return false, "", err
		}
	}
	pkg, test := m.where()
	binary, err := mutate.Build(dir, "./"+pkg, sources)
	if err != nil {
		return false, "", err
	}
	cmd := exec.Command(binary, "-test.run", "^"+test+"$", "-test.timeout", (20 * time.Minute).String())
	cmd.Dir = pkg
	printed, err := cmd.CombinedOutput()
	if bytes.Contains(printed, []byte("no tests to run")) {
		return false, "", fmt.Errorf("there is no %s", m.test)
	}
	return err != nil, first(printed), nil
}

// source is the file without the protection.
func (m mutant) source() (map[string][]byte, error) {
	path, err := filepath.Abs(m.file)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(b, []byte(m.old)); n != 1 {
		return nil, fmt.Errorf("%q stands %d times in %s, want once", m.old, n, m.file)
	}
	return map[string][]byte{path: bytes.Replace(b, []byte(m.old), []byte(m.new), 1)}, nil
}

// where is the test's folder and name.
func (m mutant) where() (pkg, test string) { return testAt(m.test) }

// testAt reads "internal/attack.TestNetwork"; the root package's tests are "cloudseed.Test…".
func testAt(name string) (pkg, test string) {
	i := strings.LastIndex(name, ".")
	if pkg, test = name[:i], name[i+1:]; pkg == "cloudseed" {
		pkg = "."
	}
	return pkg, test
}

var line = regexp.MustCompile(`(?m)^\s+\w+_test\.go:\d+: (.*)$`)

// first is the first line that a test has printed as an error, shortened.
func first(printed []byte) string {
	found := line.FindSubmatch(printed)
	if found == nil {
		found = [][]byte{nil, bytes.TrimSpace(printed)}
	}
	said := []rune(strings.Join(strings.Fields(string(found[1])), " "))
	if len(said) > 90 {
		said = append(said[:90], '…')
	}
	return string(said)
}
