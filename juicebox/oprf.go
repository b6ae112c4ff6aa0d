package juicebox

import (
	"crypto/sha512"
	"errors"

	"github.com/gtank/ristretto255"
)

// Evaluate is the realm's side of the OPRF: it returns the blinded point times the
// realm's share and a proof that the share behind the public key was used. It refuses
// an input that is not a canonical point, or the identity, and a share that is not a
// canonical scalar, or zero. It runs in time that does not depend on the share.
func Evaluate(share Scalar, blinded Point) (result Point, proof Proof, err error) {
	input, err := ReadInput(blinded)
	if err != nil {
		return Point{}, Proof{}, err
	}
	return input.evaluate(share, nil, randomScalar())
}

// An Input is a blinded point that can be evaluated: see [ReadInput].
type Input struct {
	encoded Point
	element *ristretto255.Element
}

// ReadInput refuses what is not a canonical point, or is the identity.
func ReadInput(blinded Point) (Input, error) {
	element, err := blinded.decode()
	return Input{blinded, element}, err
}

// Evaluate is [Evaluate] for a share whose public key is known, which saves computing it
// (about an eighth of the work). If public is of another share the proof does not hold;
// nothing else is lost, because the proof's randomness is fresh every time.
func (u Input) Evaluate(share Scalar, public Point) (result Point, proof Proof, err error) {
	return u.evaluate(share, &public, randomScalar())
}

// evaluate is both, with the proof's random scalar t, which must never be used twice.
func (u Input) evaluate(share Scalar, public *Point, t *ristretto255.Scalar) (Point, Proof, error) {
	if u.element == nil {
		return Point{}, Proof{}, errPoint
	}
	k, err := share.decode()
	if err != nil {
		return Point{}, Proof{}, err
	}
	if public == nil {
		computed := encodePoint(ristretto255.NewIdentityElement().ScalarBaseMult(k))
		public = &computed
	}
	result := encodePoint(ristretto255.NewIdentityElement().ScalarMult(k, u.element))
	vt := ristretto255.NewIdentityElement().ScalarBaseMult(t)
	wt := ristretto255.NewIdentityElement().ScalarMult(t, u.element)
	c := challenge(u.encoded, *public, result, encodePoint(vt), encodePoint(wt))
	z := ristretto255.NewScalar().Multiply(k, c)
	z.Add(z, t)
	return result, Proof{C: encodeScalar(c), BetaZ: encodeScalar(z)}, nil
}

var errProof = errors.New("the proof does not hold")

// verifyProof tells whether result is blinded times the scalar behind public.
func verifyProof(blinded, public, result Point, proof Proof) error {
	u, err1 := blinded.decode()
	v, err2 := public.decode()
	w, err3 := result.decode()
	c, err4 := proof.C.decode()
	z, err5 := proof.BetaZ.decode()
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return err
	}
	minus := ristretto255.NewScalar().Negate(c)
	vt := ristretto255.NewIdentityElement().VarTimeDoubleScalarBaseMult(minus, v, z)
	wt := ristretto255.NewIdentityElement().VarTimeMultiScalarMult(
		[]*ristretto255.Scalar{z, minus}, []*ristretto255.Element{u, w})
	if challenge(blinded, public, result, encodePoint(vt), encodePoint(wt)).Equal(c) != 1 {
		return errProof
	}
	return nil
}

// challenge is the hash of a proof's points (Fiat-Shamir).
func challenge(u, v, w, vt, wt Point) *ristretto255.Scalar {
	h := sha512.New()
	h.Write([]byte("Juicebox_DLEQ_2023_1;"))
	for _, p := range []Point{u, v, w, vt, wt} {
		h.Write(p[:])
	}
	return uniformScalar(h.Sum(nil))
}

// hashToGroup maps an input of any length to a point, uniformly and without a domain
// separator, as Juicebox does; it is not RFC 9497.
func hashToGroup(input []byte) *ristretto255.Element {
	h := sha512.Sum512(input)
	defer clear(h[:])
	e, err := ristretto255.NewIdentityElement().SetUniformBytes(h[:])
	if err != nil {
		panic(err) // of 64 bytes there is always one
	}
	return e
}

// blind hides input behind the random scalar r; the result may be shown to realms.
func blind(input []byte, r *ristretto255.Scalar) Point {
	return encodePoint(ristretto255.NewIdentityElement().ScalarMult(r, hashToGroup(input)))
}

// unblind takes r away again from the combined results of the realms.
func unblind(combined *ristretto255.Element, r *ristretto255.Scalar) *ristretto255.Element {
	inverse := ristretto255.NewScalar().Invert(r)
	return ristretto255.NewIdentityElement().ScalarMult(inverse, combined)
}

// output is the OPRF's value for input, whose point times the key is given.
func output(input []byte, product *ristretto255.Element) [64]byte {
	h := sha512.New()
	h.Write([]byte("Juicebox_OPRF_2023_1;"))
	h.Write(input)
	h.Write(product.Bytes())
	return [64]byte(h.Sum(nil))
}
