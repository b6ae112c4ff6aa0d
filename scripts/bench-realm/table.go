package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// table is what was measured: medians, with the lowest and the highest. With several subjects the
// rows after the first have their ratio to it.
func table(subjects []*subject) string {
	var b strings.Builder
	b.WriteString("| | CPU per registration | CPU per recovery | of the reference | recoveries per second | p99 | reference |\n|---|---|---|---|---|---|---|\n")
	for _, s := range subjects {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", s.name,
			s.cell(registration, "%.0f µs"), s.cell(recovery, "%.0f µs"), s.cell(share, "%.2f"),
			s.cell(perSecond, "%.0f"), s.cell(p99, "%.1f ms"), s.cell(reference, "%.0f µs"))
	}
	first := subjects[0]
	for _, s := range subjects[1:] {
		fmt.Fprintf(&b, "\n%s against %s: CPU per recovery %.2f times, recoveries per second 1/%.2f, p99 %.2f times.\n", s.name, first.name,
			median(s, recovery)/median(first, recovery), median(first, perSecond)/median(s, perSecond), median(s, p99)/median(first, p99))
	}
	return b.String()
}

// What a round says.
func registration(r round) float64 { return µs(r.Registration.CPU) }
func recovery(r round) float64     { return µs(r.Recovery.CPU) }
func share(r round) float64        { return µs(r.Recovery.CPU) / µs(r.reference) }
func perSecond(r round) float64    { return r.Recovery.PerSecond }
func p99(r round) float64          { return µs(r.Recovery.P99) / 1000 }
func reference(r round) float64    { return µs(r.reference) }

func µs(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func (s *subject) cell(of func(round) float64, format string) string {
	all := sorted(s, of)
	if all[0] == 0 {
		return "" // not measured
	}
	return fmt.Sprintf(format+" ("+strings.Fields(format)[0]+"–"+strings.Fields(format)[0]+")", median(s, of), all[0], all[len(all)-1])
}

func median(s *subject, of func(round) float64) float64 {
	all := sorted(s, of)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

func sorted(s *subject, of func(round) float64) []float64 {
	all := make([]float64, len(s.rounds))
	for i, r := range s.rounds {
		all[i] = of(r)
	}
	slices.Sort(all)
	return all
}
