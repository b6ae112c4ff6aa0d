package cloudseed

import (
	"errors"
	"math"
	"testing"
	"time"
)

func TestGuardAdvice(t *testing.T) {
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		limit Amount
		has   float64
		want  Advice
	}{
		{Amount{}, 0, AdviceFine},
		{Amount{}, 249.99, AdviceFine},
		{Amount{}, 250, AdviceNudge},
		{Amount{}, 499.99, AdviceNudge},
		{Amount{}, 500, AdviceStepUp},
		{Amount{1000, "USD"}, 499, AdviceFine},
		{Amount{1000, "USD"}, 500, AdviceNudge},
		{Amount{0.01, "BTC"}, 0.005, AdviceNudge},
		{Amount{0.01, "BTC"}, 21, AdviceStepUp},
	} {
		g := Guard{Limit: c.limit}
		if g.Advice() != AdviceUnknown {
			t.Errorf("%v: advice before anything was reported: %s", c.limit, g.Advice())
		}
		if err := g.Report(Amount{Value: c.has}, at); err != nil || g.Advice() != c.want {
			t.Errorf("%v of %v: %s, %v, want %s", c.has, g.Most(), g.Advice(), err, c.want)
		}
	}
}

func TestGuardRefuses(t *testing.T) {
	var g Guard
	for _, a := range []Amount{{-1, ""}, {math.NaN(), ""}, {math.Inf(1), ""}, {1, "eur"}, {1, "E"}, {1, "EUR; DROP"}, {1, "USD"}} {
		if err := g.Report(a, time.Now()); !errors.Is(err, ErrAmount) {
			t.Errorf("%v was taken: %v", a, err)
		}
	}
	if err := g.Report(Amount{300, "EUR"}, time.Now()); err != nil || g.Advice() != AdviceNudge {
		t.Errorf("300 EUR: %v, %s", err, g.Advice())
	}
	if err := g.SetLimit(Amount{1000, "USD"}); err != nil || g.Advice() != AdviceUnknown {
		t.Errorf("another currency: %v, %s: 300 EUR are not 300 USD", err, g.Advice())
	}
}
