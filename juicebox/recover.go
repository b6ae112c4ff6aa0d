package juicebox

import (
	"context"
	"fmt"
	"slices"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/gtank/ristretto255"
)

// Recovered is a secret that came back.
type Recovered struct {
	Secret secret.Text
	Realms []RealmID // those whose parts it was made of, in order; at least RecoverThreshold
}

// Recover gets the secret back, spending a guess at each realm that is asked; realms
// give the guesses back when the PIN was right. After an error other than
// [ErrConfiguration] a guess may be spent. Nothing that spends one is repeated.
//
// Secrets leave the realms only after pin and info have proved right here.
func (c *Client) Recover(ctx context.Context, pin secret.Text, info []byte) (Recovered, error) {
	parties, err := c.ready()
	if err != nil {
		return Recovered{}, err
	}
	r := recovery{need: c.Configuration.RecoverThreshold}
	if err := r.findVersion(ctx, parties); err != nil {
		return Recovered{}, err
	}
	stretched, err := stretch(pin, c.Configuration.PINHashingMode, r.version, info)
	if err != nil {
		return Recovered{}, err
	}
	defer stretched.clear()
	unlock, err := r.provePIN(ctx, stretched.accessKey[:])
	if err != nil {
		return Recovered{}, err
	}
	defer clear(unlock[:])
	return r.collect(ctx, unlock, stretched.seed)
}

// A recovery goes through three phases, each with a threshold of realms that agree.
type recovery struct {
	need    int
	version RegistrationVersion
	parties []*party     // those with the version
	lost    []RealmError // the others, after the first phase
}

// failed adds the realms lost before to an error of a later phase, for whoever reads
// it; they do not decide of what kind it is.
func (r *recovery) failed(err error) error {
	if e, ok := err.(*ThresholdError); ok {
		e.Realms = append(slices.Clone(r.lost), e.Realms...)
	}
	return err
}

// disagree is the error when enough realms answered well, but not enough the same.
func (r *recovery) disagree(kind error, got int, failed []RealmError) error {
	err := fmt.Errorf("%w: the realms do not agree", kind)
	return &ThresholdError{Need: r.need, Got: got, Realms: failed, deciding: err}
}

// statusError is what a realm's answer other than Ok means.
func statusError(s Status, left uint16) error {
	switch s {
	case StatusOK:
		return nil
	case StatusNotRegistered:
		return ErrNotRegistered
	case StatusNoGuesses:
		return &WrongPINError{Left: 0}
	case StatusBadUnlockKeyTag:
		return &WrongPINError{Left: int(left)}
	}
	return fmt.Errorf("%w: unexpected answer %s", ErrProtocol, s)
}

var errOther = fmt.Errorf("%w: it has another registration", ErrNotRegistered)

type versioned struct {
	*party
	version RegistrationVersion
}

// findVersion is the first phase: it finds the registration and spends nothing.
func (r *recovery) findVersion(ctx context.Context, parties []*party) error {
	answers := askAll(ctx, parties, func(*party) Request { return Recover1{} })
	good, failed, err := gather(answers, r.need, func(p *party, response Response) (versioned, error) {
		m, err := as[Recover1Response](response)
		if err == nil {
			err = statusError(m.Status, 0)
		}
		return versioned{p, m.Version}, err
	})
	if err != nil {
		return err
	}
	group := largest(good, func(v versioned) RegistrationVersion { return v.version })
	if len(group) < r.need {
		return r.disagree(ErrNotRegistered, len(group), failed)
	}
	r.version, r.lost = group[0].version, failed
	for _, v := range good {
		if v.version == r.version {
			r.parties = append(r.parties, v.party)
		} else {
			r.lost = append(r.lost, RealmError{v.Realm, errOther})
		}
	}
	return nil
}

// evaluated is a realm's checked part of the OPRF.
type evaluated struct {
	index      int
	result     *ristretto255.Element
	left       int
	commitment UnlockKeyCommitment
	signer     [32]byte
}

// provePIN is the second phase: it spends a guess and gives the unlock key if the PIN
// was right.
func (r *recovery) provePIN(ctx context.Context, accessKey []byte) (*unlockKey, error) {
	factor := randomScalar()
	blinded := blind(accessKey, factor)
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
		return e, fmt.Errorf("%w: more guesses spent than there are", ErrProtocol)
	}
	result, err := m.OPRFBlindedResult.decode()
	left := int(m.NumGuesses - m.GuessCount)
	return evaluated{p.index, result, left, m.UnlockKeyCommitment, m.OPRFSignedPublicKey.VerifyingKey}, err
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
		return o, fmt.Errorf("%w: its part of the secret is not the one registered", ErrProtocol)
	}
	share, err := m.EncryptionKeyScalarShare.decode()
	if err != nil {
		return o, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return opened{p, share, m.EncryptedSecret}, nil
}
