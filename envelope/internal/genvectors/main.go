// Command genvectors writes envelope/testdata/vectors: backup files that a reader must open,
// and ones that it must refuse, one failure a file. It is a writer of its own that follows
// docs/format.md; it imports nothing of package envelope, so that both are checked.
//
//	go run ./envelope/internal/genvectors -o envelope/testdata/vectors -overwrite
//
// All keys and all that is sealed are the same at every run. The age encryption around it is
// not, since age takes fresh randomness; so the files are committed, and are written anew
// only with -overwrite.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := flag.String("o", "", "`folder` to write to")
	large := flag.Bool("large", false, "write the cases that are too large to commit instead")
	receipts := flag.Bool("receipts", false, "write the cases of receipts instead")
	overwrite := flag.Bool("overwrite", false, "replace vectors that are there")
	flag.Parse()
	cases := vectors(smallCases())
	if *large {
		cases = vectors(largeCases())
	}
	if *receipts {
		cases = receiptVectors()
	}
	if err := run(*dir, cases, *overwrite); err != nil {
		fmt.Fprintln(os.Stderr, "genvectors:", err)
		os.Exit(1)
	}
}

// A vector is one file to write.
type vector struct {
	name string
	make func() ([]byte, error)
}

func vectors(cases []testCase) (all []vector) {
	for _, c := range cases {
		all = append(all, vector{c.name, c.vector})
	}
	return all
}

func receiptVectors() (all []vector) {
	for _, c := range receiptCases {
		all = append(all, vector{c.name, func() ([]byte, error) { return c.vector(), nil }})
	}
	return all
}

func run(dir string, all []vector, overwrite bool) error {
	if dir == "" {
		return errors.New("-o is missing")
	}
	if err := prepare(dir, overwrite); err != nil {
		return err
	}
	for _, v := range all {
		data, err := v.make()
		if err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
		f, err := os.OpenFile(filepath.Join(dir, v.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err // two cases of one name
		}
		if _, err := f.Write(data); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	fmt.Printf("%d vectors written to %s\n", len(all), dir)
	return nil
}

// prepare makes the folder, or empties it if that is allowed.
func prepare(dir string, overwrite bool) error {
	there, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return err
	}
	if len(there) > 0 && !overwrite {
		return fmt.Errorf("%s holds vectors already; -overwrite replaces them", dir)
	}
	for _, path := range there {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return os.MkdirAll(dir, 0o755)
}

// A testCase is a file to make, and what a reader must make of it.
type testCase struct {
	name    string
	comment string
	expect  string      // "success", a kind of refusal, or the layer that refuses
	spoil   func(*file) // what is wrong with it, or special about it
}

// vector is the file behind a text header and an empty line.
func (c testCase) vector() ([]byte, error) {
	f := newFile()
	if c.spoil != nil {
		c.spoil(f)
	}
	sealed, err := f.seal()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", key, value)
		}
	}
	line("expect", c.expect)
	line("comment", c.comment)
	line("seed", f.seed)
	line("phrase", f.phrase)
	if c.expect == "success" {
		line("vault", hash(f.vault.root.public()))
		line("stanza", hash(f.madeBody))
		line("manifest", hash(f.madeManifest))
		line("part", f.part)
		line("holds", f.holds)
	}
	b.WriteString("\n")
	b.Write(sealed)
	return b.Bytes(), nil
}
