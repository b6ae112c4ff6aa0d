package juicebox

import (
	"bytes"
	"crypto"
	"testing"
	"time"

	"github.com/cloudflare/circl/expander"
	"github.com/cloudflare/circl/group"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/gtank/ristretto255"
)

// Two independent libraries must agree on the group. circl is only used here: its
// public interface has no map from 64 uniform bytes, which Juicebox needs, and it is
// slower (BenchmarkGroup).

func circlPoint(t testing.TB, p Point) group.Element {
	e := group.Ristretto255.NewElement()
	if err := e.UnmarshalBinary(p[:]); err != nil {
		t.Fatal(err)
	}
	return e
}

func circlScalar(t testing.TB, s Scalar) group.Scalar {
	x := group.Ristretto255.NewScalar()
	if err := x.UnmarshalBinary(s[:]); err != nil {
		t.Fatal(err)
	}
	return x
}

func TestGroupAgreesWithCircl(t *testing.T) {
	g := group.Ristretto255
	for range 200 {
		a, b := randomScalar(), randomScalar()
		ca, cb := circlScalar(t, encodeScalar(a)), circlScalar(t, encodeScalar(b))
		p := ristretto255.NewIdentityElement().ScalarBaseMult(a)
		cp := g.NewElement().MulGen(ca)
		q := ristretto255.NewIdentityElement().ScalarMult(b, p)
		cq := g.NewElement().Mul(cp, cb)
		samePoint(t, "base mult", p, cp)
		samePoint(t, "mult", q, cq)
		samePoint(t, "add", ristretto255.NewIdentityElement().Add(p, q), g.NewElement().Add(cp, cq))
		samePoint(t, "negate", ristretto255.NewIdentityElement().Negate(p), g.NewElement().Neg(cp))
		samePoint(t, "decode", p, circlPoint(t, encodePoint(p)))
		sameScalar(t, "add", ristretto255.NewScalar().Add(a, b), g.NewScalar().Add(ca, cb))
		sameScalar(t, "subtract", ristretto255.NewScalar().Subtract(a, b), g.NewScalar().Sub(ca, cb))
		sameScalar(t, "multiply", ristretto255.NewScalar().Multiply(a, b), g.NewScalar().Mul(ca, cb))
		sameScalar(t, "invert", ristretto255.NewScalar().Invert(a), g.NewScalar().Inv(ca))
	}
}

func samePoint(t *testing.T, what string, e *ristretto255.Element, c group.Element) {
	t.Helper()
	want, err := c.MarshalBinary()
	if got := encodePoint(e); err != nil || !bytes.Equal(got[:], want) {
		t.Fatalf("%s: gtank %x, circl %x, %v", what, got[:], want, err)
	}
}

func sameScalar(t *testing.T, what string, x *ristretto255.Scalar, c group.Scalar) {
	t.Helper()
	want, err := c.MarshalBinary()
	if got := encodeScalar(x); err != nil || !bytes.Equal(got[:], want) {
		t.Fatalf("%s: gtank %x, circl %x, %v", what, got[:], want, err)
	}
}

// circl hides its map from uniform bytes behind RFC 9380's expander, so both are fed that.
func TestHashToGroupAgreesWithCircl(t *testing.T) {
	tag := []byte("test")
	for i := range 100 {
		uniform := expander.NewExpanderMD(crypto.SHA512, tag).Expand([]byte{byte(i)}, 64)
		point, err := ristretto255.NewIdentityElement().SetUniformBytes(uniform)
		if err != nil {
			t.Fatal(err)
		}
		scalar, err := ristretto255.NewScalar().SetUniformBytes(uniform)
		if err != nil {
			t.Fatal(err)
		}
		samePoint(t, "point", point, group.Ristretto255.HashToElement([]byte{byte(i)}, tag))
		sameScalar(t, "scalar", scalar, group.Ristretto255.HashToScalar([]byte{byte(i)}, tag))
	}
}

func TestEncodingsAgreeWithCircl(t *testing.T) {
	tries := encodings()
	var points, scalars int
	for _, b := range tries {
		_, pointErr := ristretto255.NewIdentityElement().SetCanonicalBytes(b[:])
		_, scalarErr := ristretto255.NewScalar().SetCanonicalBytes(b[:])
		asPoint, asScalar := pointErr == nil, scalarErr == nil
		if circl := group.Ristretto255.NewElement().UnmarshalBinary(b[:]) == nil; circl != asPoint {
			t.Errorf("point %x: gtank %t, circl %t", b, asPoint, circl)
		}
		if circl := group.Ristretto255.NewScalar().UnmarshalBinary(b[:]) == nil; circl != asScalar {
			t.Errorf("scalar %x: gtank %t, circl %t", b, asScalar, circl)
		}
		if asPoint {
			points++
		}
		if asScalar {
			scalars++
		}
	}
	if points < 20 || scalars < 20 || points == len(tries) || scalars == len(tries) {
		t.Errorf("%d points, %d scalars of %d: not a test of both answers", points, scalars, len(tries))
	}
}

// encodings are tries to encode a point or a scalar: random bytes are either about one time in
// sixteen; single changed bits and the edges of the field make the rest.
func encodings() (tries [][32]byte) {
	for range 2000 {
		tries = append(tries, [32]byte(secret.Random(32).Reveal()))
	}
	good := blind([]byte("x"), randomScalar())
	for bit := range 256 {
		b := good
		b[bit/8] ^= 1 << (bit % 8)
		tries = append(tries, b)
	}
	return append(tries, edges()...)
}

// edges are encodings around zero, the order of the group and the prime of the field.
func edges() (tries [][32]byte) {
	order := minusSmall(1)
	prime := [32]byte{0: 0xed, 31: 0x7f}
	for i := 1; i < 31; i++ {
		prime[i] = 0xff
	}
	for _, b := range [][32]byte{{}, order, prime} {
		for d := range 6 {
			near := b
			near[0] += byte(d) - 2
			tries = append(tries, near)
		}
	}
	return tries
}

func TestCheckEncodings(t *testing.T) {
	if CheckPoint(Point{}) == nil || CheckScalar(Scalar{}) == nil {
		t.Error("the identity or zero was accepted")
	}
	if CheckPoint(Point{0: 1}) == nil {
		t.Error("a point that is negative was accepted")
	}
	order := minusSmall(1)
	if err := CheckScalar(order); err != nil {
		t.Error("the largest scalar:", err)
	}
	order[0]++
	if CheckScalar(order) == nil {
		t.Error("the order itself was accepted as a scalar")
	}
	if err := CheckPoint(blind([]byte("x"), randomScalar())); err != nil {
		t.Error(err)
	}
}

// BenchmarkGroup times one variable-base multiplication with decoding and encoding in
// both libraries, in turns, and reports the ratio; below 1 gtank is the faster.
func BenchmarkGroup(b *testing.B) {
	p, s := blind([]byte("x"), randomScalar()), encodeScalar(randomScalar())
	var gtank, circl time.Duration
	for b.Loop() {
		start := time.Now()
		e, _ := p.decode()
		x, _ := s.decode()
		encodePoint(e.ScalarMult(x, e))
		middle := time.Now()
		c := circlPoint(b, p)
		c.Mul(c, circlScalar(b, s)).MarshalBinary()
		gtank += middle.Sub(start)
		circl += time.Since(middle)
	}
	b.ReportMetric(float64(gtank.Nanoseconds())/float64(b.N), "gtank-ns")
	b.ReportMetric(float64(circl.Nanoseconds())/float64(b.N), "circl-ns")
	b.ReportMetric(float64(gtank)/float64(circl), "gtank/circl")
}
