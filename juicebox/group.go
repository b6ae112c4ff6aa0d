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
	e := ristretto255.NewElement()
	if err := e.Decode(p[:]); err != nil || p == (Point{}) {
		return nil, errPoint // the identity is 32 zero bytes
	}
	return e, nil
}

func (s Scalar) decode() (*ristretto255.Scalar, error) {
	x := ristretto255.NewScalar()
	if err := x.Decode(s[:]); err != nil || x.Equal(ristretto255.NewScalar()) == 1 {
		return nil, errScalar
	}
	return x, nil
}

func encodePoint(e *ristretto255.Element) (p Point) {
	e.Encode(p[:0])
	return p
}

func encodeScalar(x *ristretto255.Scalar) (s Scalar) {
	x.Encode(s[:0])
	return s
}

// randomScalar is uniform; zero would take 2^252 tries.
func randomScalar() *ristretto255.Scalar {
	var b [64]byte
	rand.Read(b[:]) // never fails: it ends the program instead (Go 1.24)
	defer clear(b[:])
	return ristretto255.NewScalar().FromUniformBytes(b[:])
}

// smallScalar is n as a scalar.
func smallScalar(n int) *ristretto255.Scalar {
	x := ristretto255.NewScalar()
	b := Scalar{byte(n), byte(n >> 8)}
	if err := x.Decode(b[:]); err != nil {
		panic(err) // below 2^16 it is canonical
	}
	return x
}
