package juicebox

import (
	"crypto/rand"
	"errors"

	"github.com/gtank/ristretto255"
)

// The group is ristretto255 (RFC 9496): points and scalars are 32 bytes, each with
// exactly one valid encoding.

var (
	errPoint  = errors.New("not a canonical point other than the identity")
	errScalar = errors.New("not a canonical scalar other than zero")
)

// CheckPoint tells whether p is the encoding of a point other than the identity.
func CheckPoint(p Point) error {
	_, err := p.decode()
	return err
}

// CheckScalar tells whether s is the encoding of a scalar other than zero.
func CheckScalar(s Scalar) error {
	_, err := s.decode()
	return err
}

func (p Point) decode() (*ristretto255.Element, error) {
	e, err := ristretto255.NewIdentityElement().SetCanonicalBytes(p[:])
	if err != nil || p == (Point{}) {
		return nil, errPoint // the identity is 32 zero bytes
	}
	return e, nil
}

func (s Scalar) decode() (*ristretto255.Scalar, error) {
	x, err := ristretto255.NewScalar().SetCanonicalBytes(s[:])
	if err != nil || x.Equal(ristretto255.NewScalar()) == 1 {
		return nil, errScalar
	}
	return x, nil
}

func encodePoint(e *ristretto255.Element) Point { return Point(e.Bytes()) }

func encodeScalar(x *ristretto255.Scalar) Scalar { return Scalar(x.Bytes()) }

// randomScalar is uniform; zero would take 2^252 tries.
func randomScalar() *ristretto255.Scalar {
	var b [64]byte
	rand.Read(b[:]) // never fails: it ends the program instead (Go 1.24)
	defer clear(b[:])
	return uniformScalar(b[:])
}

// uniformScalar reduces 64 random bytes.
func uniformScalar(b []byte) *ristretto255.Scalar {
	x, err := ristretto255.NewScalar().SetUniformBytes(b)
	if err != nil {
		panic(err) // of 64 bytes there is always one
	}
	return x
}

// smallScalar is n as a scalar.
func smallScalar(n int) *ristretto255.Scalar {
	b := Scalar{byte(n), byte(n >> 8)}
	x, err := ristretto255.NewScalar().SetCanonicalBytes(b[:])
	if err != nil {
		panic(err) // below 2^16 it is canonical
	}
	return x
}
