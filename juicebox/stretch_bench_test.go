package juicebox

import (
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/cloudseed/cloudseed/secret"
)

// BenchmarkStretch times the stretching of a PIN as Standard2019 has it against golang.org/x/crypto's
// Argon2id alone with the same costs, in turns.
func BenchmarkStretch(b *testing.B) {
	pin := secret.Copy([]byte("271845"))
	passes, memory, err := Standard2019.cost()
	if err != nil {
		b.Fatal(err)
	}
	var ours, alone time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := stretch(pin, Standard2019, RegistrationVersion{}, nil); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		argon2.IDKey(pin.Reveal(), make([]byte, 24), passes, memory, 1, 64)
		ours += middle.Sub(start)
		alone += time.Since(middle)
	}
	ms := float64(b.N) * float64(time.Millisecond)
	b.ReportMetric(0, "ns/op") // it counts both
	b.ReportMetric(float64(ours)/ms, "ms")
	b.ReportMetric(float64(alone)/ms, "alone-ms")
	b.ReportMetric(float64(ours)/float64(alone), "ratio")
}
