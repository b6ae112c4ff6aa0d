package juicebox

import (
	"context"
	"fmt"

	"github.com/gtank/ristretto255"
)

// evaluated is a realm's checked part of the OPRF.
type evaluated struct {
	*party
	count      uint16 // guesses spent, with this one
	result     *ristretto255.Element
	left       int
	commitment UnlockKeyCommitment
	signer     [32]byte
}

// provePIN is the second phase: it spends a guess and gives the unlock key if the PIN
// was right.
func (r *recovery) provePIN(ctx context.Context, accessKey []byte) (*unlockKey, error) {
	factor := r.blinding()
	blinded := blind(accessKey, factor)
	if err := r.beforeGuess(); err != nil {
		return nil, err
	}
	answers := askAll(ctx, r.parties, func(*party) Request { return Recover2{r.version, blinded} })
	good, failed, err := gather(answers, r.need, func(p *party, response Response) (evaluated, error) {
		return checkEvaluation(p, blinded, response)
	})
	if err != nil {
		return nil, r.failed(err)
	}
	type agreed struct {
		commitment UnlockKeyCommitment
		signer     [32]byte
	}
	group := largest(good, func(e evaluated) agreed { return agreed{e.commitment, e.signer} })
	if len(group) < r.need {
		return nil, r.failed(r.disagree(ErrProtocol, len(group), failed))
	}
	product := unblind(combineEvaluations(group), factor)
	unlock, commitment := deriveUnlockKey(output(accessKey, product))
	if !equal(commitment[:], group[0].commitment[:]) {
		return nil, wrongPIN(group)
	}
	if err := r.alone(good); err != nil {
		clear(unlock[:])
		return nil, err
	}
	return &unlock, nil
}

// checkEvaluation accepts only a result that provably came from the share given to
// this realm at registration.
func checkEvaluation(p *party, blinded Point, response Response) (e evaluated, err error) {
	m, err := as[Recover2Response](response)
	if err != nil {
		return e, err
	}
	if err := statusError(m.Status, 0); err != nil {
		return e, err
	}
	if err := m.OPRFSignedPublicKey.verify(p.ID); err != nil {
		return e, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	if err := verifyProof(blinded, m.OPRFSignedPublicKey.PublicKey, m.OPRFBlindedResult, m.OPRFProof); err != nil {
		return e, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	if m.GuessCount > m.NumGuesses {
		return e, errCount
	}
	result, err := m.OPRFBlindedResult.decode()
	left := int(m.NumGuesses - m.GuessCount)
	return evaluated{p, m.GuessCount, result, left, m.UnlockKeyCommitment, m.OPRFSignedPublicKey.VerifyingKey}, err
}

func combineEvaluations(group []evaluated) *ristretto255.Element {
	var indices []int
	var results []*ristretto255.Element
	for _, e := range group {
		indices, results = append(indices, e.index), append(results, e.result)
	}
	return combinePoints(indices, results)
}

// wrongPIN counts what is left at the realm that has the fewest left.
func wrongPIN(group []evaluated) error {
	left := group[0].left
	for _, e := range group {
		left = min(left, e.left)
	}
	return &WrongPINError{Left: left}
}
