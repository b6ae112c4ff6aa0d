package realm

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
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
	// Log gets one line for every failure of the store, and at debug level one for every
	// request. No line has a token, a user or a secret. nil: nothing is logged.
	Log *slog.Logger
}

// A Realm answers Juicebox clients over HTTP:
//
//   - POST /req, one message in CBOR of at most [juicebox.MaxMessage] bytes each way, with
//     a token in Authorization and the client's version in X-Juicebox-Version;
//   - GET /view, where the owner of a record of the built-in tenant sees a [juicebox.View]
//     of it as JSON;
//   - GET /, which says {"realmID":"32 hex digits"};
//   - OPTIONS, for clients in browsers.
//
// To serve it below a path, use [http.StripPrefix]. It has no time limits of its own:
// they belong into the [http.Server].
type Realm struct {
	config   Config
	verifier verifier
	mux      *http.ServeMux
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
	r := &Realm{
		config:   config,
		verifier: verifier{realm: config.ID.String(), tenants: config.Tenants, builtIn: !config.NoBuiltIn},
		mux:      http.NewServeMux(),
	}
	r.mux.HandleFunc("POST /req", r.serveRequest)
	r.mux.HandleFunc("GET /view", r.serveView)
	preflight := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
	r.mux.HandleFunc("OPTIONS /req", preflight)
	r.mux.HandleFunc("OPTIONS /view", preflight)
	r.mux.HandleFunc("GET /{$}", r.serveID)
	return r, nil
}

// ServeHTTP implements [http.Handler].
func (r *Realm) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	// A client whose clock is wrong corrects it by this (net/http sets it only on sockets).
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	h.Set("X-Content-Type-Options", "nosniff")
	// Tokens are not cookies, so pages of any origin may ask.
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, User-Agent, X-Juicebox-Version")
	h.Set("Access-Control-Expose-Headers", "Date, Retry-After")
	h.Set("Access-Control-Max-Age", "86400")
	r.mux.ServeHTTP(w, q)
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
	started := time.Now()
	name, reply, refused := r.answer(w, q)
	status := http.StatusOK
	if refused != nil {
		status = refused.status
		refused.send(w)
	} else {
		body := juicebox.EncodeResponse(reply)
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
	}
	r.config.Log.Debug("request", "name", name, "status", status, "took", time.Since(started))
}

// statusClientGone is for the log: nobody is there to read it.
const statusClientGone = 499

// A refusal is an answer other than 200. Its text must not contain anything secret.
type refusal struct {
	status int
	text   string
	after  time.Duration // when to try again, if not zero
}

