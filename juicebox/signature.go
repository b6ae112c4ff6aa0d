package juicebox

import (
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"errors"
)

var errSignature = errors.New("the realm's public key is not signed")

// signPublicKey signs a realm's public share with the key of one registration.
func signPublicKey(key ed25519.PrivateKey, realm RealmID, public Point) (k SignedPublicKey) {
	k.PublicKey = public
	copy(k.VerifyingKey[:], key.Public().(ed25519.PublicKey))
	copy(k.Signature[:], ed25519.Sign(key, signedMessage(realm, public)))
	return k
}

// verify checks the signature strictly: a key or nonce of small order, with which one
// signature would fit many messages, is refused as the published client does.
func (k *SignedPublicKey) verify(realm RealmID) error {
	message := signedMessage(realm, k.PublicKey)
	if smallOrder([32]byte(k.Signature[:32])) || smallOrder(k.VerifyingKey) ||
		!ed25519.Verify(k.VerifyingKey[:], message, k.Signature[:]) {
		return errSignature
	}
	return nil
}

// signedMessage is both parts, each after its length in two bytes, big endian.
func signedMessage(realm RealmID, public Point) (b []byte) {
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(realm))), realm[:]...)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(public))), public[:]...)
}

// smallOrders are the encodings of the points of edwards25519 of order 1, 2, 4 and 8,
// without the sign bit; the last two are not reduced but are decoded all the same.
var smallOrders = func() (all [7][32]byte) {
	for i, s := range [...]string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		hex.Decode(all[i][:], []byte(s))
	}
	return all
}()

func smallOrder(point [32]byte) bool {
	point[31] &= 0x7f
	for _, small := range smallOrders {
		if point == small {
			return true
		}
	}
	return false
}
