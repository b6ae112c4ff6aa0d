package juicebox

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/golang-jwt/jwt/v5"
)

// A testRealm keeps one record in memory, by the protocol's rules, and can be told to
// break them. The real one is package realm.
type testRealm struct {
	id     RealmID
	clock  time.Duration                           // its clock minus ours
	before func(http.ResponseWriter, Request) bool // answers instead, if it returns true
	lie    func(Request, Response) Response        // changes a true answer
	// rewrite changes the bytes of an answer; nil: it does not.
	rewrite func(Request, []byte) []byte

	mu      sync.Mutex
	record  *Register2
	spent   uint16
	locked  bool
	asked   []string // names of requests, in order
	refused int      // tokens
}

func (r *testRealm) ServeHTTP(w http.ResponseWriter, h *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.Header().Set("Date", time.Now().Add(r.clock).UTC().Format(http.TimeFormat))
	body, _ := io.ReadAll(h.Body)
	request, err := DecodeRequest(body)
	if err != nil || h.Method != "POST" || h.URL.Path != "/req" || h.Header.Get("X-Juicebox-Version") != "0.3.7" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	role, err := r.role(h.Header.Get("Authorization"))
	if err != nil || role != Owner && !strings.HasPrefix(request.requestName(), "Recover") {
		r.refused++
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.asked = append(r.asked, request.requestName())
	if r.before != nil && r.before(w, request) {
		return
	}
	response := r.decide(request)
	if r.lie != nil {
		response = r.lie(request, response)
	}
	body = EncodeResponse(response)
	if r.rewrite != nil {
		body = r.rewrite(request, body)
	}
	w.Write(body)
}

// role verifies a token as a realm must.
func (r *testRealm) role(header string) (role Role, err error) {
	text, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		return 0, errors.New("no token")
	}
	now := func() time.Time { return time.Now().Add(r.clock) }
	_, err = jwt.Parse(text, func(t *jwt.Token) (any, error) {
		subject, err := t.Claims.GetSubject()
		if err != nil {
			return nil, err
		}
		owner, guess, err := ParseTokenSubject(subject)
		switch t.Header["kid"] {
		case "cloudseed:1":
			role = Owner
			return owner, err
		case "cloudseed:2":
			role = Guess
			return guess, err
		}
		return nil, errors.New("unknown key id")
	}, jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithTimeFunc(now), jwt.WithLeeway(5*time.Second), jwt.WithIssuer(Tenant),
		jwt.WithAudience(r.id.String()), jwt.WithExpirationRequired(), jwt.WithNotBeforeRequired())
	return role, err
}

func (r *testRealm) decide(request Request) Response {
	switch q := request.(type) {
	case Register1:
		return Register1Response{}
	case Register2:
		r.record, r.spent, r.locked = &q, 0, false
		return Register2Response{}
	case Delete:
		r.record, r.spent, r.locked = nil, 0, false
		return DeleteResponse{}
	case Recover1:
		if s := r.status(); s != StatusOK {
			return Recover1Response{Status: s}
		}
		return Recover1Response{StatusOK, r.record.Version}
	case Recover2:
		return r.evaluate(q)
	case Recover3:
		return r.release(q)
	}
	panic("unknown request")
}

func (r *testRealm) status() Status {
	switch {
	case r.locked || r.record != nil && r.spent >= r.record.NumGuesses:
		return StatusNoGuesses
	case r.record == nil:
		return StatusNotRegistered
	}
	return StatusOK
}

func (r *testRealm) evaluate(q Recover2) Response {
	if s := r.status(); s != StatusOK {
		return Recover2Response{Status: s}
	}
	if q.Version != r.record.Version {
		return Recover2Response{Status: StatusVersionMismatch}
	}
	r.spent++
	result, proof, err := Evaluate(r.record.OPRFPrivateKey, q.OPRFBlindedInput)
	if err != nil {
		panic(err)
	}
	return Recover2Response{StatusOK, r.record.OPRFSignedPublicKey, result, proof,
		r.record.UnlockKeyCommitment, r.record.NumGuesses, r.spent}
}

func (r *testRealm) release(q Recover3) Response {
	if r.record == nil || r.locked {
		return Recover3Response{Status: r.status()}
	}
	if q.Version != r.record.Version {
		return Recover3Response{Status: StatusVersionMismatch}
	}
	if q.UnlockKeyTag != r.record.UnlockKeyTag {
		r.locked = r.spent >= r.record.NumGuesses
		return Recover3Response{Status: StatusBadUnlockKeyTag, GuessesRemaining: r.record.NumGuesses - r.spent}
	}
	r.spent = 0
	return Recover3Response{Status: StatusOK, EncryptionKeyScalarShare: r.record.EncryptionKeyScalarShare,
		EncryptedSecret: r.record.EncryptedSecret, EncryptedSecretCommitment: r.record.EncryptedSecretCommitment}
}

// A network brings requests to realms by the host of their address; nil is one that is down.
type network map[string]http.Handler

var errDown = errors.New("no route to host")

func (n network) RoundTrip(h *http.Request) (*http.Response, error) {
	realm := n[h.URL.Host]
	if err := h.Context().Err(); err != nil {
		return nil, err
	}
	if realm == nil {
		return nil, errDown
	}
	w := httptest.NewRecorder()
	realm.ServeHTTP(w, h)
	return w.Result(), nil
}

// A world is three realms, 2-of-3, and an owner's client.
type world struct {
	*Client
	realms [3]*testRealm
	net    network
	owner  ed25519.PrivateKey
	guess  ed25519.PrivateKey
}

const guesses = 5

var (
	pin    = secret.New([]byte("271828"))
	wrong  = secret.New([]byte("271829"))
	seed   = secret.New([]byte("thirty-two bytes, the vault key."))
	info   = []byte("hash of the stanza")
	lately = []byte("hash of another stanza")
)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Client: &Client{AllowFastInsecure: true}, net: network{}}
	_, w.owner, _ = ed25519.GenerateKey(nil)
	_, w.guess, _ = ed25519.GenerateKey(nil)
	w.Configuration = Configuration{RegisterThreshold: 2, RecoverThreshold: 2, PINHashingMode: FastInsecure}
	for _, i := range []int{2, 0, 1} { // not in order of ids
		w.realms[i] = &testRealm{id: RealmID{0: byte(i + 1), 15: 0xff}}
		host := fmt.Sprintf("realm%d", i+1)
		w.net[host] = w.realms[i]
		w.Configuration.Realms = append(w.Configuration.Realms, Realm{w.realms[i].id, "embedded://" + host})
	}
	w.Token = func(realm RealmID, now time.Time) (string, error) {
		return OwnerToken(w.owner, w.guess.Public().(ed25519.PublicKey), realm, now)
	}
	w.HTTP = &http.Client{Transport: w.net}
	return w
}

// registered is a world in which the seed is registered at all three.
func registered(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	if err := w.Register(t.Context(), pin, seed, info, guesses); err != nil {
		t.Fatal(err)
	}
	return w
}

// asked counts a kind of request at all realms.
func (w *world) asked(name string) (n int) {
	for _, r := range w.realms {
		for _, a := range r.asked {
			if a == name {
				n++
			}
		}
	}
	return n
}
