package realm_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
	"github.com/cloudseed/cloudseed/realm/sqlite"
)

const (
	guessers = 200
	allowed  = 10
)

// The attack that matters: N parallel guesses must cost N, whatever stores them.
func TestStormOfWrongGuesses(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		if err := storm(t, &realm.Memory{}); err != nil {
			t.Error(err)
		}
	})
	t.Run("sqlite", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "realm")
		if err := sqlite.Create(dir, realmID); err != nil {
			t.Fatal(err)
		}
		store, err := sqlite.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if err := storm(t, store); err != nil {
			t.Error(err)
		}
	})
}

// The storm must be able to fail: a store that reads, and then writes what it likes, as
// key servers over plain put operations do, gives more guesses than allowed.
func TestStormBites(t *testing.T) {
	err := storm(t, &losingStore{store: &realm.Memory{}})
	if err == nil {
		t.Fatal("a store that loses updates was not noticed")
	}
	t.Log("noticed:", err)
}

// losingStore is wrong: two updates at once read the same record.
type losingStore struct{ store realm.Store }

func (s *losingStore) Update(ctx context.Context, id realm.RecordID, change realm.Change) error {
	var read []byte
	err := s.store.Update(ctx, id, func(old []byte) ([]byte, error) { read = old; return old, nil })
	if err != nil {
		return err
	}
	next, err := change(read)
	if err != nil {
		return err
	}
	time.Sleep(time.Millisecond)
	return s.store.Update(ctx, id, func([]byte) ([]byte, error) { return next, nil })
}

// storm runs at a realm over store, with the guess key only, and says what was wrong.
func storm(t *testing.T, store realm.Store) error {
	t.Helper()
	target, user := serve(t, store)
	owner, guess := target(ownerToken), target(guessToken)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := owner.Ask(ctx, realmtest.Registration(allowed)); err != nil {
		t.Fatal(err)
	}
	attack := realmtest.Storm{Target: guess, Guessers: guessers}
	if err := attack.Run(ctx); err != nil {
		return err
	}
	return checkStorm(t, store, user, attack.Answered.Load())
}

func checkStorm(t *testing.T, store realm.Store, user realm.RecordID, answered int64) error {
	t.Helper()
	record := read(t, store, user)
	if record.GuessCount != allowed || answered > allowed {
		return fmt.Errorf("%d guesses are spent and %d were answered; %d are allowed", record.GuessCount, answered, allowed)
	}
	return nil
}

var realmID = juicebox.RealmID{0xaa, 0xbb}

// Keys of one user; the tests need no secrecy.
var (
	ownerKey = ed25519.NewKeyFromSeed(make([]byte, 32))
	guessKey = ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))
)

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func ownerToken() (string, error) {
	return juicebox.OwnerToken(ownerKey, public(guessKey), realmID, time.Now())
}

func guessToken() (string, error) {
	return juicebox.GuessToken(public(ownerKey), guessKey, realmID, time.Now())
}

// serve starts a realm over store. target makes a Target with a token; user is its record.
func serve(t *testing.T, store realm.Store) (target func(func() (string, error)) realmtest.Target, user realm.RecordID) {
	t.Helper()
	handler, err := realm.New(realm.Config{ID: realmID, Store: store})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: guessers}}
	t.Cleanup(client.CloseIdleConnections)
	target = func(token func() (string, error)) realmtest.Target {
		text, err := token()
		if err != nil {
			t.Fatal(err)
		}
		return realmtest.Target{URL: server.URL + "/", Token: text, HTTP: client}
	}
	subject := juicebox.TokenSubject(public(ownerKey), public(guessKey))
	return target, realm.NewRecordID(juicebox.Tenant, subject)
}

// Failed, and failed but stored: in both cases there is no answer, and in the second the
// guess is spent.
func TestFailingStoreGivesNoAnswer(t *testing.T) {
	for _, test := range []struct {
		name   string
		stored bool
		spent  uint16
	}{
		{"failed", false, 0},
		{"failed but stored", true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			memory := &realm.Memory{}
			store := &failingStore{store: memory}
			target, user := serve(t, store)
			registration := realmtest.Registration(allowed)
			ctx := context.Background()
			if _, err := target(ownerToken).Ask(ctx, registration); err != nil {
				t.Fatal(err)
			}
			store.fail(test.stored)
			reply, err := target(guessToken).Ask(ctx, juicebox.Recover2{
				Version: registration.Version, OPRFBlindedInput: realmtest.BlindedGuess(),
			})
			failure, ok := err.(*realmtest.StatusError)
			if !ok || failure.Status != http.StatusInternalServerError {
				t.Errorf("got %v, %v; want status 500", reply, err)
			}
			var record realm.Record
			memory.Update(ctx, user, func(old []byte) ([]byte, error) {
				record, err = realm.DecodeRecord(old)
				return old, err
			})
			if record.GuessCount != test.spent {
				t.Errorf("%d guesses spent, want %d", record.GuessCount, test.spent)
			}
		})
	}
}

// failingStore fails every update once it is told to, before or after storing it.
type failingStore struct {
	store realm.Store

	mu      sync.Mutex
	failing bool
	stores  bool
}

func (s *failingStore) fail(stores bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing, s.stores = true, stores
}

func (s *failingStore) Update(ctx context.Context, id realm.RecordID, change realm.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.failing || s.stores {
		if err := s.store.Update(ctx, id, change); err != nil {
			return err
		}
	}
	if s.failing {
		return sqlite.ErrUnknown
	}
	return nil
}
