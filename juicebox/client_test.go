package juicebox

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/secret"
)

// mustRecover recovers and wants the seed from the realms with these numbers.
func (w *world) mustRecover(t *testing.T, from ...int) {
	t.Helper()
	got, err := w.Recover(t.Context(), pin, info)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Secret.Equal(seed) {
		t.Error("another secret came back")
	}
	var want []RealmID
	for _, i := range from {
		want = append(want, w.realms[i-1].id)
	}
	if !slices.Equal(got.Realms, want) {
		t.Errorf("from realms %v, want %v", got.Realms, want)
	}
}

func TestRegisterAndRecover(t *testing.T) {
	w := registered(t)
	for range 2 * guesses { // each success gives the guesses back
		w.mustRecover(t, 1, 2, 3)
	}
	if n := w.asked("Register2"); n != 3 {
		t.Errorf("%d registrations, want 3", n)
	}
}

// lie changes the answers of type T.
func lie[T Response](change func(*T)) func(Request, Response) Response {
	return func(_ Request, answer Response) Response {
		if a, ok := answer.(T); ok {
			change(&a)
			return a
		}
		return answer
	}
}

func lie2(change func(*Recover2Response)) func(*world, *testRealm) {
	return func(_ *world, r *testRealm) { r.lie = lie(change) }
}

func lie3(change func(*Recover3Response)) func(*world, *testRealm) {
	return func(_ *world, r *testRealm) { r.lie = lie(change) }
}

// Each thing that one realm can do wrong leaves the other two to recover from.
func TestOneBadRealm(t *testing.T) {
	_, otherKey, _ := ed25519.GenerateKey(nil)
	point := blind([]byte("another"), randomScalar())
	for name, test := range map[string]struct {
		spoil func(*world, *testRealm)
		from  []int
	}{
		"down":           {func(w *world, _ *testRealm) { w.net["realm1"] = nil }, []int{2, 3}},
		"not registered": {func(_ *world, r *testRealm) { r.record = nil }, []int{2, 3}},
		"no guesses":     {func(_ *world, r *testRealm) { r.locked = true }, []int{2, 3}},
		"other version":  {func(_ *world, r *testRealm) { r.record.Version[0]++ }, []int{2, 3}},
		"other answer": {func(_ *world, r *testRealm) {
			r.lie = func(Request, Response) Response { return DeleteResponse{} }
		}, []int{2, 3}},
		// What fails only in the second phase may still give its part in the third.
		"version then not": {lie2(func(a *Recover2Response) { *a = Recover2Response{Status: StatusVersionMismatch} }), []int{1, 2, 3}},
		"bad proof":        {lie2(func(a *Recover2Response) { a.OPRFProof.BetaZ[0]++ }), []int{1, 2, 3}},
		"bad result":       {lie2(func(a *Recover2Response) { a.OPRFBlindedResult = point }), []int{1, 2, 3}},
		"not a point":      {lie2(func(a *Recover2Response) { a.OPRFBlindedResult = Point{31: 0xff} }), []int{1, 2, 3}},
		"identity":         {lie2(func(a *Recover2Response) { a.OPRFBlindedResult = Point{} }), []int{1, 2, 3}},
		"bad signature":    {lie2(func(a *Recover2Response) { a.OPRFSignedPublicKey.Signature[0]++ }), []int{1, 2, 3}},
		"signed by itself": {lie2(func(a *Recover2Response) {
			a.OPRFSignedPublicKey = signPublicKey(otherKey, RealmID{0: 1, 15: 0xff}, a.OPRFSignedPublicKey.PublicKey)
		}), []int{1, 2, 3}},
		"signed for another realm": {lie2(func(a *Recover2Response) {
			a.OPRFSignedPublicKey = signPublicKey(otherKey, RealmID{0: 2, 15: 0xff}, a.OPRFSignedPublicKey.PublicKey)
		}), []int{1, 2, 3}},
		"other commitment":    {lie2(func(a *Recover2Response) { a.UnlockKeyCommitment[0]++ }), []int{1, 2, 3}},
		"too many spent":      {lie2(func(a *Recover2Response) { a.GuessCount = a.NumGuesses + 1 }), []int{1, 2, 3}},
		"bad tag":             {lie3(func(a *Recover3Response) { *a = Recover3Response{Status: StatusBadUnlockKeyTag} }), []int{2, 3}},
		"other share":         {lie3(func(a *Recover3Response) { a.EncryptionKeyScalarShare[0]++ }), []int{2, 3}},
		"other sealed secret": {lie3(func(a *Recover3Response) { a.EncryptedSecret[0]++ }), []int{2, 3}},
		"other tie":           {lie3(func(a *Recover3Response) { a.EncryptedSecretCommitment[0]++ }), []int{2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			w := registered(t)
			test.spoil(w, w.realms[0])
			w.mustRecover(t, test.from...)
		})
	}
}

