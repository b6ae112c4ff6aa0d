// Command places runs the conformance suite of every kind of place (store/storetest) and
// prints one table: a row for each case, a column for each kind of place and what it ran
// against. A cell says whether the case passed, and how it is known that the place behaves
// so: "ok" alone would hide that a stand-in of ours is not the service.
//
//	go run ./scripts/places             # some minutes; exit code 1 if anything failed or did not run
//	go run ./scripts/places --markdown  # the same, for a page
//	go run ./scripts/places --write     # puts it into docs/providers.md
//	go run ./scripts/places --check     # runs nothing: does docs/providers.md have every case and place?
//
// The levels are declared beside each place's suite, as storetest.Column; columns are found
// there in the source, so that a run that never began shows too. Other people's servers
// must be installed: ./scripts/test does that.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/cloudseed/cloudseed/store/storetest"
)

func main() {
	markdown := flag.Bool("markdown", false, "print the table for a page")
	write := flag.Bool("write", false, "put the table into "+page)
	checkOnly := flag.Bool("check", false, "run nothing; fail if "+page+" lacks a case or a place")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*markdown, *write, *checkOnly); err != nil {
		fmt.Fprintln(os.Stderr, "places:", err)
		os.Exit(1)
	}
}

func run(markdown, write, checkOnly bool) error {
	if checkOnly {
		return check(".")
	}
	columns, err := declared(".")
	if err != nil {
		return err
	}
	cells, err := test(packages(columns))
	if err != nil {
		return err
	}
	t := newTable(columns, storetest.Cases(), cells)
	switch {
	case write:
		err = put(".", t.markdown())
	case markdown:
		_, err = os.Stdout.WriteString(t.markdown())
	default:
		var b bytes.Buffer
		t.text(&b)
		_, err = b.WriteTo(os.Stdout)
	}
	if err == nil && t.bad > 0 {
		err = fmt.Errorf("%d cells failed or did not run", t.bad)
	}
	return err
}

var errStale = errors.New("run: go run ./scripts/places --write")
