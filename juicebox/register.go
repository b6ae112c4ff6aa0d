package juicebox

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/gtank/ristretto255"
)

// Register stores sec, at most [MaxSecret] bytes, under pin with guesses wrong tries at
// each realm, replacing any older registration of the record. info must be the same at
// [Client.Recover]; other info is like a wrong PIN.
//
// A nil error means that at least RegisterThreshold realms have stored it. After an
// error some may have: [Client.Status] shows it, and Register may be repeated.
func (c *Client) Register(ctx context.Context, pin, sec secret.Text, info []byte, guesses uint16) error {
	parties, err := c.ready()
	if err != nil {
		return err
	}
	if guesses == 0 {
		return errors.New("a registration without guesses could never be recovered")
	}
	need := c.Configuration.RegisterThreshold
	answers := askAll(ctx, parties, func(*party) Request { return Register1{} })
	if _, _, err := gather(answers, need, expect[Register1Response]); err != nil {
		return err
	}
	version, stretched, err := c.forRegistration(pin, info)
	if err != nil {
		return err
	}
	defer stretched.clear()
	parts, err := c.Configuration.makeRegistration(version, stretched, sec, guesses)
	if err != nil {
		return err
	}
	answers = askAll(ctx, parties, func(p *party) Request { return parts[p.index-1] })
	_, _, err = gather(answers, need, expect[Register2Response])
	return err
}

// makeRegistration makes a new registration's part for every realm, in order of ids.
func (c Configuration) makeRegistration(version RegistrationVersion, s *stretched, sec secret.Text, guesses uint16) (parts []Register2, err error) {
	common := Register2{Version: version, NumGuesses: guesses}
	key := randomScalar()
	keyShares := split(key, c.RecoverThreshold, len(c.Realms))
	product := ristretto255.NewIdentityElement().ScalarMult(key, hashToGroup(s.accessKey[:]))
	unlock, commitment := deriveUnlockKey(output(s.accessKey[:], product))
	common.UnlockKeyCommitment = commitment

	scalar := randomScalar()
	scalarShares := split(scalar, c.RecoverThreshold, len(c.Realms))
	common.EncryptedSecret, err = seal(encryptionKey(s.seed, encodeScalar(scalar)), sec)
	if err != nil {
		return nil, err
	}
	_, signer, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	parts = make([]Register2, len(c.Realms))
	for i, realm := range c.sorted() {
		parts[i] = common
		parts[i].share(realm.ID, keyShares[i], scalarShares[i], &unlock, signer)
	}
	return parts, nil
}

// share fills in what belongs to one realm.
func (m *Register2) share(realm RealmID, key, scalar *ristretto255.Scalar, unlock *unlockKey, signer ed25519.PrivateKey) {
	public := encodePoint(ristretto255.NewIdentityElement().ScalarBaseMult(key))
	m.OPRFPrivateKey = encodeScalar(key)
	m.OPRFSignedPublicKey = signPublicKey(signer, realm, public)
	m.UnlockKeyTag = unlock.tag(realm)
	m.EncryptionKeyScalarShare = encodeScalar(scalar)
	m.EncryptedSecretCommitment = unlock.commitment(realm, m.EncryptionKeyScalarShare, &m.EncryptedSecret)
}
