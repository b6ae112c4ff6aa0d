package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"math/big"
	"slices"

	"github.com/gtank/ristretto255"
)

// spoiledCases are recoveries that a client must give up, each for one reason. Where one
// realm is enough there is one.
func spoiledCases() (all []*vector) {
	refused := func(name, expect, comment string, w *world, s script) *vector {
		v := w.build().recover(name, expect, comment, s)
		all = append(all, v)
		return v
	}
	left := func(n int, v *vector) { v.Left = &n }
	one := func() *world { return newWorld(1, 1) }
	// In these some answer of the phase is another one.
	instead := func(phase int, b []byte) script {
		return script{last: phase, change: func(p, _ int, x *exchange) {
			if p == phase {
				x.Answer = b
			}
		}}
	}
	fields := func(phase int, change func(pairs) pairs) script {
		return script{last: phase, fields: func(p, _ int, f pairs) pairs {
			if p == phase {
				return change(f)
			}
			return f
		}}
	}
	set := func(phase int, value any, path ...string) script {
		return fields(phase, func(p pairs) pairs { return p.with(value, path...) })
	}
	flipped := func(phase int, path ...string) script {
		return fields(phase, func(p pairs) pairs { return p.with(flip(p, path...), path...) })
	}
	status := func(phase, status int) script {
		return script{last: phase, change: func(p, _ int, x *exchange) {
			if p == phase {
				x.Status, x.Answer = status, nil
			}
		}}
	}

	// What stands in HTTP.
	for code, expect := range map[int]string{401: "unauthorized", 426: "upgrade", 400: "refused", 413: "refused", 500: "unreachable", 302: "unreachable", 404: "unreachable", 204: "message"} {
		refused("http_"+itoa(code), expect, "the realm answers with that status", one(), status(1, code))
	}
	busy := status(1, 429)
	silent := busy.change
	busy.change = func(p, i int, x *exchange) { silent(p, i, x); x.RetryAfter = "70" }
	refused("http_429", "busy", "the realm asks to wait 70 seconds", one(), busy).Wait = 70
	refused("http_500_after_guess", "unreachable", "no answer to Recover2: the guess may be spent, and it is not sent again", one(), status(2, 500))

	// Recover1
	refused("not_registered", "not registered", "the realm has no record", one(), instead(1, answer("Recover1", "NotRegistered", nil)))
	left(0, refused("no_guesses", "wrong PIN", "no guess is left", one(), instead(1, answer("Recover1", "NoGuesses", nil))))
	refused("versions_differ", "not registered", "both realms are needed and have different registrations", newWorld(2, 2), script{last: 1, fields: func(_, i int, p pairs) pairs {
		if i == 2 {
			return p.with(made("other version")[:16], "version")
		}
		return p
	}})
	refused("answer_to_another", "message", "an answer to Delete", one(), instead(1, answer("Delete", "Ok", nil)))
	refused("answer_empty", "message", "an answer without a byte", one(), instead(1, nil))
	refused("answer_too_large", "message", "an answer of 4097 bytes", one(), fields(1, func(p pairs) pairs {
		return append(p, pair{"x", make([]byte, 4097-len(answer("Recover1", "Ok", append(p, pair{"x", make([]byte, 300)})))+300)})
	}))

	// Recover2
	refused("evaluated_version_mismatch", "status", "the registration has changed since Recover1", one(), instead(2, answer("Recover2", "VersionMismatch", nil)))
	refused("evaluated_not_registered", "not registered", "the record was deleted since Recover1", one(), instead(2, answer("Recover2", "NotRegistered", nil)))
	left(0, refused("evaluated_no_guesses", "wrong PIN", "the last guess was spent since Recover1", one(), instead(2, answer("Recover2", "NoGuesses", nil))))
	refused("evaluated_without_proof", "message", "an answer without its proof", one(), fields(2, func(p pairs) pairs { return p.without("oprf_proof") }))

	key := func(realm int, point []byte, signer ed25519.PrivateKey) script {
		return set(2, signedKey(realm, point, signer), "oprf_signed_public_key")
	}
	good := one().build().records[0].at("oprf_signed_public_key").value.(pairs)
	publicKey, signature := good.at("public_key").value.([]byte), good.at("signature").value.([]byte)
	refused("signature_changed", "signature", "one bit of the signature is another", one(), flipped(2, "oprf_signed_public_key", "signature"))
	refused("signature_of_another_realm", "signature", "signed for the realm with the next id", one(), key(2, publicKey, madeKey("signer")))
	refused("signature_key_changed", "signature", "another key is said to have signed", one(), set(2, public(madeKey("another signer")), "oprf_signed_public_key", "verifying_key"))
	refused("signature_not_reduced", "signature", "the second half of the signature is not less than the order", one(), set(2, append(bytes.Clone(signature[:32]), plusOrder(signature[32:])...), "oprf_signed_public_key", "signature"))
	refused("signature_small_key", "signature", "a verifying key of small order, under which this signature fits every message", one(),
		set(2, pairs{{"public_key", publicKey}, {"verifying_key", identityKey}, {"signature", append(bytes.Clone(identityKey), make([]byte, 32)...)}}, "oprf_signed_public_key"))

	refused("signature_small_nonce", "signature", "R of small order, in a signature that holds otherwise", one(),
		set(2, pairs{{"public_key", publicKey}, {"verifying_key", public(madeKey("signer"))}, {"signature", smallNonce(madeKey("signer"), lp2(realmID(1), publicKey))}}, "oprf_signed_public_key"))

	refused("proof_challenge", "proof", "another challenge", one(), flipped(2, "oprf_proof", "c"))
	refused("proof_response", "proof", "another response", one(), flipped(2, "oprf_proof", "beta_z"))
	refused("proof_result", "proof", "another result than the one proved", one(), set(2, base(small(7)).Encode(nil), "oprf_blinded_result"))
	refused("proof_public_key", "proof", "a public key, well signed, of another share", one(), key(1, base(small(7)).Encode(nil), madeKey("signer")))
	refused("proof_for_another_input", "proof", "result and proof of another blinded input", one(), fields(2, func(p pairs) pairs {
		result, c, z := prove(one().build().keys.at(1), small(5), base(small(7)))
		return p.with(result.Encode(nil), "oprf_blinded_result").with(pairs{{"c", c.Encode(nil)}, {"beta_z", z.Encode(nil)}}, "oprf_proof")
	}))

	identity, over := make([]byte, 32), bytes.Repeat([]byte{0xff}, 32)
	refused("result_identity", "group", "the result is the identity", one(), set(2, identity, "oprf_blinded_result"))
	refused("result_no_point", "group", "the result is no point", one(), set(2, over, "oprf_blinded_result"))
	refused("result_odd", "group", "the result is the negative encoding of a point", one(), set(2, append([]byte{1}, make([]byte, 31)...), "oprf_blinded_result"))
	refused("public_key_identity", "group", "the public key, well signed, is the identity", one(), key(1, identity, madeKey("signer")))
	refused("public_key_no_point", "group", "the public key, well signed, is no point", one(), key(1, over, madeKey("signer")))
	for _, name := range []string{"c", "beta_z"} {
		refused("proof_"+name+"_not_reduced", "group", "a scalar that is not less than the order", one(), fields(2, func(p pairs) pairs {
			return p.with(plusOrder(p.at("oprf_proof", name).value.([]byte)), "oprf_proof", name)
		}))
		refused("proof_"+name+"_zero", "group", "a scalar that is zero", one(), set(2, identity, "oprf_proof", name))
	}

	refused("count", "count", "more guesses spent than there are", one(), set(2, 11, "guess_count"))
	second := func(phase int, change func(pairs) pairs) script {
		return script{last: phase, fields: func(p, i int, f pairs) pairs {
			if p == phase && i == 2 {
				return change(f)
			}
			return f
		}}
	}
	refused("commitments_differ", "disagree", "both realms are needed and have different commitments", newWorld(2, 2),
		second(2, func(p pairs) pairs { return p.with(flip(p, "unlock_key_commitment"), "unlock_key_commitment") }))
	refused("signers_differ", "disagree", "both realms are needed and their keys are signed by different keys", newWorld(2, 2),
		second(2, func(p pairs) pairs {
			point := p.at("oprf_signed_public_key", "public_key").value.([]byte)
			return p.with(signedKey(2, point, madeKey("another signer")), "oprf_signed_public_key")
		}))

	// The PIN
	w := one()
	w.typed = "271829"
	left(9, refused("wrong_pin", "wrong PIN", "another PIN", w, script{last: 2}))
	w = one()
	w.typed = "271828 "
	left(9, refused("pin_not_trimmed", "wrong PIN", "the PIN with a space behind it is another PIN", w, script{last: 2}))
	w = newWorld(2, 3)
	w.typed = "271829"
	left(6, refused("wrong_pin_fewest_left", "wrong PIN", "the fewest guesses left count", w, script{last: 2, spent: map[int]int{2: 4}}))
	left(9, refused("commitment_changed", "wrong PIN", "another commitment than the one registered looks like a wrong PIN", one(), flipped(2, "unlock_key_commitment")))
	for name, change := range map[string]func(*world){
		"address": func(w *world) { w.address = func(int) string { return "https://relay.example/" } },
		"guesses": func(w *world) { w.guesses = 9 },
	} {
		honest := one().build()
		w := one()
		change(w)
		w.stanza, w.info = w.makeStanza(), honest.info
		w.guesses = 10
		left(9, refused("stanza_"+name, "wrong PIN", "the stanza was changed after the registration: the right PIN is a wrong one, and no share is asked for", w, script{last: 2}))
	}

	// Recover3
	left(9, refused("bad_tag", "wrong PIN", "the realm does not know the tag", one(), instead(3, encode(pairs{{"Recover3", pairs{{"BadUnlockKeyTag", pairs{{"guesses_remaining", 9}}}}}}))))
	refused("part_version_mismatch", "status", "the registration has changed since Recover2", one(), instead(3, answer("Recover3", "VersionMismatch", nil)))
	refused("part_not_registered", "not registered", "the record was deleted since Recover2", one(), instead(3, answer("Recover3", "NotRegistered", nil)))
	left(0, refused("part_no_guesses", "wrong PIN", "the record was wiped since Recover2", one(), instead(3, answer("Recover3", "NoGuesses", nil))))
	refused("part_share", "part", "another share than the one registered", one(), flipped(3, "encryption_key_scalar_share"))
	refused("part_secret", "part", "another encrypted secret than the one registered", one(), flipped(3, "encrypted_secret"))
	refused("part_commitment", "part", "another commitment", one(), flipped(3, "encrypted_secret_commitment"))
	tied := func(realm int, change func(share, sealed []byte) ([]byte, []byte)) func(pairs) pairs {
		return func(p pairs) pairs {
			share, sealed := change(p.at("encryption_key_scalar_share").value.([]byte), p.at("encrypted_secret").value.([]byte))
			return pairs{{"encryption_key_scalar_share", share}, {"encrypted_secret", sealed}, {"encrypted_secret_commitment", one().build().tie(realm, share, sealed)}}
		}
	}
	same := func(share, sealed []byte) ([]byte, []byte) { return share, sealed }
	refused("part_of_another_realm", "part", "the commitment is for the realm with the next id", one(), fields(3, tied(2, same)))
	refused("share_not_reduced", "group", "a share that is not less than the order, with its commitment", one(), fields(3, tied(1, func(share, sealed []byte) ([]byte, []byte) { return plusOrder(share), sealed })))
	refused("share_zero", "group", "a share that is zero, with its commitment", one(), fields(3, tied(1, func(_, sealed []byte) ([]byte, []byte) { return make([]byte, 32), sealed })))
	refused("secret_changed", "secret", "an encrypted secret that was changed, with its commitment", one(), fields(3, tied(1, func(share, sealed []byte) ([]byte, []byte) {
		sealed = bytes.Clone(sealed)
		sealed[144] ^= 1
		return share, sealed
	})))
	refused("secret_other_share", "secret", "a share that does not lead to the key, with its commitment", one(), fields(3, tied(1, func(_, sealed []byte) ([]byte, []byte) { return small(7).Encode(nil), sealed })))
	w = one()
	w.length = 129
	refused("secret_length", "secret", "the decrypted secret says that it has 129 bytes", w, script{last: 3})
	w = newWorld(2, 2)
	refused("secrets_differ", "disagree", "both realms are needed and have different encrypted secrets, each with its commitment", w, second(3, func(p pairs) pairs {
		sealed := flip(p, "encrypted_secret")
		return p.with(sealed, "encrypted_secret").with(w.tie(2, p.at("encryption_key_scalar_share").value.([]byte), sealed), "encrypted_secret_commitment")
	}))
	return all
}

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
	a := ristretto255.NewScalar().FromUniformBytes(append(h[:32:32], make([]byte, 32)...))
	k := sha512.Sum512(join(identityKey, public(key), message))
	s := ristretto255.NewScalar().FromUniformBytes(k[:])
	return append(bytes.Clone(identityKey), s.Multiply(s, a).Encode(nil)...)
}
