package realmrun

import (
	"strings"
	"testing"
	"time"
)

const printed = `register 1000 in 0.70 s, 1423/s; p50 20ms, p90 30ms, p99 40.5ms, longest 50ms; server CPU 350 µs each
recover  2000 in 1.40 s, 1429/s; p50 20ms, p90 30ms, p99 41ms, longest 50ms; server CPU 640 µs each
`

func TestParse(t *testing.T) {
	want := Figures{
		Registration: Phase{1423, 40500 * time.Microsecond, 350 * time.Microsecond},
		Recovery:     Phase{1429, 41 * time.Millisecond, 640 * time.Microsecond},
	}
	if got, err := parse([]byte(printed)); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	only := printed[strings.Index(printed, "recover"):]
	if got, err := parse([]byte(only)); err != nil || got != (Figures{Recovery: want.Recovery}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", printed[:strings.Index(printed, "recover")], strings.Replace(printed, "server CPU", "CPU", 1),
		strings.Replace(printed, "1423/s", "many/s", 1)} {
		if got, err := parse([]byte(bad)); err == nil {
			t.Errorf("%q: %+v", bad, got)
		}
	}
}
