package main

import "bytes"

// spoiledCases are recoveries that a client must give up, each for one reason. Where one
// realm is enough there is one.
func spoiledCases() []*vector {
	var s spoiler
	s.http()
	s.found()
	s.evaluated()
	s.signatures()
	s.proofs()
	s.group()
	s.agreement()
	s.wrongPINs()
	s.parts()
	s.ties()
	return s.all
}

// http is what stands in the status of HTTP.
func (s *spoiler) http() {
	for code, expect := range map[int]string{401: "unauthorized", 426: "upgrade", 400: "refused", 413: "refused", 500: "unreachable", 302: "unreachable", 404: "unreachable", 204: "message"} {
		s.refused("http_"+itoa(code), expect, "the realm answers with that status", one(), status(1, code))
	}
	busy := status(1, 429)
	silent := busy.change
	busy.change = func(p, i int, x *exchange) { silent(p, i, x); x.RetryAfter = "70" }
	s.refused("http_429", "busy", "the realm asks to wait 70 seconds", one(), busy).Wait = 70
	s.refused("http_500_after_guess", "unreachable", "no answer to Recover2: the guess may be spent, and it is not sent again", one(), status(2, 500))
}

// found is what Recover1 is answered.
func (s *spoiler) found() {
	s.refused("not_registered", "not registered", "the realm has no record", one(), instead(1, answer("Recover1", "NotRegistered", nil)))
	left(0, s.refused("no_guesses", "wrong PIN", "no guess is left", one(), instead(1, answer("Recover1", "NoGuesses", nil))))
	s.refused("versions_differ", "not registered", "both realms are needed and have different registrations", newWorld(2, 2), script{last: 1, fields: func(_, i int, p pairs) pairs {
		if i == 2 {
			return p.with(made("other version")[:16], "version")
		}
		return p
	}})
	s.refused("answer_to_another", "message", "an answer to Delete", one(), instead(1, answer("Delete", "Ok", nil)))
	s.refused("answer_empty", "message", "an answer without a byte", one(), instead(1, nil))
	s.refused("answer_too_large", "message", "an answer of 4097 bytes", one(), onFields(1, func(p pairs) pairs {
		return append(p, pair{"x", make([]byte, 4097-len(answer("Recover1", "Ok", append(p, pair{"x", make([]byte, 300)})))+300)})
	}))
}

// evaluated is what Recover2 is answered, beside its fields.
func (s *spoiler) evaluated() {
	s.refused("evaluated_version_mismatch", "status", "the registration has changed since Recover1", one(), instead(2, answer("Recover2", "VersionMismatch", nil)))
	s.refused("evaluated_not_registered", "not registered", "the record was deleted since Recover1", one(), instead(2, answer("Recover2", "NotRegistered", nil)))
	left(0, s.refused("evaluated_no_guesses", "wrong PIN", "the last guess was spent since Recover1", one(), instead(2, answer("Recover2", "NoGuesses", nil))))
	s.refused("evaluated_without_proof", "message", "an answer without its proof", one(), onFields(2, func(p pairs) pairs { return p.without("oprf_proof") }))
}

// signatures are those of a realm's public key.
func (s *spoiler) signatures() {
	good := one().build().records[0].at("oprf_signed_public_key").value.(pairs)
	publicKey, signature := good.at("public_key").value.([]byte), good.at("signature").value.([]byte)
	s.refused("signature_changed", "signature", "one bit of the signature is another", one(), flipped(2, "oprf_signed_public_key", "signature"))
	s.refused("signature_of_another_realm", "signature", "signed for the realm with the next id", one(), signedBy(2, publicKey, madeKey("signer")))
	s.refused("signature_key_changed", "signature", "another key is said to have signed", one(), set(2, public(madeKey("another signer")), "oprf_signed_public_key", "verifying_key"))
	s.refused("signature_not_reduced", "signature", "the second half of the signature is not less than the order", one(), set(2, append(bytes.Clone(signature[:32]), plusOrder(signature[32:])...), "oprf_signed_public_key", "signature"))
	s.refused("signature_small_key", "signature", "a verifying key of small order, under which this signature fits every message", one(),
		set(2, pairs{{"public_key", publicKey}, {"verifying_key", identityKey}, {"signature", append(bytes.Clone(identityKey), make([]byte, 32)...)}}, "oprf_signed_public_key"))

	s.refused("signature_small_nonce", "signature", "R of small order, in a signature that holds otherwise", one(),
		set(2, pairs{{"public_key", publicKey}, {"verifying_key", public(madeKey("signer"))}, {"signature", smallNonce(madeKey("signer"), lp2(realmID(1), publicKey))}}, "oprf_signed_public_key"))
}