// Two bad realms of three are too many; the kind follows the protocol's order.
func TestTwoBadRealms(t *testing.T) {
	badProof := lie(func(a *Recover2Response) { a.OPRFProof.C[0]++ })
	badSignature := lie(func(a *Recover2Response) { a.OPRFSignedPublicKey.Signature[0]++ })
	manySpent := lie(func(a *Recover2Response) { a.GuessCount = a.NumGuesses + 1 })
	status := func(code int) func(w http.ResponseWriter, _ Request) bool {
		return func(w http.ResponseWriter, _ Request) bool {
			w.Header().Set("Retry-After", "70")
			w.WriteHeader(code)
			return true
		}
	}
	for name, test := range map[string]struct {
		spoil func(w *world, a, b *testRealm)
		want  error
	}{
		"not registered, unreachable": {func(w *world, a, b *testRealm) { a.record = nil; w.net["realm2"] = nil }, ErrNotRegistered},
		"bad proofs":                  {func(w *world, a, b *testRealm) { a.lie, b.lie = badProof, badProof }, ErrProtocol},
		"bad signatures":              {func(w *world, a, b *testRealm) { a.lie, b.lie = badSignature, badSignature }, ErrProtocol},
		"many spent":                  {func(w *world, a, b *testRealm) { a.lie, b.lie = manySpent, manySpent }, ErrProtocol},
		"bad proof, unreachable":      {func(w *world, a, b *testRealm) { a.lie = badProof; b.before = status(500) }, ErrProtocol},
		"unauthorized, unregistered":  {func(w *world, a, b *testRealm) { a.before = status(401); b.record = nil }, ErrNotRegistered},
		"unauthorized, upgrade":       {func(w *world, a, b *testRealm) { a.before = status(401); b.before = status(426) }, ErrUnauthorized},
		"upgrade, unreachable":        {func(w *world, a, b *testRealm) { a.before = status(426); b.before = status(503) }, ErrUpgradeRequired},
		"status 400":                  {func(w *world, a, b *testRealm) { a.before = status(400); b.before = status(503) }, ErrProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			w := registered(t)
			test.spoil(w, w.realms[0], w.realms[1])
			_, err := w.Recover(t.Context(), pin, info)
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			var e *ThresholdError
			if !errors.As(err, &e) || e.Need != 2 || e.Got >= 2 {
				t.Errorf("got %#v, want a threshold of 2 not reached", err)
			}
			if len(e.Realms) != 2 {
				t.Errorf("%d realms named, want the two bad ones: %v", len(e.Realms), err)
			}
			if w.asked("Recover3") != 0 {
				t.Error("a realm was asked for its part of the secret")
			}
		})
	}
	w := registered(t)
	w.realms[0].before, w.realms[1].before = status(429), status(500)
	var busy *BusyError
	if _, err := w.Recover(t.Context(), pin, info); !errors.As(err, &busy) || busy.After != 70*time.Second {
		t.Errorf("got %v, want to wait 70 seconds", err)
	}
}

