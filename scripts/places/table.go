package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// A table is what is printed.
type table struct {
	columns []column
	judges  []string
	cases   []string
	cells   [][]string // by case and column
	reasons []string   // why cases were left out; a cell has the number, from 1
	bad     int        // cells that failed or did not run
}

func newTable(columns []declaration, cases []string, cells map[key]cell) *table {
	t := &table{cases: cases}
	for _, d := range columns {
		t.columns = append(t.columns, d.column)
		t.judges = append(t.judges, cells[key{d.column, cases[0]}].judge)
	}
	for _, name := range cases {
		var row []string
		for _, c := range t.columns {
			row = append(row, t.show(cells[key{c, name}]))
		}
		t.cells = append(t.cells, row)
	}
	return t
}

func (t *table) show(c cell) string {
	switch c.state {
	case passed:
		return "ok " + c.level
	case leftOut:
		i := slices.Index(t.reasons, c.why)
		if i < 0 {
			i = len(t.reasons)
			t.reasons = append(t.reasons, c.why)
		}
		return fmt.Sprintf("left out (%d)", i+1)
	case failed:
		t.bad++
		return "FAILED"
	}
	t.bad++
	return "NOT RUN"
}

// legend says what the cells mean.
var legend = []string{
	"ok real: passed against other people's server software or a real file system",
	"ok spec: passed; a standard, or the provider's description for machines, says so",
	"ok docs: passed; the provider's pages for developers say so",
	"ok assumed: passed against a stand-in of ours, and nobody says so; nothing that is assumed carries safety",
}

func (t *table) text(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	rows := [][]string{{""}, {"run against"}, {"judged by"}}
	for i, c := range t.columns {
		rows[0], rows[1], rows[2] = append(rows[0], c.Place), append(rows[1], c.Peer), append(rows[2], or(t.judges[i]))
	}
	for i, name := range t.cases {
		rows = append(rows, append([]string{name}, t.cells[i]...))
	}
	for _, row := range rows {
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	tw.Flush()
	fmt.Fprintln(w)
	for i, why := range t.reasons {
		fmt.Fprintf(w, "(%d) %s\n", i+1, why)
	}
	for _, line := range legend {
		fmt.Fprintln(w, line)
	}
}

func (t *table) markdown() string {
	var b strings.Builder
	row := func(cells ...string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	head, against, judged := []string{"case"}, []string{"run against"}, []string{"judged by"}
	for i, c := range t.columns {
		head, against, judged = append(head, c.Place), append(against, c.Peer), append(judged, or(t.judges[i]))
	}
	row(head...)
	b.WriteString("|" + strings.Repeat("---|", len(head)) + "\n")
	row(against...)
	row(judged...)
	for i, name := range t.cases {
		row(append([]string{name}, t.cells[i]...)...)
	}
	b.WriteString("\nLeft out:\n\n")
	for i, why := range t.reasons {
		fmt.Fprintf(&b, "%d. %s\n", i+1, why)
	}
	b.WriteString("\nWhat a cell says:\n\n")
	for _, line := range legend {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	return b.String()
}

func or(judge string) string {
	if judge == "" {
		return "–"
	}
	return judge
}
