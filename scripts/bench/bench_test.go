package main

import (
	"strings"
	"testing"
)

// What the go command prints.
const goPrinted = `goos: linux
goarch: amd64
pkg: github.com/cloudseed/cloudseed
cpu: AMD EPYC
BenchmarkVerbs/backup-2         	       7	      1045 critical-ms	      1066 ms	         8.000 needed-trips	         1.020 ratio
PASS
`

func TestRows(t *testing.T) {
	b := benchmark{pkg: ".", name: "Verbs/backup", oursUnit: "ms", aloneUnit: "critical-ms", what: "backup", against: "its path"}
	if got, err := b.row([]byte(goPrinted)); err != nil || got != (row{"backup", "its path", "1066 ms", "1045 ms", 1.02}) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := b.row([]byte("PASS\n")); err == nil {
		t.Error("a run without a result is no error")
	}
}

func TestPage(t *testing.T) {
	p := page(machine{cpu: "AMD EPYC", cores: 2, load: "0.10"}, []row{{"backup", "its path", "1066 ms", "1045 ms", 1.02}})
	for _, want := range []string{"AMD EPYC", "2 cores", "0.10 before", "\n| backup | 1066 ms | its path | 1045 ms | 1.02 |\n"} {
		if !strings.Contains(p, want) {
			t.Errorf("the page lacks %q:\n%s", want, p)
		}
	}
}
