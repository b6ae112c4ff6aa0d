package realm

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

// Config describes one realm.
type Config struct {
	ID    juicebox.RealmID // required; tokens are for this realm alone
	Store Store            // required
	// Tenants are the vendors whose tokens are accepted; nil: none.
	Tenants Tenants
	// NoBuiltIn switches the built-in tenant off, whose users need no account.
	NoBuiltIn bool
	// Rules are for the built-in tenant, VendorRules for all vendors. See [DefaultRules].
	Rules, VendorRules Rules
	// Limits are by address, and for the number of records. See [DefaultLimits].
	Limits Limits
	// TenantLog keeps events for vendors, who read them at POST /tenant_log with tokens of
	// scope audit. [Realm.FlushTenantLog] must then be called now and then.
	TenantLog bool
	// Log gets one line for every failure of the store, and at debug level one for every
	// request. No line has a token, a user or a secret. nil: nothing is logged.
	Log *slog.Logger
	// Observe is told of every request at its end. It must be quick, and is called by many
	// at a time. nil: nobody is told.
	Observe func(Observation)
}

// A Realm answers Juicebox clients over HTTP:
//
//   - POST /req, one message in CBOR of at most [juicebox.MaxMessage] bytes each way, with
//     a token in Authorization and the client's version in X-Juicebox-Version;
//   - GET /view, where the owner of a record of the built-in tenant sees a [juicebox.View]
//     of it as JSON;
//   - POST /tenant_log and /tenant_log/ack, where vendors read what happened to their users;
//   - GET /, which says {"realmID":"32 hex digits"};
//   - GET /livez and GET /readyz, for load balancers: see [Realm.Ready];
//   - OPTIONS, for clients in browsers.
//
// To serve it below a path, use [http.StripPrefix]. It has no time limits of its own:
// they belong into the [http.Server].
type Realm struct {
	config     Config
	verifier   atomic.Pointer[verifier] // replaced by SetTenants
	limiter    limiter
	population population
	readiness  readiness
	log        tenantLog
	mux        *http.ServeMux
}

var _ http.Handler = (*Realm)(nil)

// New makes a realm. It fails if id or store is missing.
func New(config Config) (*Realm, error) {
	if config.ID == (juicebox.RealmID{}) {
		return nil, errors.New("a realm needs an id")
	}
	if config.Store == nil {
		return nil, errors.New("a realm needs a store")
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	r := &Realm{config: config, mux: http.NewServeMux()}
	r.limiter.population = &r.population
	r.log.store = config.Store
	r.SetTenants(config.Tenants)
	r.mux.HandleFunc("POST /req", r.serveRequest)
	r.mux.HandleFunc("GET /view", r.serveView)
	r.mux.HandleFunc("OPTIONS /req", servePreflight)
	r.mux.HandleFunc("OPTIONS /view", servePreflight)
	if config.TenantLog {
		r.mux.HandleFunc("POST /tenant_log", r.serveLog)
		r.mux.HandleFunc("POST /tenant_log/ack", r.serveLog)
	}
	r.mux.HandleFunc("GET /{$}", r.serveID)
	r.mux.HandleFunc("GET /livez", r.serveLive)
	r.mux.HandleFunc("GET /readyz", r.serveReady)
	return r, nil
}

// SetTenants replaces the vendors whose tokens are accepted, for every request from now on:
// the token of a key that is gone is refused even if it was accepted before.
func (r *Realm) SetTenants(tenants Tenants) {
	r.verifier.Store(&verifier{realm: r.config.ID.String(), tenants: tenants, builtIn: !r.config.NoBuiltIn})
}

// Records is how many records there are as far as this process knows: as many as the last
// [Realm.Sweep] counted, with those since made and deleted here. known is false before the
// first sweep has ended.
func (r *Realm) Records() (n int64, known bool) { return r.population.get() }

// Headers of every answer, and of those for browsers; the lists are shared and never changed.
var (
	always = http.Header{
		"Cache-Control":          {"no-store"},
		"X-Content-Type-Options": {"nosniff"},
	}
	forBrowsers = http.Header{
		// Tokens are not cookies, so pages of any origin may ask.
		"Access-Control-Allow-Origin":   {"*"},
		"Access-Control-Expose-Headers": {"Date, Retry-After"},
	}
)

// ServeHTTP implements [http.Handler].
func (r *Realm) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	h := w.Header()
	maps.Copy(h, always)
	if q.Header["Origin"] != nil {
		maps.Copy(h, forBrowsers)
	}
	// A client whose clock is wrong corrects it by this (net/http sets it only on sockets).
	h["Date"] = []string{time.Now().UTC().Format(http.TimeFormat)}
	r.mux.ServeHTTP(w, q)
}

// servePreflight tells a browser what a page of any origin may send.
func servePreflight(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, User-Agent, X-Juicebox-Version")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

func (r *Realm) serveID(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(struct {
		RealmID string `json:"realmID"`
	}{r.config.ID.String()})
}

// serveRequest answers one message, or refuses it with a status that the published
// client understands.
func (r *Realm) serveRequest(w http.ResponseWriter, q *http.Request) {
	o, started := Observation{Status: http.StatusOK}, time.Now()
	reply, refused := r.answer(w, q, &o)
	if refused != nil {
		refused.send(w)
	} else {
		o.Answer = answerOf(reply)
		body := juicebox.EncodeResponse(reply)
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
	}
	o.Took = time.Since(started)
	r.observed(o, refused)
}

// answer goes from the cheap to the dear: the address, the token, the message, the store.
func (r *Realm) answer(w http.ResponseWriter, q *http.Request, o *Observation) (juicebox.Response, *refusal) {
	from := address(q, r.config.Limits.Proxies)
	if refused := r.limiter.request(&r.config.Limits, from, time.Now()); refused != nil {
		return nil, refused
	}
	if !supported(q.Header.Get("X-Juicebox-Version")) {
		return nil, refuseWith(http.StatusUpgradeRequired, WhyVersion, "X-Juicebox-Version must be 0.2 or later")
	}
	caller, err := r.caller(q)
	if err != nil {
		return nil, refuseWith(http.StatusUnauthorized, WhyToken, err.Error())
	}
	o.Tenant = caller.Tenant
	request, refused := readRequest(w, q)
	if refused != nil {
		return nil, refused
	}
	o.Request = requestName(request)
	if !caller.Role.May(request) {
		return nil, refuseWith(http.StatusUnauthorized, WhyRole, "token refused: this needs "+caller.Role.lacks())
	}
	input, err := check(request)
	if err != nil {
		return nil, refuseWith(http.StatusBadRequest, WhyMessage, err.Error())
	}
	return r.update(q.Context(), caller, request, input, from)
}

func (r *Realm) caller(q *http.Request) (Caller, error) {
	token, err := bearer(q.Header.Get("Authorization"))
	if err != nil {
		return Caller{}, err
	}
	return r.verifier.Load().verify(token, time.Now())
}
