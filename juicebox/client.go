// Package juicebox is the Juicebox protocol: a secret kept by several realms, key
// servers that each hold a part, count wrong PINs and give the parts back only to the
// right one.
//
// A [Client] registers, recovers and deletes a secret of at most [MaxSecret] bytes.
// Neither the PIN nor anything to try PINs on leaves it: a realm sees a blinded point,
// and any number of realms below the threshold, even together, learns nothing of PIN
// and secret. Enough of them together can try PINs as fast as they like; a PIN of few
// digits does not withstand them.
//
// The messages and the OPRF's evaluation are here for both sides; the realm itself is
// package realm. Wire and cryptography are those of juicebox-sdk 0.3.7 (rust/ in
// github.com/juicebox-systems/juicebox-sdk), so that its clients and ours can use each
// other's registrations. Hardware realms are not supported.
package juicebox

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gtank/ristretto255"
)

// A Client speaks to the realms of one configuration for one record. It may be used by
// several goroutines at once.
type Client struct {
	Configuration Configuration

	// Token returns the token to show to a realm, made for the time now, which is the
	// realm's where this computer's clock is found to be wrong. It is called for several
	// realms at once. See [OwnerToken] and [GuessToken].
	Token func(realm RealmID, now time.Time) (string, error)

	// HTTP sends the requests; nil is a client of this package's own. Redirects are
	// never followed and cookies never kept, also with a client given here.
	HTTP *http.Client

	// Timeout is how long one request to one realm may take; 0 is ten seconds.
	Timeout time.Duration

	// Patience is how much longer Recover waits for the other realms once enough of them
	// have said that they have the record: one that hangs need not hold up a restore.
	// 0 waits for all, each up to Timeout.
	Patience time.Duration

	// BeforeGuess is told which realms Recover asks next at the price of a guess each, so that
	// a journal has it first. An error ends the recovery, and nothing is spent. May be nil.
	BeforeGuess func([]RealmID) error

	// Used, if not nil, is how many guesses are spent at each realm, by its [View]. Recover
	// then asks only these realms, and resets their counters only if the answers to its own
	// guess count exactly one more: otherwise it fails with [ErrMeanwhile].
	Used map[RealmID]uint16

	// Ahead is the PIN as it is being stretched already; nil: Register and Recover begin with it
	// when they need it.
	Ahead *Ahead

	// AllowFastInsecure accepts the PIN hashing mode for tests.
	AllowFastInsecure bool

	// blinding draws what hides the PIN from the realms; nil is at random. Tests give it, to
	// meet answers that were recorded.
	blinding func() *ristretto255.Scalar
}

// ready returns the realms as they are at the start of an operation.
func (c *Client) ready() ([]*party, error) {
	if err := c.Configuration.Validate(); err != nil {
		return nil, err
	}
	if c.Configuration.PINHashingMode == FastInsecure && !c.AllowFastInsecure {
		return nil, fmt.Errorf("%w: PIN hashing mode %s is for tests only", ErrConfiguration, FastInsecure)
	}
	if c.Token == nil {
		return nil, fmt.Errorf("%w: no tokens", ErrConfiguration)
	}
	web := c.web()
	var parties []*party
	for i, r := range c.Configuration.sorted() {
		parties = append(parties, &party{Realm: r, index: i + 1, client: c, web: web})
	}
	return parties, nil
}

// An answer is what one realm gave in one phase of an operation.
type answer struct {
	*party
	response Response
	err      error
}

// askAll asks the realms at the same time and waits for every answer. They are in the
// order of parties.
func askAll(ctx context.Context, parties []*party, request func(*party) Request) []answer {
	return ask(ctx, parties, request, func(answer) {})
}

// askPatiently is askAll, but gives up on the others when some time has passed since enough
// realms gave a good answer. Only for requests that change nothing.
func askPatiently(ctx context.Context, parties []*party, request func(*party) Request, enough int, patience time.Duration, good func(Response) bool) []answer {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var count atomic.Int64
	return ask(ctx, parties, request, func(a answer) {
		if a.err == nil && good(a.response) && int(count.Add(1)) == enough && patience > 0 {
			time.AfterFunc(patience, cancel)
		}
	})
}

