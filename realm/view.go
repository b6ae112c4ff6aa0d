package realm

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

// View is what the owner of a record sees of it at time now. rules must be those that
// [Decide] gets for it.
func View(record Record, now time.Time, rules Rules) juicebox.View {
	record = settle(record, now, rules)
	v := juicebox.View{
		State:       juicebox.StatusNotRegistered,
		GuessesEver: record.History.GuessesEver,
		LastWrong:   fromUnix(record.lastWrong()),
		Registered:  fromUnix(record.History.RegisteredAt),
		Proved:      record.History.Proved,
	}
	switch {
	case record.State == NoGuesses:
		v.State = juicebox.StatusNoGuesses
	case record.State == Registered:
		v.State = recover1(record).Status
		v.GuessesUsed, v.GuessesLeft = record.GuessCount, record.remaining()
		if v.State == juicebox.StatusOK {
			v.Wait = int64((rules.Pacing.left(record, now) + time.Second - 1) / time.Second)
		}
	}
	return v
}

func fromUnix(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// serveView answers the owner's question. It is asked beside the protocol, so that
// published clients and realms need not know of it.
func (r *Realm) serveView(w http.ResponseWriter, q *http.Request) {
	o, started := Observation{Request: "View", Status: http.StatusOK}, time.Now()
	view, refused := r.view(q, &o)
	if refused != nil {
		refused.send(w)
	} else {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(view)
	}
	o.Took = time.Since(started)
	r.observed(o, refused)
}

func (r *Realm) view(q *http.Request, o *Observation) (v juicebox.View, refused *refusal) {
	from := address(q, r.config.Limits.Proxies)
	if refused := r.limiter.request(&r.config.Limits, from, time.Now()); refused != nil {
		return v, refused
	}
	caller, err := r.caller(q)
	if err != nil {
		return v, refuseWith(http.StatusUnauthorized, WhyToken, err.Error())
	}
	o.Tenant = caller.Tenant
	if caller.Tenant != juicebox.Tenant || caller.Role != OwnerRole {
		return v, refuseWith(http.StatusUnauthorized, WhyRole, "token refused: this needs an owner key of the tenant "+juicebox.Tenant)
	}
	record, err := r.read(q.Context(), NewRecordID(caller.Tenant, caller.User))
	if err != nil {
		return v, r.noAnswer(q.Context(), "view", err)
	}
	return View(record, time.Now(), r.rules(caller)), nil
}

// read is an update that changes nothing, so that it sees every update before it.
func (r *Realm) read(ctx context.Context, id RecordID) (record Record, err error) {
	err = r.config.Store.Update(ctx, id, func(old []byte) (_ []byte, err error) {
		record, err = DecodeRecord(old)
		return old, err
	})
	return record, err
}
