package juicebox

// On the wire a message without fields is a CBOR text, one with fields is a map of one
// entry from its name to a map of its fields. Each message lists its fields once, in
// the order of the published client; encoding and decoding both walk that list.
type (
	field struct {
		name  string
		value any // []byte of exact length, *uint16 or fields
	}
	fields []field
)

func (k *SignedPublicKey) fields() fields {
	return fields{{"public_key", k.PublicKey[:]}, {"verifying_key", k.VerifyingKey[:]}, {"signature", k.Signature[:]}}
}

func (p *Proof) fields() fields {
	return fields{{"c", p.C[:]}, {"beta_z", p.BetaZ[:]}}
}

func (m *Register2) fields() fields {
	return fields{
		{"version", m.Version[:]},
		{"oprf_private_key", m.OPRFPrivateKey[:]},
		{"oprf_signed_public_key", m.OPRFSignedPublicKey.fields()},
		{"unlock_key_commitment", m.UnlockKeyCommitment[:]},
		{"unlock_key_tag", m.UnlockKeyTag[:]},
		{"encryption_key_scalar_share", m.EncryptionKeyScalarShare[:]},
		{"encrypted_secret", m.EncryptedSecret[:]},
		{"encrypted_secret_commitment", m.EncryptedSecretCommitment[:]},
		{"policy", fields{{"num_guesses", &m.NumGuesses}}},
	}
}

func (m *Recover2) fields() fields {
	return fields{{"version", m.Version[:]}, {"oprf_blinded_input", m.OPRFBlindedInput[:]}}
}

func (m *Recover3) fields() fields {
	return fields{{"version", m.Version[:]}, {"unlock_key_tag", m.UnlockKeyTag[:]}}
}

func (m *Recover1Response) fields() fields {
	return fields{{"version", m.Version[:]}}
}

func (m *Recover2Response) fields() fields {
	return fields{
		{"oprf_signed_public_key", m.OPRFSignedPublicKey.fields()},
		{"oprf_blinded_result", m.OPRFBlindedResult[:]},
		{"oprf_proof", m.OPRFProof.fields()},
		{"unlock_key_commitment", m.UnlockKeyCommitment[:]},
		{"num_guesses", &m.NumGuesses},
		{"guess_count", &m.GuessCount},
	}
}

func (m *Recover3Response) fields() fields {
	if m.Status == StatusBadUnlockKeyTag {
		return fields{{"guesses_remaining", &m.GuessesRemaining}}
	}
	return fields{
		{"encryption_key_scalar_share", m.EncryptionKeyScalarShare[:]},
		{"encrypted_secret", m.EncryptedSecret[:]},
		{"encrypted_secret_commitment", m.EncryptedSecretCommitment[:]},
	}
}
