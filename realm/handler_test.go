package realm_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
	"github.com/cloudseed/cloudseed/secret"
)

// inProcess is a realm without a socket, and what it logs.
func inProcess(t *testing.T, store realm.Store) (*http.Client, *bytes.Buffer) {
	t.Helper()
	log := new(bytes.Buffer)
	handler, err := realm.New(realm.Config{
		ID: realmID, Store: store,
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	transport := new(http.Transport)
	transport.RegisterProtocol("embedded", realm.InProcess(map[juicebox.RealmID]http.Handler{realmID: handler}))
	return &http.Client{Transport: transport}, log
}

func embedded() string { return "embedded://" + realmID.String() + "/" }

func token(t *testing.T, sign func() (string, error)) string {
	t.Helper()
	text, err := sign()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestHTTP(t *testing.T) {
	client, _ := inProcess(t, &realm.Memory{})
	register1 := string(juicebox.EncodeRequest(juicebox.Register1{}))
	noGuesses := realmtest.Registration(0)
	badScalar, badPoint := realmtest.Registration(5), realmtest.Registration(5)
	badScalar.EncryptionKeyScalarShare = juicebox.Scalar{31: 0xff}
	badPoint.OPRFSignedPublicKey.PublicKey = juicebox.Point{0xff}
	owner, guess := "Bearer "+token(t, ownerToken), "Bearer "+token(t, guessToken)

	for _, test := range []struct {
		name, method, path     string
		version, authorization string
		body                   string
		status                 int
		answer                 string // in the body
	}{
		{"id", "GET", "", "", "", "", 200, `{"realmID":"` + realmID.String() + `"}`},
		{"preflight", "OPTIONS", "req", "", "", "", 204, ""},
		{"elsewhere", "GET", "other", "", "", "", 404, ""},
		{"wrong method", "GET", "req", "", "", "", 405, ""},
		{"good", "POST", "req", "0.3.7", owner, register1, 200, "Register1"},
		{"oldest version", "POST", "req", "0.2.0", owner, register1, 200, ""},
		{"newer version", "POST", "req", "1.0.0-rc.1+x", owner, register1, 200, ""},
		{"version too old", "POST", "req", "0.1.9", owner, register1, 426, ""},
		{"version missing", "POST", "req", "", owner, register1, 426, ""},
		{"version unclear", "POST", "req", "0.3", owner, register1, 426, ""},
		{"no token", "POST", "req", "0.3.7", "", register1, 401, "there is none"},
		{"other scheme", "POST", "req", "0.3.7", "Basic abc", register1, 401, "there is none"},
		{"bad token", "POST", "req", "0.3.7", "Bearer abc", register1, 401, "malformed"},
		{"guess key registers", "POST", "req", "0.3.7", guess, register1, 401, "owner key"},
		{"guess key deletes", "POST", "req", "0.3.7", guess, encoded(juicebox.Delete{}), 401, "owner key"},
		{"guess key recovers", "POST", "req", "0.3.7", guess, encoded(juicebox.Recover1{}), 200, "NotRegistered"},
		{"empty", "POST", "req", "0.3.7", owner, "", 400, "malformed"},
		{"malformed", "POST", "req", "0.3.7", owner, "Register1", 400, "malformed"},
		{"too big", "POST", "req", "0.3.7", owner, strings.Repeat("x", juicebox.MaxMessage+1), 413, "too big"},
		{"no guess allowed", "POST", "req", "0.3.7", owner, encoded(noGuesses), 400, "at least one guess"},
		{"bad scalar", "POST", "req", "0.3.7", owner, encoded(badScalar), 400, "scalar"},
		{"bad point", "POST", "req", "0.3.7", owner, encoded(badPoint), 400, "point"},
	} {
		t.Run(test.name, func(t *testing.T) {
			q, err := http.NewRequest(test.method, embedded()+test.path, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			q.Header.Set("X-Juicebox-Version", test.version)
			q.Header.Set("Authorization", test.authorization)
			q.Header.Set("Origin", "https://wallet.example")
			answer, err := client.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(answer.Body)
			if answer.StatusCode != test.status || !strings.Contains(string(body), test.answer) {
				t.Errorf("got %d %q, want %d with %q", answer.StatusCode, body, test.status, test.answer)
			}
			checkHeader(t, answer.Header)
			if may := answer.Header.Get("Access-Control-Allow-Headers"); strings.Contains(may, "X-Juicebox-Version") != (test.method == "OPTIONS") {
				t.Errorf("browsers may send %q", may)
			}
		})
	}
}

func encoded(request juicebox.Request) string { return string(juicebox.EncodeRequest(request)) }

// checkHeader is for what every answer says, refusals too.
func checkHeader(t *testing.T, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Cache-Control":               "no-store",
		"Access-Control-Allow-Origin": "*",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if date, err := http.ParseTime(h.Get("Date")); err != nil || time.Since(date).Abs() > time.Minute {
		t.Errorf("Date: %q", h.Get("Date"))
	}
}

// A guess that cannot be evaluated costs nothing.
func TestUndecodablePointSpendsNothing(t *testing.T) {
	store := &realm.Memory{}
	target, user := serve(t, store)
	registration := realmtest.Registration(allowed)
	if _, err := target(ownerToken).Ask(t.Context(), registration); err != nil {
		t.Fatal(err)
	}
	for _, point := range []juicebox.Point{{}, {0xff}} { // the identity; not a point
		_, err := target(guessToken).Ask(t.Context(), juicebox.Recover2{Version: registration.Version, OPRFBlindedInput: point})
		if refused, ok := err.(*realmtest.StatusError); !ok || refused.Status != http.StatusBadRequest {
			t.Errorf("got %v, want status 400", err)
		}
	}
	if record := read(t, store, user); record.GuessCount != 0 {
		t.Errorf("%d guesses spent", record.GuessCount)
	}
}

func read(t *testing.T, store realm.Store, user realm.RecordID) (record realm.Record) {
	t.Helper()
	err := store.Update(context.Background(), user, func(old []byte) (_ []byte, err error) {
		record, err = realm.DecodeRecord(old)
		return old, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// Our own client, over the transport without a socket.
func TestClientInProcess(t *testing.T) {
	store := &realm.Memory{}
	web, log := inProcess(t, store)
	client := juicebox.Client{
		Configuration: juicebox.Configuration{
			Realms:            []juicebox.Realm{{ID: realmID, Address: embedded()}},
			RegisterThreshold: 1, RecoverThreshold: 1, PINHashingMode: juicebox.FastInsecure,
		},
		Token:             func(juicebox.RealmID, time.Time) (string, error) { return ownerToken() },
		HTTP:              web,
		AllowFastInsecure: true,
	}
	pin, kept, info := secret.New([]byte("2873")), secret.New([]byte("the vault key")), []byte("info")
	if err := client.Register(t.Context(), pin, kept, info, 5); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Recover(t.Context(), secret.New([]byte("1111")), info); err == nil {
		t.Error("a wrong PIN recovered something")
	}
	recovered, err := client.Recover(t.Context(), pin, info)
	if err != nil || !recovered.Secret.Equal(kept) {
		t.Errorf("recovered %v, %v", recovered, err)
	}
	if err := client.Delete(t.Context()); err != nil {
		t.Error(err)
	}
	for _, never := range []string{token(t, ownerToken)[:40], juicebox.TokenSubject(public(ownerKey), public(guessKey))} {
		if strings.Contains(log.String(), never) {
			t.Errorf("the log has %q", never)
		}
	}
	if !strings.Contains(log.String(), "name=Recover2 status=200") {
		t.Errorf("log:\n%s", log)
	}
}

func TestCorruptRecordIsNotAnswered(t *testing.T) {
	store := &realm.Memory{}
	target, user := serve(t, store)
	store.Update(t.Context(), user, func([]byte) ([]byte, error) { return []byte("junk"), nil })
	_, err := target(guessToken).Ask(t.Context(), juicebox.Recover1{})
	if failed, ok := err.(*realmtest.StatusError); !ok || failed.Status != http.StatusInternalServerError {
		t.Errorf("got %v, want status 500", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, config := range map[string]realm.Config{
		"no id":    {Store: &realm.Memory{}},
		"no store": {ID: realmID},
	} {
		if _, err := realm.New(config); err == nil {
			t.Errorf("%s: made a realm", name)
		}
	}
}

func TestInProcessKnowsItsRealms(t *testing.T) {
	client, _ := inProcess(t, &realm.Memory{})
	for _, url := range []string{"embedded://" + strings.Repeat("0", 32) + "/", "embedded://name/"} {
		if _, err := client.Get(url); err == nil {
			t.Errorf("%s answered", url)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	q, _ := http.NewRequestWithContext(ended, "GET", embedded(), nil)
	if _, err := client.Do(q); err == nil {
		t.Error("answered after the context ended")
	}
}
