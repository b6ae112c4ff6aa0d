package juicebox

import "github.com/gtank/ristretto255"

// Shamir's secret sharing over the scalars: a secret is the value at 0 of a random
// polynomial, the share of index i (from 1) its value at i, and threshold shares give
// the secret back. It works on points as well as on scalars.

// split returns the shares with indices 1 to n.
func split(sec *ristretto255.Scalar, threshold, n int) []*ristretto255.Scalar {
	polynomial := []*ristretto255.Scalar{sec}
	for len(polynomial) < threshold {
		polynomial = append(polynomial, randomScalar())
	}
	shares := make([]*ristretto255.Scalar, n)
	for i := range shares {
		shares[i] = valueAt(polynomial, smallScalar(i+1))
	}
	return shares
}

func valueAt(polynomial []*ristretto255.Scalar, x *ristretto255.Scalar) *ristretto255.Scalar {
	y := ristretto255.NewScalar()
	for i := len(polynomial) - 1; i >= 0; i-- {
		y.Multiply(y, x)
		y.Add(y, polynomial[i])
	}
	return y
}

// lagrange returns each index's weight at 0. The indices must differ from each other.
func lagrange(indices []int) []*ristretto255.Scalar {
	weights := make([]*ristretto255.Scalar, len(indices))
	for i, own := range indices {
		above, below := smallScalar(1), smallScalar(1)
		for _, other := range indices {
			if other == own {
				continue
			}
			x := smallScalar(other)
			above.Multiply(above, x)
			below.Multiply(below, ristretto255.NewScalar().Subtract(x, smallScalar(own)))
		}
		weights[i] = above.Multiply(above, below.Invert(below))
	}
	return weights
}

// combineScalars is the secret behind the shares with the given indices.
func combineScalars(indices []int, shares []*ristretto255.Scalar) *ristretto255.Scalar {
	sum := ristretto255.NewScalar()
	for i, weight := range lagrange(indices) {
		sum.Add(sum, weight.Multiply(weight, shares[i]))
	}
	return sum
}

// combinePoints is the same for shares that were multiplied with a point.
func combinePoints(indices []int, shares []*ristretto255.Element) *ristretto255.Element {
	return ristretto255.NewIdentityElement().MultiScalarMult(lagrange(indices), shares)
}
