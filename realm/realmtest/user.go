package realmtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
)

// A User has one record in the built-in tenant of every realm.
type User struct{ owner, guess ed25519.PrivateKey }

// NewUser draws one.
func NewUser() User {
	key := func() ed25519.PrivateKey {
		seed := make([]byte, ed25519.SeedSize)
		rand.Read(seed)
		return ed25519.NewKeyFromSeed(seed)
	}
	return User{key(), key()}
}

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

// Token is an owner's for a realm: it may do everything, for some minutes.
func (u User) Token(t testing.TB, id juicebox.RealmID) string {
	t.Helper()
	token, err := juicebox.OwnerToken(u.owner, public(u.guess), id, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Record is where realms keep the user's record.
func (u User) Record() realm.RecordID {
	return realm.NewRecordID(juicebox.Tenant, juicebox.TokenSubject(public(u.owner), public(u.guess)))
}

// At makes the user's target at a realm over store, without a socket and without pacing.
func (u User) At(t testing.TB, store realm.Store) Target {
	t.Helper()
	id := juicebox.RealmID{0xaa, 0xbb}
	handler, err := realm.New(realm.Config{ID: id, Store: store})
	if err != nil {
		t.Fatal(err)
	}
	direct := realm.InProcess(map[juicebox.RealmID]http.Handler{id: handler})
	return Target{URL: "embedded://" + id.String() + "/", Token: u.Token(t, id), HTTP: &http.Client{Transport: direct}}
}