// proofs are those of the evaluation.
func (s *spoiler) proofs() {
	s.refused("proof_challenge", "proof", "another challenge", one(), flipped(2, "oprf_proof", "c"))
	s.refused("proof_response", "proof", "another response", one(), flipped(2, "oprf_proof", "beta_z"))
	s.refused("proof_result", "proof", "another result than the one proved", one(), set(2, base(small(7)).Bytes(), "oprf_blinded_result"))
	s.refused("proof_public_key", "proof", "a public key, well signed, of another share", one(), signedBy(1, base(small(7)).Bytes(), madeKey("signer")))
	s.refused("proof_for_another_input", "proof", "result and proof of another blinded input", one(), onFields(2, func(p pairs) pairs {
		result, c, z := prove(one().build().keys.at(1), small(5), base(small(7)))
		return p.with(result.Bytes(), "oprf_blinded_result").with(pairs{{"c", c.Bytes()}, {"beta_z", z.Bytes()}}, "oprf_proof")
	}))
}

// group has points and scalars that are none.
func (s *spoiler) group() {
	s.refused("result_identity", "group", "the result is the identity", one(), set(2, identity, "oprf_blinded_result"))
	s.refused("result_no_point", "group", "the result is no point", one(), set(2, over, "oprf_blinded_result"))
	s.refused("result_odd", "group", "the result is the negative encoding of a point", one(), set(2, append([]byte{1}, make([]byte, 31)...), "oprf_blinded_result"))
	s.refused("public_key_identity", "group", "the public key, well signed, is the identity", one(), signedBy(1, identity, madeKey("signer")))
	s.refused("public_key_no_point", "group", "the public key, well signed, is no point", one(), signedBy(1, over, madeKey("signer")))
	for _, name := range []string{"c", "beta_z"} {
		s.refused("proof_"+name+"_not_reduced", "group", "a scalar that is not less than the order", one(), onFields(2, func(p pairs) pairs {
			return p.with(plusOrder(p.at("oprf_proof", name).value.([]byte)), "oprf_proof", name)
		}))
		s.refused("proof_"+name+"_zero", "group", "a scalar that is zero", one(), set(2, identity, "oprf_proof", name))
	}
}

// agreement is counts, and realms that are good one by one.
func (s *spoiler) agreement() {
	s.refused("count", "count", "more guesses spent than there are", one(), set(2, 11, "guess_count"))
	s.refused("commitments_differ", "disagree", "both realms are needed and have different commitments", newWorld(2, 2),
		second(2, func(p pairs) pairs { return p.with(flip(p, "unlock_key_commitment"), "unlock_key_commitment") }))
	s.refused("signers_differ", "disagree", "both realms are needed and their keys are signed by different keys", newWorld(2, 2),
		second(2, func(p pairs) pairs {
			point := p.at("oprf_signed_public_key", "public_key").value.([]byte)
			return p.with(signedKey(2, point, madeKey("another signer")), "oprf_signed_public_key")
		}))
}

