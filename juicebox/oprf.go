package juicebox

import (
	"crypto/sha512"
	"errors"

	"github.com/gtank/ristretto255"
)

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
	if uniformScalar(challenge(blinded, public, result, encodePoint(vt), encodePoint(wt))).Equal(c) != 1 {
		return errProof
	}
	return nil
}

// challenge is the hash of a proof's points (Fiat-Shamir): 64 bytes, to be reduced to a scalar.
func challenge(u, v, w, vt, wt Point) []byte {
	h := sha512.New()
	h.Write([]byte("Juicebox_DLEQ_2023_1;"))
	for _, p := range []Point{u, v, w, vt, wt} {
		h.Write(p[:])
	}
	return h.Sum(nil)
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
