package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// permissive are the licences that we link: they ask for their text to be kept, and no more of ours.
var permissive = []string{"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "Unlicense", "Zlib"}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([-._].*)?$`)

// leastCovered is how much of a licence file, in per cent of its words, must be text of known
// licences: less, and something else stands there that somebody has to read.
const leastCovered = 75

// readByHand are files that say more than licences, by their SHA-256: somebody has read them, and
// found these licences for what we link. A file that changed has to be read again.
var readByHand = map[string][]string{
	// modernc.org/libc, LICENSE-3RD-PARTY.md: Go, musl and others in prose, with their texts
	"f597097efe3d97021f89170746bd3a0fb9a8b6fb26b82043ed68a4e0283bee6c": {"BSD-3-Clause", "MIT"},
	// modernc.org/sqlite, LICENSE-3RD-PARTY.md: also lists what is linked nowhere, such as MPL-2.0
	"4194f8e7119be72babd499db4f6f1f7547e36e8a7bffcb2b9c8df241b8f1576a": {"BSD-3-Clause", "MIT"},
	// modernc.org/sqlite, LICENSE-SQLITE: SQLite's authors have given it away
	"8438c9c89b849131ead81d5435cb97fcf052df5b0b286dda8a2d4c29e6cb3fd0": {"public domain"},
	// modernc.org/memory, LICENSE-LOGO: of a picture, which is not linked
	"5ae5bee3072a841376451b48d8cfcec7188e10543926d5870828d36c8a750dc5": nil,
}

// read finds what licences a module has: those of its root, and of the folders of linked packages.
func (m *module) read() error {
	found := 0
	for _, dir := range m.folders() {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.IsDir() || !licenceFile.MatchString(e.Name()) || strings.HasSuffix(e.Name(), ".go") {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return err
			}
			ids, err := identify(text)
			if err != nil {
				return fmt.Errorf("%s %s, %s: %w", m.path, m.version, e.Name(), err)
			}
			found++
			m.licences, m.texts = append(m.licences, ids...), append(m.texts, string(text))
		}
	}
	if found == 0 {
		return fmt.Errorf("%s %s has no licence file", m.path, m.version)
	}
	slices.Sort(m.licences)
	m.licences = slices.Compact(m.licences)
	return nil
}

// folders are those of the linked packages, and all above them up to the module's root.
func (m *module) folders() (all []string) {
	for _, dir := range append(m.dirs, m.root) {
		for ; !slices.Contains(all, dir); dir = filepath.Dir(dir) {
			all = append(all, dir)
			if dir == m.root {
				break
			}
		}
	}
	return all
}

// identify says which licences a text is of; all must be permissive.
func identify(text []byte) (ids []string, err error) {
	c := licensecheck.Scan(text)
	if ids, read := readByHand[fmt.Sprintf("%x", sha256.Sum256(text))]; read {
		return ids, nil
	}
	if len(c.Match) == 0 || c.Percent < leastCovered {
		return nil, fmt.Errorf("%.0f %% of it is a known licence; somebody has to read it", c.Percent)
	}
	for _, match := range c.Match {
		if match.IsURL {
			continue
		}
		if !slices.Contains(permissive, match.ID) {
			err = errors.Join(err, fmt.Errorf("%s is not among the licences that we link", match.ID))
		}
		ids = append(ids, match.ID)
	}
	return ids, err
}

// notices are the texts themselves, which packages bring: most licences ask for that. Modules of
// one text share it.
func notices(modules []module) []byte {
	users := map[string][]string{}
	var order []string
	for _, m := range modules {
		for _, text := range m.texts {
			if users[text] == nil {
				order = append(order, text)
			}
			users[text] = append(users[text], strings.TrimSpace(m.path+" "+m.version))
		}
	}
	var b strings.Builder
	b.WriteString("Cloudseed links the modules below, whose authors ask for their notices to be kept.\n")
	for _, text := range order {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 78), strings.Join(slices.Compact(users[text]), "\n"), strings.TrimSpace(text))
	}
	return []byte(b.String())
}

func table(modules []module) []byte {
	var b strings.Builder
	b.WriteString(`# Licences of what is linked

Written by ` + "`go run ./scripts/licences`" + ` from the licence files of every module that a program of ours links on
Linux, macOS or Windows. Cloudseed itself is under [MIT](../LICENSE). A test fails when this page is out of date, and
when a licence is not known to be permissive.

| module | version | licence |
|---|---|---|
`)
	for _, m := range modules {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", m.path, m.version, strings.Join(m.licences, ", "))
	}
	return []byte(b.String())
}
