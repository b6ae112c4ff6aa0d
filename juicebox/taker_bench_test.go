package juicebox

import (
	"testing"
	"time"
)

// BenchmarkDecodeRequest compares with what a general decoder of CBOR takes, by which
// responses are read.
func BenchmarkDecodeRequest(b *testing.B) {
	request := Recover2{Version: RegistrationVersion{1}, OPRFBlindedInput: Point{2}}
	message := EncodeRequest(request)
	var ours, general time.Duration
	for b.Loop() {
		start := time.Now()
		if got, err := DecodeRequest(message); err != nil || got != request {
			b.Fatal(got, err)
		}
		middle := time.Now()
		var r Recover2
		_, value, err := decodeNamed(message)
		if err := decodeFields(value, r.fields()); err != nil || r != request {
			b.Fatal(r, err)
		}
		if err != nil {
			b.Fatal(err)
		}
		ours += middle.Sub(start)
		general += time.Since(middle)
	}
	b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N), "ours-ns")
	b.ReportMetric(float64(general.Nanoseconds())/float64(b.N), "general-ns")
	b.ReportMetric(float64(ours)/float64(general), "ours/general")
}
