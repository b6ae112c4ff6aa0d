package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// events are lines of "go test -json", shortened, for a case that ends as in how.
func events(test, how, output string) string {
	lines := ""
	for _, attr := range []string{"place:P", "peer:Q", "case:full", "level:docs", "judge:"} {
		key, value, _ := strings.Cut(attr, ":")
		lines += `{"Action":"attr","Package":"p","Test":"` + test + `","Key":"cloudseed-` + key + `","Value":"` + value + `"}` + "\n"
	}
	return lines + `{"Action":"output","Package":"p","Test":"` + test + `","Output":"    run.go:1: ` + output + `\n"}
{"Action":"` + how + `","Package":"p","Test":"` + test + `"}
`
}

func TestCells(t *testing.T) {
	columns := []declaration{{column{"P", "Q"}, "p"}}
	for _, c := range []struct {
		said, want string
		bad        int
	}{
		{"", "NOT RUN", 1},
		{events("A", "pass", ""), "ok docs", 0},
		{events("A", "skip", "why"), "left out (1)", 0},
		{events("A", "fail", ""), "FAILED", 1},
		{events("A", "fail", "") + events("B", "pass", ""), "FAILED", 1},
		{events("A", "skip", "why") + events("B", "pass", ""), "left out (1)", 0},
		{`{"Action":"skip","Package":"p","Test":"Parent"}` + "\n", "NOT RUN", 1},
		{"p/x.go:1: does not build\n", "NOT RUN", 1},
	} {
		cells, err := read(strings.NewReader(c.said), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		table := newTable(columns, []string{"full"}, cells)
		if table.cells[0][0] != c.want || table.bad != c.bad {
			t.Errorf("%s: %q, %d bad; want %q, %d", c.said, table.cells[0][0], table.bad, c.want, c.bad)
		}
		if strings.HasPrefix(c.want, "left") && table.reasons[0] != "why" {
			t.Errorf("reason: %q", table.reasons)
		}
		var text bytes.Buffer
		table.text(&text)
		for what, made := range map[string]string{"text": text.String(), "markdown": table.markdown()} {
			if !strings.Contains(made, c.want) {
				t.Errorf("the %s lacks %q:\n%s", what, c.want, made)
			}
		}
	}
}
