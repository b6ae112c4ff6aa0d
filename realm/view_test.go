package realm_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

// owned is the built-in tenant's client of one realm with this configuration, with the
// owner's or the guess key's tokens.
func owned(t *testing.T, config realm.Config, token func() (string, error)) *juicebox.Client {
	t.Helper()
	config.ID = realmID
	handler, err := realm.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return &juicebox.Client{
		Configuration: juicebox.Configuration{
			Realms:            []juicebox.Realm{{ID: realmID, Address: embedded()}},
			RegisterThreshold: 1, RecoverThreshold: 1, PINHashingMode: juicebox.FastInsecure,
		},
		Token:             func(juicebox.RealmID, time.Time) (string, error) { return token() },
		HTTP:              &http.Client{Transport: realm.InProcess(map[juicebox.RealmID]http.Handler{realmID: handler})},
		AllowFastInsecure: true,
	}
}

var pin, wrongPIN, kept = secret.New([]byte("2873")), secret.New([]byte("1111")), secret.New([]byte("the vault key"))

func TestOwnersView(t *testing.T) {
	client := owned(t, realm.Config{Store: &realm.Memory{}}, ownerToken)
	check := func(when string, want juicebox.View) {
		t.Helper()
		got := client.View(t.Context())
		if len(got) != 1 || got[0].Err != nil || got[0].ID != realmID {
			t.Fatalf("%s: %v", when, got)
		}
		view := got[0].View
		if set := !view.Registered.IsZero(); set != (want.State != juicebox.StatusNotRegistered) || set && time.Since(view.Registered) > time.Minute {
			t.Errorf("%s: registered %v", when, view.Registered)
		}
		if set := !view.LastWrong.IsZero(); set != (want.GuessesEver > 0) || set && time.Since(view.LastWrong) > time.Minute {
			t.Errorf("%s: last wrong %v", when, view.LastWrong)
		}
		view.Registered, view.LastWrong = time.Time{}, time.Time{}
		if diff := cmp.Diff(want, view); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	recover := func(pin secret.Text) { client.Recover(t.Context(), pin, nil) }
	register := func() {
		if err := client.Register(t.Context(), pin, kept, nil, 3); err != nil {
			t.Fatal(err)
		}
	}
	check("before", juicebox.View{State: juicebox.StatusNotRegistered})
	register()
	check("registered", juicebox.View{State: juicebox.StatusOK, GuessesLeft: 3})
	recover(wrongPIN)
	check("one wrong", juicebox.View{State: juicebox.StatusOK, GuessesUsed: 1, GuessesLeft: 2, GuessesEver: 1})
	recover(pin)
	check("right", juicebox.View{State: juicebox.StatusOK, GuessesLeft: 3, GuessesEver: 2, Proved: true})
	register()
	check("again", juicebox.View{State: juicebox.StatusOK, GuessesLeft: 3, GuessesEver: 2})
	for range 4 {
		recover(wrongPIN)
	}
	check("used up", juicebox.View{State: juicebox.StatusNoGuesses, GuessesUsed: 3, GuessesEver: 5})
	if err := client.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("deleted", juicebox.View{State: juicebox.StatusNotRegistered})
}

// A right PIN alone is no wrong guess, and a wiped record still tells its story.
func TestLastWrong(t *testing.T) {
	at := func(seconds int) time.Time { return time.Unix(1_800_000_000+int64(seconds), 0).UTC() }
	registration := realmtest.Registration(3)
	guess := juicebox.Recover2{Version: registration.Version}
	unlock := juicebox.Recover3{Version: registration.Version, UnlockKeyTag: registration.UnlockKeyTag}
	var record realm.Record
	for _, step := range []struct {
		second    int
		request   juicebox.Request
		lastWrong time.Time
	}{
		{0, registration, time.Time{}},
		{1, guess, at(1)}, // nobody knows yet
		{2, unlock, time.Time{}},
		{3, guess, at(3)},
		{4, guess, at(4)},
		{5, unlock, at(3)},
		{6, guess, at(6)},
		{7, guess, at(7)},
		{8, guess, at(8)},
		{1000, juicebox.Recover1{}, at(8)},
	} {
		record, _, _ = realm.Decide(record, step.request, at(step.second), realm.Rules{})
		if got := realm.View(record, at(step.second), realm.Rules{}).LastWrong; got != step.lastWrong {
			t.Errorf("at second %d: %v, want %v", step.second, got, step.lastWrong)
		}
	}
	want := juicebox.View{State: juicebox.StatusNoGuesses, GuessesEver: 6, LastWrong: at(8), Registered: at(0), Proved: true}
	if diff := cmp.Diff(want, realm.View(record, at(1001), realm.Rules{})); diff != "" {
		t.Errorf("wiped (-want +got):\n%s", diff)
	}
}

func TestViewIsForTheOwner(t *testing.T) {
	key := []byte("a vendor's key")
	tenants, err := realm.ParseTenants([]byte(`{"acme":{"1":"` + string(key) + `"}}`))
	if err != nil {
		t.Fatal(err)
	}
	config := realm.Config{Store: &realm.Memory{}, Tenants: tenants}
	vendor := func() (string, error) {
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
			"iss": "acme", "sub": "alice", "aud": realmID.String(), "exp": time.Now().Add(time.Hour).Unix()})
		token.Header["kid"] = "acme:1"
		return token.SignedString(key)
	}
	none := func() (string, error) { return "a.b.c", nil }
	for name, token := range map[string]func() (string, error){"guess key": guessToken, "vendor": vendor, "no token": none} {
		if got := owned(t, config, token).View(t.Context()); !errors.Is(got[0].Err, juicebox.ErrUnauthorized) {
			t.Errorf("%s: %v, want ErrUnauthorized", name, got)
		}
	}
}

