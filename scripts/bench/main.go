// Command bench runs the benchmarks that docs/benchmarks.md names and writes that page: machine,
// date, what was measured, each beside something else measured in the same run, and their ratio.
//
//	go run ./scripts/bench              # about five minutes on a quiet machine; writes the page
//	go run ./scripts/bench --out FILE   # another file; - is standard output
//
// It takes no figure from another run. A benchmark that fails ends it, and the page stays as it was.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("out", "docs/benchmarks.md", "`FILE` to write; - is standard output")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	m, err := thisMachine()
	if err != nil {
		return err
	}
	var rows []row
	for _, measure := range []func() ([]row, error){goBenchmarks, programs, realm} {
		more, err := measure()
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	if m.loadAfter, err = load(); err != nil {
		return err
	}
	page := []byte(page(m, rows))
	if out == "-" {
		_, err = os.Stdout.Write(page)
		return err
	}
	return os.WriteFile(out, page, 0o644)
}
