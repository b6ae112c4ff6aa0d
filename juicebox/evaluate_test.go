package juicebox

import (
	"testing"
	"time"

	"github.com/gtank/ristretto255"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// evaluateWithGtank is what the realm's side must compute, with the client's implementation of
// the group, which circl confirms.
func evaluateWithGtank(share Scalar, public *Point, blinded Point, t Scalar) (Point, Proof, error) {
	u, err := blinded.decode()
	if err != nil {
		return Point{}, Proof{}, err
	}
	k, err := share.decode()
	if err != nil {
		return Point{}, Proof{}, err
	}
	random, err := ristretto255.NewScalar().SetCanonicalBytes(t[:])
	if err != nil {
		return Point{}, Proof{}, err
	}
	if public == nil {
		computed := encodePoint(ristretto255.NewIdentityElement().ScalarBaseMult(k))
		public = &computed
	}
	result := encodePoint(ristretto255.NewIdentityElement().ScalarMult(k, u))
	vt := ristretto255.NewIdentityElement().ScalarBaseMult(random)
	wt := ristretto255.NewIdentityElement().ScalarMult(random, u)
	c := uniformScalar(challenge(blinded, *public, result, encodePoint(vt), encodePoint(wt)))
	z := ristretto255.NewScalar().Multiply(k, c)
	return result, Proof{C: encodeScalar(c), BetaZ: encodeScalar(z.Add(z, random))}, nil
}

// bothEvaluate compares the two for one input, and tells whether it was one.
func bothEvaluate(tb testing.TB, share Scalar, blinded Point, t Scalar) bool {
	tb.Helper()
	random, err := scalar.NewFromCanonicalBytes(t[:])
	if _, gtank := ristretto255.NewScalar().SetCanonicalBytes(t[:]); (err == nil) != (gtank == nil) {
		tb.Fatalf("scalar %x: %v, gtank %v", t, err, gtank)
	}
	if err != nil {
		return false
	}
	want, wantProof, wantErr := evaluateWithGtank(share, nil, blinded, t)
	input, err := ReadInput(blinded)
	var got Point
	var proof Proof
	if err == nil {
		got, proof, err = input.evaluate(share, nil, random)
	}
	if (err == nil) != (wantErr == nil) || got != want || proof != wantProof {
		tb.Fatalf("share %x, input %x, t %x:\n%x %x %v\ngtank:\n%x %x %v", share, blinded, t, got, proof, err, want, wantProof, wantErr)
	}
	return err == nil
}

func TestEvaluateAgreesWithGtank(t *testing.T) {
	var scalars []Scalar
	for _, e := range edges() {
		scalars = append(scalars, e)
	}
	for digit := range byte(16) { // every digit of the windows alike
		var s Scalar
		for i := range s {
			s[i] = digit | digit<<4
		}
		s[31] &= 0x0f
		scalars = append(scalars, s)
	}
	for range 40 {
		scalars = append(scalars, encodeScalar(randomScalar()))
	}
	points := []Point{{}, {31: 0xff}}
	for n := range 12 {
		points = append(points, encodePoint(ristretto255.NewIdentityElement().ScalarBaseMult(smallScalar(n))))
	}
	for i := range byte(12) {
		points = append(points, blind([]byte{i}, randomScalar()))
	}
	evaluated, refused := 0, 0
	for i, s := range scalars {
		for j, p := range points {
			if bothEvaluate(t, s, p, scalars[(7*i+j)%len(scalars)]) {
				evaluated++
			} else {
				refused++
			}
		}
	}
	if evaluated < 1000 || refused < 100 {
		t.Errorf("%d evaluated, %d refused: not a test of both answers", evaluated, refused)
	}
}

func TestReadInputAgreesWithGtank(t *testing.T) {
	points := 0
	for _, b := range encodings() {
		_, err := ReadInput(b)
		if gtank := CheckPoint(b); (err == nil) != (gtank == nil) {
			t.Errorf("%x: %v, gtank %v", b, err, gtank)
		}
		if err == nil {
			points++
		}
	}
	if points < 20 {
		t.Errorf("%d points: not a test of both answers", points)
	}
}

func FuzzEvaluate(f *testing.F) {
	good := blind([]byte("x"), randomScalar())
	for _, e := range edges() {
		f.Add(e[:], good[:], e[:])
		f.Add(e[:], e[:], e[:])
	}
	f.Fuzz(func(t *testing.T, share, blinded, random []byte) {
		if len(share) == 32 && len(blinded) == 32 && len(random) == 32 {
			bothEvaluate(t, Scalar(share), Point(blinded), Scalar(random))
		}
	})
}

// BenchmarkEvaluate is a realm's work for one Recover2, but that the public key is computed too.
func BenchmarkEvaluate(b *testing.B) {
	share, blinded := encodeScalar(randomScalar()), blind([]byte("x"), randomScalar())
	for b.Loop() {
		if _, _, err := Evaluate(share, blinded); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBothEvaluate does the same in turns with the client's implementation of the group,
// which is the reference; below 1 ours is the faster.
func BenchmarkBothEvaluate(b *testing.B) {
	share, blinded, t := encodeScalar(randomScalar()), blind([]byte("x"), randomScalar()), encodeScalar(randomScalar())
	var ours, gtank time.Duration
	for b.Loop() {
		start := time.Now()
		if _, _, err := Evaluate(share, blinded); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		if _, _, err := evaluateWithGtank(share, nil, blinded, t); err != nil {
			b.Fatal(err)
		}
		ours += middle.Sub(start)
		gtank += time.Since(middle)
	}
	b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N), "ours-ns")
	b.ReportMetric(float64(gtank.Nanoseconds())/float64(b.N), "gtank-ns")
	b.ReportMetric(float64(ours)/float64(gtank), "ours/gtank")
}
