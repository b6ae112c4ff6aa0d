package main

import (
	"context"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

// sayTried tells somebody who has just restored how often the PIN was tried, by whomever. The
// restore has succeeded: that nobody can say takes nothing from it.
func (s *session) sayTried(ctx context.Context, cfg cloudseed.Config, d *cloudseed.Device) {
	count, err := cloudseed.CountGuesses(ctx, cfg, d)
	if err != nil {
		m := messageOf(err)
		s.printer.note("%s", words.Line(m.What))
		for _, line := range append(m.Details, m.Next) {
			s.printer.note("%s", line)
		}
		return
	}
	for _, line := range words.Tried(count) {
		s.printer.note("%s", words.Line(line))
	}
}
