package main

import (
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/scripts/internal/realmrun"
)

func ran(cpu time.Duration, rate float64) round {
	recovery := realmrun.Phase{PerSecond: rate, P99: 20 * cpu, CPU: cpu}
	return round{realmrun.Figures{Recovery: recovery}, 100 * time.Microsecond}
}

func TestTable(t *testing.T) {
	got := table([]*subject{
		{name: "few", rounds: []round{ran(300*time.Microsecond, 3000), ran(250*time.Microsecond, 3200), ran(400*time.Microsecond, 2000)}},
		{name: "many", rounds: []round{ran(330*time.Microsecond, 2500)}},
	})
	for _, want := range []string{
		"| few |  | 300 µs (250–400) | 3.00 (2.50–4.00) | 3000 (2000–3200) | 6.0 ms (5.0–8.0) | 100 µs (100–100) |\n",
		"\nmany against few: CPU per recovery 1.10 times, recoveries per second 1/1.20, p99 1.10 times.\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the table lacks %q:\n%s", want, got)
		}
	}
}