// Pacing as a client sees it: at Recover1 already, with the time to wait, for nothing.
func TestPacingOverHTTP(t *testing.T) {
	config := realm.Config{Store: &realm.Memory{}, Rules: realm.Rules{Pacing: realm.Pacing{0, time.Hour}}, VendorRules: realm.Rules{Pacing: realm.Pacing{time.Nanosecond}}}
	client := owned(t, config, ownerToken)
	if err := client.Register(t.Context(), pin, kept, nil, 5); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := client.Recover(t.Context(), wrongPIN, nil); err == nil {
			t.Fatal("recovered")
		}
	}
	for range 3 {
		_, err := client.Recover(t.Context(), pin, nil)
		if busy, ok := errors.AsType[*juicebox.BusyError](err); !ok || busy.After > time.Hour || busy.After < 59*time.Minute {
			t.Fatalf("got %v, want a wait of an hour", err)
		}
	}
	got := client.View(t.Context())[0]
	if got.Err != nil || got.GuessesUsed != 2 || got.GuessesEver != 2 || got.Wait > 3600 || got.Wait < 3540 {
		t.Errorf("view: %+v", got)
	}
}

// Refused at Recover2 too, for whoever does not ask first.
func TestPacingIsEnforcedAtRecover2(t *testing.T) {
	handler, err := realm.New(realm.Config{ID: realmID, Store: &realm.Memory{}, Rules: realm.Rules{Pacing: realm.Pacing{time.Hour}}})
	if err != nil {
		t.Fatal(err)
	}
	target := realmtest.Target{URL: embedded(), Token: token(t, ownerToken),
		HTTP: &http.Client{Transport: realm.InProcess(map[juicebox.RealmID]http.Handler{realmID: handler})}}
	registration := realmtest.Registration(5)
	if _, err := target.Ask(t.Context(), registration); err != nil {
		t.Fatal(err)
	}
	guess := juicebox.Recover2{Version: registration.Version, OPRFBlindedInput: realmtest.BlindedGuess()}
	if _, err := target.Ask(t.Context(), guess); err != nil {
		t.Fatal(err)
	}
	_, err = target.Ask(t.Context(), guess)
	if refused, ok := err.(*realmtest.StatusError); !ok || refused.Status != http.StatusTooManyRequests || !strings.Contains(refused.Text, "wrong guesses") {
		t.Errorf("got %v, want status 429", err)
	}
	if _, err := target.Ask(t.Context(), juicebox.Recover3{Version: registration.Version, UnlockKeyTag: registration.UnlockKeyTag}); err != nil {
		t.Errorf("the right tag: %v", err)
	}
	if _, err := target.Ask(t.Context(), guess); err != nil {
		t.Errorf("after the right tag: %v", err)
	}
}