// A realm with another registration is not made to spend a guess.
func TestOtherVersionLeftAlone(t *testing.T) {
	w := registered(t)
	w.realms[0].record.Version[0]++
	w.mustRecover(t, 2, 3)
	if n := w.asked("Recover2"); n != 2 {
		t.Errorf("%d realms were asked for their part of the OPRF, want 2", n)
	}
}

// Realms that are fine one by one, but of which too few belong together.
func TestDisagreement(t *testing.T) {
	w := registered(t)
	w.realms[0].record.Version[0]++
	w.net["realm2"] = nil
	_, err := w.Recover(t.Context(), pin, info)
	if e := new(ThresholdError); !errors.As(err, &e) || e.Got != 1 || !errors.Is(err, ErrNotRegistered) {
		t.Errorf("two versions: %v", err)
	}

	// The same commitment everywhere, but keys of another registration at realm 1.
	w = registered(t)
	other := *w.realms[0].record
	if err := w.Register(t.Context(), pin, seed, info, guesses); err != nil {
		t.Fatal(err)
	}
	other.Version, other.UnlockKeyCommitment = w.realms[1].record.Version, w.realms[1].record.UnlockKeyCommitment
	w.realms[0].record, w.net["realm3"] = &other, nil
	_, err = w.Recover(t.Context(), pin, info)
	if e := new(ThresholdError); !errors.As(err, &e) || e.Got != 1 || !errors.Is(err, ErrProtocol) {
		t.Errorf("two signers: %v", err)
	}
	if w.asked("Recover3") != 0 {
		t.Error("a realm was asked for its part of the secret")
	}
}

func TestOrderOfErrors(t *testing.T) {
	order := []error{
		&WrongPINError{Left: 0}, &WrongPINError{Left: 3}, ErrNotRegistered, ErrUnauthorized, ErrUpgradeRequired,
		&BusyError{After: time.Hour}, &BusyError{After: time.Second}, ErrProtocol, ErrUnreachable,
	}
	for i, a := range order {
		for j, b := range order {
			failed := []RealmError{{Err: fmt.Errorf("%w: more", b)}, {Err: fmt.Errorf("%w: more", a)}}
			if err := threshold(2, 1, failed); !errors.Is(err, order[min(i, j)]) {
				t.Errorf("%v and %v: decided by %v", a, b, err.deciding)
			}
		}
	}
}

func TestWrongPIN(t *testing.T) {
	w := registered(t)
	for left := guesses - 1; left >= 0; left-- {
		_, err := w.Recover(t.Context(), wrong, info)
		if e := new(WrongPINError); !errors.As(err, &e) || e.Left != left {
			t.Fatalf("got %v, want %d left", err, left)
		}
	}
	_, err := w.Recover(t.Context(), pin, info)
	if e := new(WrongPINError); !errors.As(err, &e) || e.Left != 0 {
		t.Errorf("got %v, want no guesses left", err)
	}
	if n := w.asked("Recover3"); n != 0 {
		t.Errorf("%d realms were asked for their part of the secret", n)
	}
}

// The fewest guesses left at a realm that took part are what is left.
func TestWrongPINLeft(t *testing.T) {
	w := registered(t)
	w.realms[1].spent = 2
	_, err := w.Recover(t.Context(), wrong, info)
	if e := new(WrongPINError); !errors.As(err, &e) || e.Left != guesses-3 {
		t.Errorf("got %v, want %d left", err, guesses-3)
	}
}

func TestOtherInfoIsWrongPIN(t *testing.T) {
	w := registered(t)
	_, err := w.Recover(t.Context(), pin, lately)
	if e := new(WrongPINError); !errors.As(err, &e) || e.Left != guesses-1 {
		t.Errorf("got %v, want a wrong PIN", err)
	}
	if n := w.asked("Recover3"); n != 0 {
		t.Errorf("%d realms were asked for their part of the secret", n)
	}
}

// The last guess with the right PIN works.
func TestLastGuess(t *testing.T) {
	w := registered(t)
	for range guesses - 1 {
		w.Recover(t.Context(), wrong, info)
	}
	w.mustRecover(t, 1, 2, 3)
}

