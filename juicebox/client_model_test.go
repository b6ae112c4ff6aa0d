package juicebox

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"pgregory.net/rapid"
)

// What a realm may do in one phase of a recovery. The first is the only good one.
var manners = []string{"keeps the rules", "is down", "answers 500", "loses the answer", "lags", "breaks the proof", "spoils its part",
	"says another thing", "says garbage", "asks to wait", "lies that no guess is left"}

// A moody realm is a good one behind manners that change by phase.
type moody struct {
	*testRealm
	manner map[string]string // by request
	twos   int               // Recover2 that it was sent
}

func (r *moody) ServeHTTP(w http.ResponseWriter, h *http.Request) { r.testRealm.ServeHTTP(w, h) }

// behave sets the realm up for one recovery.
func (r *moody) behave() {
	r.before = func(w http.ResponseWriter, q Request) bool {
		name := q.requestName()
		if name == "Recover2" {
			r.twos++
		}
		status := map[string]int{"is down": 503, "answers 500": 500, "asks to wait": 429}[r.manner[name]]
		if status != 0 {
			w.WriteHeader(status)
		}
		return status != 0
	}
	r.rewrite = func(q Request, answer []byte) []byte {
		switch r.manner[q.requestName()] {
		case "lags":
			time.Sleep(time.Millisecond)
		case "loses the answer", "says garbage":
			return answer[:len(answer)/2]
		}
		return answer
	}
	r.lie = func(q Request, response Response) Response {
		manner := r.manner[q.requestName()]
		switch a := response.(type) {
		case Recover1Response:
			if manner == "lies that no guess is left" {
				return Recover1Response{Status: StatusNoGuesses}
			}
		case Recover2Response:
			if manner == "breaks the proof" {
				a.OPRFProof.C[0] ^= 1
				return a
			}
		case Recover3Response:
			if manner == "spoils its part" {
				a.EncryptionKeyScalarShare[0] ^= 1
				return a
			}
		}
		if manner == "says another thing" {
			return DeleteResponse{}
		}
		return response
	}
}

// A troubledWorld is up to five moody realms, some of which may hold another registration.
type troubledWorld struct {
	*Client
	realms []*moody
	stale  map[*moody]bool // holds another registration, or none
}

func newTroubledWorld(t *rapid.T, base *world) *troubledWorld {
	n := rapid.IntRange(1, 5).Draw(t, "realms")
	w := &troubledWorld{Client: base.Client, stale: map[*moody]bool{}}
	net := network{}
	c := Configuration{RegisterThreshold: n, RecoverThreshold: rapid.IntRange(n/2+1, n).Draw(t, "threshold"), PINHashingMode: FastInsecure}
	for i := range n {
		r := &moody{testRealm: &testRealm{id: RealmID{0: byte(i + 1)}}}
		host := fmt.Sprintf("realm%d", i)
		w.realms, net[host] = append(w.realms, r), r
		c.Realms = append(c.Realms, Realm{r.id, "embedded://" + host})
	}
	w.Configuration, w.HTTP = c, &http.Client{Transport: net}
	return w
}

// settle gives each realm an older registration, none, or the newest.
func (w *troubledWorld) settle(t *rapid.T) {
	register := func(pin secret.Text, sec string) {
		if err := w.Register(t.Context(), pin, secret.New([]byte(sec)), info, guesses); err != nil {
			t.Fatal(err)
		}
	}
	register(wrong, "an older secret")
	var old []*Register2
	for _, r := range w.realms {
		old = append(old, r.record)
	}
	register(pin, string(seed.Reveal()))
	for i, r := range w.realms {
		switch rapid.IntRange(0, 7).Draw(t, "holds") {
		case 0:
			r.record, w.stale[r] = old[i], true
		case 1:
			r.record, w.stale[r] = nil, true
		}
	}
}

// Whatever up to all of the realms do: the result is the right secret, or an error with a
// name. If enough realms keep the rules, the right PIN works. No realm is sent two guesses
// for one typed PIN, and what is said to be left is not more than what is left.
func TestClientAgainstTroubledRealms(t *testing.T) {
	base := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newTroubledWorld(t, base)
		w.settle(t)
		for range rapid.IntRange(1, 2*guesses).Draw(t, "tries") {
			good := w.draw(t)
			right := rapid.Bool().Draw(t, "right PIN")
			typed := wrong
			if right {
				typed = pin
			}
			got, err := w.Recover(t.Context(), typed, info)
			w.check(t, right, good, got, err)
		}
	})
}

// draw gives the realms their manners for one try, and counts those that are good in every phase.
func (w *troubledWorld) draw(t *rapid.T) (good int) {
	for _, r := range w.realms {
		r.manner, r.twos = map[string]string{}, 0
		if rapid.IntRange(0, 2).Draw(t, "trouble") == 0 {
			phase := rapid.SampledFrom([]string{"Recover1", "Recover2", "Recover3"}).Draw(t, "phase")
			r.manner[phase] = rapid.SampledFrom(append(manners, map[string]string{"Recover2": "breaks the proof", "Recover3": "spoils its part"}[phase])).Draw(t, phase)
		}
		r.behave()
		if r.good() && !w.stale[r] && r.status() == StatusOK {
			good++
		}
	}
	return good
}

func (r *moody) good() bool {
	for _, manner := range r.manner {
		if manner != manners[0] && manner != "lags" {
			return false
		}
	}
	return true
}

func (w *troubledWorld) check(t *rapid.T, right bool, good int, got Recovered, err error) {
	need := w.Configuration.RecoverThreshold
	switch {
	case err == nil && (!got.Secret.Equal(seed) || len(got.Realms) < need) && !w.older(got):
		t.Fatalf("from %d realms another secret came back", len(got.Realms))
	case err == nil && !right && !w.older(got):
		t.Fatal("a wrong PIN opened it")
	case err != nil && right && good >= need:
		t.Fatalf("%d realms of %d needed are good: %v", good, need, err)
	case err != nil && !named(err):
		t.Fatalf("an error without a name: %v", err)
	}
	left := guesses
	for _, r := range w.realms {
		if r.twos > 1 {
			t.Fatalf("%d guesses at one realm for one typed PIN", r.twos)
		}
		if r.twos == 1 && r.good() {
			left = min(left, guesses-int(r.spent))
		}
	}
	var wrongPIN *WrongPINError
	if errors.As(err, &wrongPIN) && wrongPIN.Left > left {
		t.Fatalf("%d left, it says, but a realm that was asked has %d", wrongPIN.Left, left)
	}
}

// older tells whether a secret is the one of the registration before, which opens with its
// own PIN as long as enough realms still hold it.
func (w *troubledWorld) older(got Recovered) bool {
	return string(got.Secret.Reveal()) == "an older secret" && len(w.stale) >= w.Configuration.RecoverThreshold
}
