// Command licences lists the licence of every module that either program links, on any system that
// a release is for, and of Go itself, as their own files say, in docs/licences.md.
//
//	go run ./scripts/licences           # writes the page
//	go run ./scripts/licences --check   # writes nothing; fails if the page is not what it would write
//	go run ./scripts/licences --texts F # writes the licences' texts into F instead, for packages
//
// It fails if a module has no licence file, or one that is not known to be permissive: one of the GPL
// family above all.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
)

const page = "docs/licences.md"

func main() {
	check := flag.Bool("check", false, "write nothing; fail if "+page+" is not what would be written")
	texts := flag.String("texts", "", "write the texts of all licences into `FILE`, and not "+page)
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(page, *texts, *check); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run(page, texts string, check bool) error {
	modules, err := linked()
	if err != nil {
		return err
	}
	var bad error
	for i := range modules {
		bad = errors.Join(bad, modules[i].read())
	}
	if bad != nil {
		return bad
	}
	if texts != "" {
		return os.WriteFile(texts, notices(modules), 0o644)
	}
	text := table(modules)
	if !check {
		return os.WriteFile(page, text, 0o644)
	}
	if now, err := os.ReadFile(page); err != nil || !bytes.Equal(now, text) {
		return fmt.Errorf("%s is out of date: go run ./scripts/licences", page)
	}
	return nil
}