func TestRegisterThreshold(t *testing.T) {
	w := newWorld(t)
	w.net["realm2"] = nil
	if err := w.Register(t.Context(), pin, seed, info, guesses); err != nil {
		t.Errorf("one down of three, two needed: %v", err)
	}
	w.Configuration.RegisterThreshold = 3
	err := w.Register(t.Context(), pin, seed, info, guesses)
	if e := new(ThresholdError); !errors.As(err, &e) || e.Need != 3 || e.Got != 2 || !errors.Is(err, ErrUnreachable) || !errors.Is(e.Realms[0].Err, errDown) {
		t.Errorf("one down of three, three needed: %v", err)
	}
	if n := w.asked("Register2"); n != 2 {
		t.Errorf("%d registrations, want those of the first round only", n)
	}
}

func TestRegisterRefuses(t *testing.T) {
	w := newWorld(t)
	if err := w.Register(t.Context(), pin, secret.Random(MaxSecret+1), info, guesses); err == nil {
		t.Error("a long secret was accepted")
	}
	if err := w.Register(t.Context(), pin, seed, info, 0); err == nil {
		t.Error("no guesses were accepted")
	}
	if w.asked("Register2") != 0 {
		t.Error("a realm was asked")
	}
}

func TestDelete(t *testing.T) {
	w := registered(t)
	w.net["realm3"] = nil
	if err := w.Delete(t.Context()); !errors.Is(err, ErrUnreachable) {
		t.Errorf("one realm down: %v", err)
	}
	w.net["realm3"] = w.realms[2]
	for range 2 {
		if err := w.Delete(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.Recover(t.Context(), pin, info); !errors.Is(err, ErrNotRegistered) {
		t.Errorf("after Delete: %v", err)
	}
}

func TestStatus(t *testing.T) {
	w := registered(t)
	w.net["realm2"] = nil
	w.realms[2].locked = true
	got := w.Status(t.Context())
	if len(got) != 3 || !got[0].Registered || got[0].NoGuesses || got[0].Err != nil || got[0].Version != w.realms[0].record.Version || got[0].ID != w.realms[0].id {
		t.Errorf("realm 1: %+v", got[0])
	}
	if got[1].Registered || !errors.Is(got[1].Err, ErrUnreachable) {
		t.Errorf("realm 2: %+v", got[1])
	}
	if got[2].Registered || !got[2].NoGuesses || got[2].Err != nil {
		t.Errorf("realm 3: %+v", got[2])
	}
	if w.realms[0].spent != 0 {
		t.Error("asking spent a guess")
	}
	w.Configuration.RecoverThreshold = 1
	for _, s := range w.Status(t.Context()) {
		if !errors.Is(s.Err, ErrConfiguration) {
			t.Errorf("got %v, want %v", s.Err, ErrConfiguration)
		}
	}
}

// The guess key recovers, and does nothing else.
func TestGuessKey(t *testing.T) {
	w := registered(t)
	w.Token = func(realm RealmID, now time.Time) (string, error) {
		return GuessToken(w.owner.Public().(ed25519.PublicKey), w.guess, realm, now)
	}
	w.mustRecover(t, 1, 2, 3)
	if err := w.Register(t.Context(), pin, seed, info, guesses); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("Register: %v", err)
	}
	if err := w.Delete(t.Context()); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("Delete: %v", err)
	}
}

func TestFastInsecureRefused(t *testing.T) {
	w := registered(t)
	before := len(w.realms[0].asked)
	w.AllowFastInsecure = false
	if _, err := w.Recover(t.Context(), pin, info); !errors.Is(err, ErrConfiguration) {
		t.Errorf("Recover: %v", err)
	}
	if err := w.Register(t.Context(), pin, seed, info, guesses); !errors.Is(err, ErrConfiguration) {
		t.Errorf("Register: %v", err)
	}
	if len(w.realms[0].asked) != before {
		t.Error("a realm was asked")
	}
}
