package juicebox

import (
	"context"
	"fmt"

	"github.com/gtank/ristretto255"
)

// opened is a realm's checked part of the secret.
type opened struct {
	*party
	share  *ristretto255.Scalar
	sealed EncryptedSecret
}

// collect is the third phase: it gets the parts of the secret.
func (r *recovery) collect(ctx context.Context, unlock *unlockKey, seed [32]byte) (Recovered, error) {
	answers := askAll(ctx, r.parties, func(p *party) Request { return Recover3{r.version, unlock.tag(p.ID)} })
	good, failed, err := gather(answers, r.need, func(p *party, response Response) (opened, error) {
		return checkPart(p, unlock, response)
	})
	if err != nil {
		return Recovered{}, r.failed(err)
	}
	group := largest(good, func(o opened) EncryptedSecret { return o.sealed })
	if len(group) < r.need {
		return Recovered{}, r.failed(r.disagree(ErrProtocol, len(group), failed))
	}
	var done Recovered
	var indices []int
	var shares []*ristretto255.Scalar
	for _, o := range group {
		indices, shares = append(indices, o.index), append(shares, o.share)
		done.Realms = append(done.Realms, o.ID)
	}
	scalar := encodeScalar(combineScalars(indices, shares))
	if done.Secret, err = unseal(encryptionKey(seed, scalar), group[0].sealed); err != nil {
		return Recovered{}, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return done, nil
}

// checkPart accepts only the part that was given to this realm at registration.
func checkPart(p *party, unlock *unlockKey, response Response) (o opened, err error) {
	m, err := as[Recover3Response](response)
	if err != nil {
		return o, err
	}
	if err := statusError(m.Status, m.GuessesRemaining); err != nil {
		return o, err
	}
	want := unlock.commitment(p.ID, m.EncryptionKeyScalarShare, &m.EncryptedSecret)
	if !equal(want[:], m.EncryptedSecretCommitment[:]) {
		return o, errPart
	}
	share, err := m.EncryptionKeyScalarShare.decode()
	if err != nil {
		return o, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return opened{p, share, m.EncryptedSecret}, nil
}