func ask(ctx context.Context, parties []*party, request func(*party) Request, came func(answer)) []answer {
	answers := make([]answer, len(parties))
	var group sync.WaitGroup
	for i, p := range parties {
		group.Go(func() {
			response, err := p.ask(ctx, request(p))
			answers[i] = answer{p, response, err}
			came(answers[i])
		})
	}
	group.Wait()
	return answers
}

// gather reads the answers and returns the good ones; fewer than need are a
// [ThresholdError]. failed are those that were not good, in any case.
func gather[T any](answers []answer, need int, read func(*party, Response) (T, error)) (good []T, failed []RealmError, err error) {
	for _, a := range answers {
		var v T
		if err = a.err; err == nil {
			v, err = read(a.party, a.response)
		}
		if err != nil {
			failed = append(failed, RealmError{a.Realm, err})
			continue
		}
		good = append(good, v)
	}
	if len(good) < need {
		return nil, failed, threshold(need, len(good), failed)
	}
	return good, failed, nil
}

// expect reads a response without fields.
func expect[T Response](_ *party, r Response) (struct{}, error) {
	_, err := as[T](r)
	return struct{}{}, err
}

// as is the response as the one that belongs to the request.
func as[T Response](r Response) (T, error) {
	t, ok := r.(T)
	if !ok {
		return t, fmt.Errorf("%w: %w: answer to another request", ErrProtocol, errMessage)
	}
	return t, nil
}

// largest returns the biggest group of items that have the same key.
func largest[T any, K comparable](items []T, key func(T) K) (group []T) {
	groups := map[K][]T{}
	for _, item := range items {
		k := key(item)
		if groups[k] = append(groups[k], item); len(groups[k]) > len(group) {
			group = groups[k]
		}
	}
	return group
}

// Delete makes the realms forget the record. Every realm must; it may be repeated, and
// deleting what is not there succeeds.
func (c *Client) Delete(ctx context.Context) error {
	failed, err := c.DeleteEach(ctx)
	if len(failed) > 0 {
		n := len(c.Configuration.Realms)
		return threshold(n, n-len(failed), failed)
	}
	return err
}

// DeleteEach is Delete that says which realms did not forget the record. A record that fewer
// than RecoverThreshold realms still have opens nothing any more.
func (c *Client) DeleteEach(ctx context.Context) (failed []RealmError, err error) {
	parties, err := c.ready()
	if err != nil {
		return nil, err
	}
	answers := askAll(ctx, parties, func(*party) Request { return Delete{} })
	_, failed, _ = gather(answers, 0, expect[DeleteResponse])
	return failed, nil
}

// A RealmStatus is what one realm says about the record.
type RealmStatus struct {
	ID         RealmID
	Err        error // why nothing is known, as in [RealmError]; else nil
	Registered bool
	NoGuesses  bool                // locked: there was a record, but no guess is left
	Version    RegistrationVersion // if Registered; equal at all realms of one registration
}

// Status asks every realm whether the record is there. It needs no PIN and spends no
// guess. The result has an entry for each realm, in order of their ids.
func (c *Client) Status(ctx context.Context) []RealmStatus {
	parties, err := c.ready()
	if err != nil {
		var all []RealmStatus
		for _, r := range c.Configuration.sorted() {
			all = append(all, RealmStatus{ID: r.ID, Err: err})
		}
		return all
	}
	var all []RealmStatus
	for _, a := range askAll(ctx, parties, func(*party) Request { return Recover1{} }) {
		s := RealmStatus{ID: a.ID, Err: a.err}
		if s.Err == nil {
			var r Recover1Response
			r, s.Err = as[Recover1Response](a.response)
			s.Registered, s.NoGuesses, s.Version = r.Status == StatusOK, r.Status == StatusNoGuesses, r.Version
		}
		all = append(all, s)
	}
	return all
}
