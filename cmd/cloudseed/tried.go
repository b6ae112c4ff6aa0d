package main

import (
	"context"

	"github.com/cloudseed/cloudseed"
)

// sayTried tells somebody who has just restored how often the PIN was tried, by whomever. The
// restore has succeeded: that nobody can say takes nothing from it.
func (s *session) sayTried(ctx context.Context, cfg cloudseed.Config, d *cloudseed.Device) {
	count, err := cloudseed.CountGuesses(ctx, cfg, d)
	if err != nil {
		m := messageOf(err)
		s.printer.note("%s", tongue().Line(m.What))
		for _, line := range append(m.Details, m.Next) {
			s.printer.note("%s", line)
		}
		return
	}
	for _, line := range tongue().Tried(count) {
		s.printer.note("%s", tongue().Line(line))
	}
}
