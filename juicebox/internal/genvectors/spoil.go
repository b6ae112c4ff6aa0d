package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"math/big"
	"slices"
)

// A spoiler collects recoveries that fail.
type spoiler struct{ all []*vector }

func (s *spoiler) refused(name, expect, comment string, w *world, how script) *vector {
	v := w.build().recover(name, expect, comment, how)
	s.all = append(s.all, v)
	return v
}

func left(n int, v *vector) { v.Left = &n }

func one() *world { return newWorld(1, 1) }

// instead gives another answer in one phase, the last.
func instead(phase int, b []byte) script {
	return script{last: phase, change: func(p, _ int, x *exchange) {
		if p == phase {
			x.Answer = b
		}
	}}
}

// status gives another status of HTTP, and no answer.
func status(phase, status int) script {
	return script{last: phase, change: func(p, _ int, x *exchange) {
		if p == phase {
			x.Status, x.Answer = status, nil
		}
	}}
}

// onFields changes the fields of an answer.
func onFields(phase int, change func(pairs) pairs) script {
	return script{last: phase, fields: func(p, _ int, f pairs) pairs {
		if p == phase {
			return change(f)
		}
		return f
	}}
}

// second does it at the second realm only.
func second(phase int, change func(pairs) pairs) script {
	return script{last: phase, fields: func(p, i int, f pairs) pairs {
		if p == phase && i == 2 {
			return change(f)
		}
		return f
	}}
}

func set(phase int, value any, path ...string) script {
	return onFields(phase, func(p pairs) pairs { return p.with(value, path...) })
}

func flipped(phase int, path ...string) script {
	return onFields(phase, func(p pairs) pairs { return p.with(flip(p, path...), path...) })
}

// signedBy is another public key, signed for a realm.
func signedBy(realm int, point []byte, signer ed25519.PrivateKey) script {
	return set(2, signedKey(realm, point, signer), "oprf_signed_public_key")
}

// tied changes a part of the secret, and makes the commitment that belongs to the change.
func tied(realm int, change func(share, sealed []byte) ([]byte, []byte)) func(pairs) pairs {
	return func(p pairs) pairs {
		share, sealed := change(p.at("encryption_key_scalar_share").value.([]byte), p.at("encrypted_secret").value.([]byte))
		return pairs{{"encryption_key_scalar_share", share}, {"encrypted_secret", sealed}, {"encrypted_secret_commitment", one().build().tie(realm, share, sealed)}}
	}
}

func same(share, sealed []byte) ([]byte, []byte) { return share, sealed }

var identity, over = make([]byte, 32), bytes.Repeat([]byte{0xff}, 32)

var identityKey = append([]byte{1}, make([]byte, 31)...)

// plusOrder adds the order of the group, 2^252 + 27742317777372353535851937790883648493, to
// a little-endian number.
func plusOrder(b []byte) []byte {
	order, _ := new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
	number := bytes.Clone(b)
	slices.Reverse(number)
	n := new(big.Int).SetBytes(number)
	out := n.Add(n, order).FillBytes(make([]byte, 32))
	slices.Reverse(out)
	return out
}

func itoa(n int) string { return string(mustJSON(n)) }

// smallNonce signs with the nonce zero, so that R is the identity. (The groups of Ed25519 and
// ristretto255 have the same order.)
func smallNonce(key ed25519.PrivateKey, message []byte) []byte {
	h := sha512.Sum512(key.Seed())
	h[0] &= 248
	h[31] = h[31]&127 | 64
	a := scalarOf(append(h[:32:32], make([]byte, 32)...))
	k := sha512.Sum512(join(identityKey, public(key), message))
	s := scalarOf(k[:])
	return append(bytes.Clone(identityKey), s.Multiply(s, a).Bytes()...)
}
