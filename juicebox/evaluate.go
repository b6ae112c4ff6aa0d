package juicebox

import (
	"crypto/rand"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// The realm's side computes with another implementation of the group than the client, who
// checks it: on amd64 with AVX2 this one takes a third less (BenchmarkBothEvaluate).

// Evaluate is the realm's side of the OPRF: it returns the blinded point times the
// realm's share and a proof that the share behind the public key was used. It refuses
// an input that is not a canonical point, or the identity, and a share that is not a
// canonical scalar, or zero. It runs in time that does not depend on the share.
func Evaluate(share Scalar, blinded Point) (result Point, proof Proof, err error) {
	input, err := ReadInput(blinded)
	if err != nil {
		return Point{}, Proof{}, err
	}
	return input.evaluate(share, nil, freshScalar())
}

// An Input is a blinded point that can be evaluated: see [ReadInput].
type Input struct {
	encoded Point
	element *curve.RistrettoPoint
}

// ReadInput refuses what is not a canonical point, or is the identity.
func ReadInput(blinded Point) (Input, error) {
	encoded := curve.CompressedRistretto(blinded)
	element, err := curve.NewRistrettoPoint().SetCompressed(&encoded)
	if err != nil || blinded == (Point{}) {
		return Input{}, errPoint // the identity is 32 zero bytes
	}
	return Input{blinded, element}, nil
}

// Evaluate is [Evaluate] for a share whose public key is known, which saves computing it
// (about an eighth of the work). If public is of another share the proof does not hold;
// nothing else is lost, because the proof's randomness is fresh every time.
func (u Input) Evaluate(share Scalar, public Point) (result Point, proof Proof, err error) {
	return u.evaluate(share, &public, freshScalar())
}

// evaluate is both, with the proof's random scalar t, which must never be used twice.
func (u Input) evaluate(share Scalar, public *Point, t *scalar.Scalar) (Point, Proof, error) {
	if u.element == nil {
		return Point{}, Proof{}, errPoint
	}
	k, err := scalar.NewFromCanonicalBytes(share[:])
	if err != nil || share == (Scalar{}) {
		return Point{}, Proof{}, errScalar
	}
	if public == nil {
		computed := timesBase(k)
		public = &computed
	}
	result := times(u.element, k)
	c := modOrder(challenge(u.encoded, *public, result, timesBase(t), times(u.element, t)))
	z := scalar.New().Mul(k, c)
	z.Add(z, t)
	return result, Proof{C: scalarBytes(c), BetaZ: scalarBytes(z)}, nil
}

func times(p *curve.RistrettoPoint, s *scalar.Scalar) Point {
	return pointBytes(curve.NewRistrettoPoint().Mul(p, s))
}

func timesBase(s *scalar.Scalar) Point {
	return pointBytes(curve.NewRistrettoPoint().MulBasepoint(curve.RISTRETTO_BASEPOINT_TABLE, s))
}

func pointBytes(p *curve.RistrettoPoint) Point {
	var encoded curve.CompressedRistretto
	return Point(*encoded.SetRistrettoPoint(p))
}

func scalarBytes(s *scalar.Scalar) (encoded Scalar) {
	if err := s.ToBytes(encoded[:]); err != nil {
		panic(err) // 32 bytes are as many as it needs
	}
	return encoded
}

// freshScalar is uniform, as randomScalar is.
func freshScalar() *scalar.Scalar {
	var b [64]byte
	rand.Read(b[:]) // never fails: it ends the program instead (Go 1.24)
	defer clear(b[:])
	return modOrder(b[:])
}

// modOrder reduces 64 bytes.
func modOrder(b []byte) *scalar.Scalar {
	s, err := scalar.NewFromBytesModOrderWide(b)
	if err != nil {
		panic(err) // of 64 bytes there is always one
	}
	return s
}
