package realm

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

// update spends before it answers: nothing that the share touched exists before the
// store has said that the guess is durably written.
func (r *Realm) update(ctx context.Context, caller Caller, request juicebox.Request, input juicebox.Input, from netip.Prefix) (juicebox.Response, *refusal) {
	var before, record Record
	var reply juicebox.Response
	var wait time.Duration
	place := r.limiter.place(&r.config.Limits, caller, request, from, time.Now())
	err := r.config.Store.Update(ctx, NewRecordID(caller.Tenant, caller.User), func(old []byte) (_ []byte, err error) {
		if before, err = DecodeRecord(old); err != nil {
			return nil, err
		}
		if place.full != nil && before.State == NotRegistered {
			return nil, errNotNew
		}
		record, reply, wait = Decide(before, request, time.Now(), r.rules(caller))
		return record.Encode(), nil
	})
	switch {
	case errors.Is(err, errNotNew):
		return nil, place.full
	case err != nil: // the record may be there, so its place stays taken
		return nil, r.noAnswer(ctx, requestName(request), err)
	case wait > 0:
		return nil, &refusal{http.StatusTooManyRequests, WhyPacing, "too many wrong guesses in a row", wait}
	}
	if before.State != NotRegistered {
		place.back()
	}
	r.population.changed(before.State, record.State)
	r.record(caller, reply, &record)
	if guess, ok := reply.(juicebox.Recover2Response); ok && guess.Status == juicebox.StatusOK {
		registration := &record.Registration
		guess.OPRFBlindedResult, guess.OPRFProof, err = input.Evaluate(registration.OPRFPrivateKey, registration.OPRFSignedPublicKey.PublicKey)
		if err != nil {
			return nil, r.noAnswer(ctx, requestName(request), err)
		}
		reply = guess
	}
	return reply, nil
}

// noAnswer is for a failure of the store. The cause is for the operator; the client learns
// nothing and may try again.
func (r *Realm) noAnswer(ctx context.Context, name string, err error) *refusal {
	if ctx.Err() != nil {
		return refuseWith(statusClientGone, WhyGone, "the client is gone")
	}
	r.config.Log.Error("no answer, because the record could not be used", "request", name, "error", err)
	return refuseWith(http.StatusInternalServerError, WhyStore, "the record could not be used")
}

func (r *Realm) rules(caller Caller) Rules {
	if caller.Tenant == juicebox.Tenant {
		return r.config.Rules
	}
	return r.config.VendorRules
}
