package juicebox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

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
// With c.Used it fails with [ErrMeanwhile] rather than reset a counter that somebody else has
// moved too.
//
// Secrets leave the realms only after pin and info have proved right here.
func (c *Client) Recover(ctx context.Context, pin secret.Text, info []byte) (Recovered, error) {
	parties, err := c.ready()
	if err != nil {
		return Recovered{}, err
	}
	r := recovery{need: c.Configuration.RecoverThreshold, patience: c.Patience, used: c.Used, before: c.BeforeGuess, blinding: c.blinding}
	if r.blinding == nil {
		r.blinding = randomScalar
	}
	if parties = c.counted(parties); len(parties) < r.need {
		return Recovered{}, fmt.Errorf("%w: too few realms have said what they counted", ErrConfiguration)
	}
	if err := r.findVersion(ctx, parties); err != nil {
		return Recovered{}, err
	}
	stretched, err := c.forRecovery(pin, r.version, info)
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
	need     int
	patience time.Duration
	used     map[RealmID]uint16
	before   func([]RealmID) error
	blinding func() *ristretto255.Scalar
	version  RegistrationVersion
	parties  []*party     // those with the version
	lost     []RealmError // the others, after the first phase
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
	err := fmt.Errorf("%w: %w", kind, errDisagree)
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
	return fmt.Errorf("%w: %s", errStatus, s)
}

// What docs/protocol.md calls count, part, status and disagree.
var (
	errCount    = fmt.Errorf("%w: more guesses spent than there are", ErrProtocol)
	errPart     = fmt.Errorf("%w: its part of the secret is not the one registered", ErrProtocol)
	errStatus   = fmt.Errorf("%w: unexpected answer", ErrProtocol)
	errDisagree = errors.New("the realms do not agree")
)

var errOther = fmt.Errorf("%w: it has another registration", ErrNotRegistered)

type versioned struct {
	*party
	version RegistrationVersion
}

// findVersion is the first phase: it finds the registration and spends nothing.
func (r *recovery) findVersion(ctx context.Context, parties []*party) error {
	answers := askPatiently(ctx, parties, func(*party) Request { return Recover1{} }, r.need, r.patience, func(response Response) bool {
		m, ok := response.(Recover1Response)
		return ok && m.Status == StatusOK
	})
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
