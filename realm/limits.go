package realm

import (
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

// Limits keep strangers from filling a realm, whose built-in tenant asks for no account.
// The zero Limits have none.
//
// An address is an IPv4 address or the /64 network of an IPv6 address. Loopback addresses
// are never limited: there the operator asks, or a proxy that says nothing about its
// clients. What was counted is kept in memory: each process counts for itself, and a
// restart forgets.
type Limits struct {
	// RequestsPerMinute is how many requests an address may send in a minute, of any
	// tenant; 0 is no limit. A recovery takes three.
	RequestsPerMinute int
	// NewPerDay is how many records of the built-in tenant an address may make in a day
	// (UTC); 0 is no limit. Many phones can share one address of a mobile network.
	NewPerDay int
	// Records is how many records there may be before the built-in tenant takes no new
	// ones; 0 is no limit. Until the first [Realm.Sweep] has ended only those made since
	// the start are counted. Records that exist can always be used, replaced and deleted.
	Records int64
	// Proxies are the networks of the proxies in front of the realm. For a request from
	// one of them, the last hop of X-Forwarded-For is the address.
	Proxies []netip.Prefix
}

// DefaultLimits are what a server does unless told otherwise.
var DefaultLimits = Limits{RequestsPerMinute: 600, NewPerDay: 100}

// fullFor is what a client is told to wait when there are too many records altogether.
const fullFor = time.Hour

// limiter applies limits. Its zero value counts from nothing.
type limiter struct {
	requests, created window
	population        *population
}

// request counts a request from an address.
func (l *limiter) request(limits *Limits, from netip.Prefix, now time.Time) *refusal {
	if limits.RequestsPerMinute == 0 || !from.IsValid() {
		return nil
	}
	if !l.requests.take(from, now, time.Minute, limits.RequestsPerMinute) {
		return &refusal{http.StatusTooManyRequests, WhyRequests, "too many requests from this address", untilNext(now, time.Minute)}
	}
	return nil
}

const day = 24 * time.Hour

// A place is room for one new record, or the reason why there is none. It is taken before
// the store is asked, so that parallel requests take one each, and given back if no record
// was made.
type place struct {
	full *refusal // why the record must not be new
	back func()
}

// errNotNew ends an update that would have made a record for which there is no place.
var errNotNew = errors.New("no place for a new record")

// place finds room for what request may make. Register1 makes nothing, but is refused like
// Register2, so that a client which asks all realms first registers at none.
func (l *limiter) place(limits *Limits, caller Caller, request juicebox.Request, from netip.Prefix, now time.Time) place {
	none := place{back: func() {}}
	_, register1 := request.(juicebox.Register1)
	_, register2 := request.(juicebox.Register2)
	if caller.Tenant != juicebox.Tenant || !register1 && !register2 {
		return none
	}
	if n, _ := l.population.get(); limits.Records > 0 && n >= limits.Records {
		none.full = &refusal{http.StatusTooManyRequests, WhyRecords, "this realm takes no new records at present", fullFor}
		return none
	}
	if limits.NewPerDay == 0 || !from.IsValid() {
		return none
	}
	if !l.created.take(from, now, day, limits.NewPerDay) {
		none.full = &refusal{http.StatusTooManyRequests, WhyNewRecords, "too many new records from this address today", untilNext(now, day)}
		return none
	}
	back := func() { l.created.giveBack(from, now, day) }
	if register1 {
		back() // it was only a look
		return none
	}
	return place{back: back}
}

// untilNext is how long it takes until the next minute or day (UTC) begins.
func untilNext(now time.Time, period time.Duration) time.Duration {
	return now.Truncate(period).Add(period).Sub(now)
}