// wrongPINs are PINs and stanzas that were not registered.
func (s *spoiler) wrongPINs() {
	w := one()
	w.typed = "271829"
	left(9, s.refused("wrong_pin", "wrong PIN", "another PIN", w, script{last: 2}))
	w = one()
	w.typed = "271828 "
	left(9, s.refused("pin_not_trimmed", "wrong PIN", "the PIN with a space behind it is another PIN", w, script{last: 2}))
	w = newWorld(2, 3)
	w.typed = "271829"
	left(6, s.refused("wrong_pin_fewest_left", "wrong PIN", "the fewest guesses left count", w, script{last: 2, spent: map[int]int{2: 4}}))
	left(9, s.refused("commitment_changed", "wrong PIN", "another commitment than the one registered looks like a wrong PIN", one(), flipped(2, "unlock_key_commitment")))
	for name, change := range map[string]func(*world){
		"address": func(w *world) { w.address = func(int) string { return "https://relay.example/" } },
		"guesses": func(w *world) { w.guesses = 9 },
	} {
		honest := one().build()
		w := one()
		change(w)
		w.stanza, w.info = w.makeStanza(), honest.info
		w.guesses = 10
		left(9, s.refused("stanza_"+name, "wrong PIN", "the stanza was changed after the registration: the right PIN is a wrong one, and no share is asked for", w, script{last: 2}))
	}
}

// parts are the answers to Recover3.
func (s *spoiler) parts() {
	left(9, s.refused("bad_tag", "wrong PIN", "the realm does not know the tag", one(), instead(3, encode(pairs{{"Recover3", pairs{{"BadUnlockKeyTag", pairs{{"guesses_remaining", 9}}}}}}))))
	s.refused("part_version_mismatch", "status", "the registration has changed since Recover2", one(), instead(3, answer("Recover3", "VersionMismatch", nil)))
	s.refused("part_not_registered", "not registered", "the record was deleted since Recover2", one(), instead(3, answer("Recover3", "NotRegistered", nil)))
	left(0, s.refused("part_no_guesses", "wrong PIN", "the record was wiped since Recover2", one(), instead(3, answer("Recover3", "NoGuesses", nil))))
	s.refused("part_share", "part", "another share than the one registered", one(), flipped(3, "encryption_key_scalar_share"))
	s.refused("part_secret", "part", "another encrypted secret than the one registered", one(), flipped(3, "encrypted_secret"))
	s.refused("part_commitment", "part", "another commitment", one(), flipped(3, "encrypted_secret_commitment"))
}

// ties are parts whose commitment is that of other parts, or of bad ones.
func (s *spoiler) ties() {
	s.refused("part_of_another_realm", "part", "the commitment is for the realm with the next id", one(), onFields(3, tied(2, same)))
	s.refused("share_not_reduced", "group", "a share that is not less than the order, with its commitment", one(), onFields(3, tied(1, func(share, sealed []byte) ([]byte, []byte) { return plusOrder(share), sealed })))
	s.refused("share_zero", "group", "a share that is zero, with its commitment", one(), onFields(3, tied(1, func(_, sealed []byte) ([]byte, []byte) { return make([]byte, 32), sealed })))
	s.refused("secret_changed", "secret", "an encrypted secret that was changed, with its commitment", one(), onFields(3, tied(1, func(share, sealed []byte) ([]byte, []byte) {
		sealed = bytes.Clone(sealed)
		sealed[144] ^= 1
		return share, sealed
	})))
	s.refused("secret_other_share", "secret", "a share that does not lead to the key, with its commitment", one(), onFields(3, tied(1, func(_, sealed []byte) ([]byte, []byte) { return small(7).Bytes(), sealed })))
	w := one()
	w.length = 129
	s.refused("secret_length", "secret", "the decrypted secret says that it has 129 bytes", w, script{last: 3})
	w = newWorld(2, 2)
	s.refused("secrets_differ", "disagree", "both realms are needed and have different encrypted secrets, each with its commitment", w, second(3, func(p pairs) pairs {
		sealed := flip(p, "encrypted_secret")
		return p.with(sealed, "encrypted_secret").with(w.tie(2, p.at("encryption_key_scalar_share").value.([]byte), sealed), "encrypted_secret_commitment")
	}))
}
