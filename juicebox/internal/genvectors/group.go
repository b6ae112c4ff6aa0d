package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"

	"github.com/gtank/ristretto255"
	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/blake2s"
	"golang.org/x/crypto/chacha20poly1305"
)

type (
	scalar = *ristretto255.Scalar
	point  = *ristretto255.Element
)

// made is 32 bytes that follow from a name; the names of the backup file's vectors too.
func made(name string) []byte {
	h := sha256.Sum256([]byte("cloudseed test vector: " + name))
	return h[:]
}

func madeScalar(name string) scalar {
	h := sha512.Sum512([]byte("cloudseed test vector: " + name))
	return scalarOf(h[:])
}

// scalarOf reduces 64 bytes.
func scalarOf(uniform []byte) scalar {
	s, err := ristretto255.NewScalar().SetUniformBytes(uniform)
	if err != nil {
		panic(err) // they are not 64
	}
	return s
}

func madeKey(name string) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(made(name)) }

func public(key ed25519.PrivateKey) []byte { return key.Public().(ed25519.PublicKey) }

func small(n int) scalar {
	s, err := ristretto255.NewScalar().SetCanonicalBytes(append([]byte{byte(n)}, make([]byte, 31)...))
	if err != nil {
		panic(err) // below 256 all are canonical
	}
	return s
}

func base(s scalar) point           { return ristretto255.NewIdentityElement().ScalarBaseMult(s) }
func times(s scalar, p point) point { return ristretto255.NewIdentityElement().ScalarMult(s, p) }

func toGroup(input []byte) point {
	h := sha512.Sum512(input)
	p, err := ristretto255.NewIdentityElement().SetUniformBytes(h[:])
	if err != nil {
		panic(err) // SHA-512 gives 64 bytes
	}
	return p
}

// A polynomial shares its value at 0.
type polynomial []scalar

func madePolynomial(name string, threshold int) (p polynomial) {
	for i := range threshold {
		p = append(p, madeScalar(name+" "+string(rune('0'+i))))
	}
	return p
}

func (p polynomial) at(x int) scalar {
	y := ristretto255.NewScalar()
	for i := len(p) - 1; i >= 0; i-- {
		y.Multiply(y, small(x))
		y.Add(y, p[i])
	}
	return y
}

// lp joins parts, each behind its length in four bytes.
func lp(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...)
	}
	return b
}

// lp2 is the same with two bytes.
func lp2(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(p))), p...)
	}
	return b
}

func stretch(pin []byte, hashing string, version, info []byte) (accessKey, seed []byte) {
	passes, kib := uint32(32), uint32(16<<10)
	if hashing == "FastInsecure" {
		passes, kib = 1, 8
	}
	b := argon2.IDKey(pin, lp(version, info), passes, kib, 1, 64)
	return b[:32], b[32:]
}

func oprfOutput(accessKey []byte, product point) []byte {
	h := sha512.Sum512(join([]byte("Juicebox_OPRF_2023_1;"), accessKey, product.Bytes()))
	return h[:]
}

func mac(size int, key []byte, parts ...[]byte) []byte {
	var h hash.Hash
	if size == 16 {
		h, _ = blake2s.New128(key)
	} else {
		h, _ = blake2s.New256(key)
	}
	h.Write(lp(parts...))
	return h.Sum(nil)
}

// seal pads and encrypts; the length byte may lie.
func seal(key []byte, length byte, secret []byte) []byte {
	padded := make([]byte, 129)
	padded[0] = length
	copy(padded[1:], secret)
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		panic(err)
	}
	return aead.Seal(nil, make([]byte, 12), padded, nil)
}

// prove makes the proof that w = k·u, with the random scalar t.
func prove(k, t scalar, u point) (w point, c, z scalar) {
	w = times(k, u)
	h := sha512.New()
	h.Write([]byte("Juicebox_DLEQ_2023_1;"))
	for _, p := range []point{u, base(k), w, base(t), times(t, u)} {
		h.Write(p.Bytes())
	}
	c = scalarOf(h.Sum(nil))
	z = ristretto255.NewScalar().Multiply(k, c)
	return w, c, z.Add(z, t)
}