func (f *refusal) send(w http.ResponseWriter) {
	if f.after > 0 {
		seconds := (f.after + time.Second - 1) / time.Second // rounded up, so that it is enough
		w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	http.Error(w, f.text, f.status)
}

// refuseWith makes a refusal without a time to wait.
func refuseWith(status int, text string) *refusal { return &refusal{status: status, text: text} }

func (r *Realm) answer(w http.ResponseWriter, q *http.Request) (name string, reply juicebox.Response, refused *refusal) {
	if !supported(q.Header.Get("X-Juicebox-Version")) {
		return "", nil, refuseWith(http.StatusUpgradeRequired, "X-Juicebox-Version must be 0.2 or later")
	}
	caller, err := r.caller(q)
	if err != nil {
		return "", nil, refuseWith(http.StatusUnauthorized, err.Error())
	}
	request, refused := readRequest(w, q)
	if refused != nil {
		return "", nil, refused
	}
	name = requestName(request)
	if !caller.Role.May(request) {
		return name, nil, refuseWith(http.StatusUnauthorized, "token refused: this needs the owner key")
	}
	if err := check(request); err != nil {
		return name, nil, refuseWith(http.StatusBadRequest, err.Error())
	}
	reply, refused = r.update(q.Context(), caller, request)
	return name, reply, refused
}

// update spends before it answers: nothing that the share touched exists before the
// store has said that the guess is durably written.
func (r *Realm) update(ctx context.Context, caller Caller, request juicebox.Request) (juicebox.Response, *refusal) {
	var record Record
	var reply juicebox.Response
	var wait time.Duration
	err := r.config.Store.Update(ctx, NewRecordID(caller.Tenant, caller.User), func(old []byte) ([]byte, error) {
		before, err := DecodeRecord(old)
		if err != nil {
			return nil, err
		}
		record, reply, wait = Decide(before, request, time.Now(), r.rules(caller))
		return record.Encode(), nil
	})
	if err != nil {
		return nil, r.noAnswer(ctx, requestName(request), err)
	}
	if wait > 0 {
		return nil, &refusal{http.StatusTooManyRequests, "too many wrong guesses in a row", wait}
	}
	if guess, ok := reply.(juicebox.Recover2Response); ok && guess.Status == juicebox.StatusOK {
		blinded := request.(juicebox.Recover2).OPRFBlindedInput
		guess.OPRFBlindedResult, guess.OPRFProof, err = juicebox.EvaluateFor(
			record.Registration.OPRFPrivateKey, record.Registration.OPRFSignedPublicKey.PublicKey, blinded)
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
		return refuseWith(statusClientGone, "the client is gone")
	}
	r.config.Log.Error("no answer, because the record could not be used", "request", name, "error", err)
	return refuseWith(http.StatusInternalServerError, "the record could not be used")
}

func (r *Realm) rules(caller Caller) Rules {
	if caller.Tenant == juicebox.Tenant {
		return r.config.Rules
	}
	return r.config.VendorRules
}

func (r *Realm) caller(q *http.Request) (Caller, error) {
	token, err := bearer(q.Header.Get("Authorization"))
	if err != nil {
		return Caller{}, err
	}
	return r.verifier.verify(token, time.Now())
}

func readRequest(w http.ResponseWriter, q *http.Request) (juicebox.Request, *refusal) {
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, juicebox.MaxMessage))
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
		return nil, refuseWith(http.StatusRequestEntityTooLarge, "the message is too big")
	}
	if err != nil {
		return nil, refuseWith(http.StatusBadRequest, "the message could not be read")
	}
	request, err := juicebox.DecodeRequest(body)
	if err != nil {
		return nil, refuseWith(http.StatusBadRequest, "the message is malformed")
	}
	return request, nil
}

// check refuses what cannot be evaluated before it is stored or costs a guess.
func check(request juicebox.Request) error {
	switch request := request.(type) {
	case juicebox.Register2:
		if request.NumGuesses == 0 {
			return errors.New("at least one guess must be allowed")
		}
		return errors.Join(
			juicebox.CheckScalar(request.OPRFPrivateKey),
			juicebox.CheckScalar(request.EncryptionKeyScalarShare),
			juicebox.CheckPoint(request.OPRFSignedPublicKey.PublicKey))
	case juicebox.Recover2:
		return juicebox.CheckPoint(request.OPRFBlindedInput)
	}
	return nil
}

// supported tells whether a client's version (semantic versioning) is 0.2 or later.
func supported(version string) bool {
	version, _, _ = strings.Cut(version, "+")
	version, _, _ = strings.Cut(version, "-")
	parts := strings.Split(version, ".")
	if len(parts) != 3 {
		return false
	}
	var numbers [3]uint64
	for i, part := range parts {
		number, err := parseVersion(part)
		if err != nil {
			return false
		}
		numbers[i] = number
	}
	return numbers[0] > 0 || numbers[1] >= 2
}

func requestName(request juicebox.Request) string {
	switch request.(type) {
	case juicebox.Register1:
		return "Register1"
	case juicebox.Register2:
		return "Register2"
	case juicebox.Recover1:
		return "Recover1"
	case juicebox.Recover2:
		return "Recover2"
	case juicebox.Recover3:
		return "Recover3"
	case juicebox.Delete:
		return "Delete"
	}
	return "unknown"
}
