package realm_test

import (
	"bytes"
	"crypto/ed25519"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

// A person of the built-in tenant, asking from some address.
type person struct {
	t     *testing.T
	realm *realm.Realm
	token string
}

func newPerson(t *testing.T, r *realm.Realm, number byte) person {
	t.Helper()
	owner := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{number}, ed25519.SeedSize))
	token, err := juicebox.OwnerToken(owner, public(guessKey), realmID, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return person{t, r, token}
}

// ask returns the HTTP answer to one request from a remote address.
func (p person) ask(remote, forwarded string, request juicebox.Request) *httptest.ResponseRecorder {
	q := httptest.NewRequest("POST", "/req", bytes.NewReader(juicebox.EncodeRequest(request)))
	q.RemoteAddr = remote
	q.Header.Set("Authorization", "Bearer "+p.token)
	q.Header.Set("X-Juicebox-Version", juicebox.ProtocolVersion)
	if forwarded != "" {
		q.Header.Set("X-Forwarded-For", forwarded)
	}
	w := httptest.NewRecorder()
	p.realm.ServeHTTP(w, q)
	return w
}

func (p person) expect(what, remote, forwarded string, request juicebox.Request, status int) {
	p.t.Helper()
	w := p.ask(remote, forwarded, request)
	if w.Code != status {
		p.t.Errorf("%s: status %d %q, want %d", what, w.Code, w.Body, status)
	}
	after, _ := strconv.Atoi(w.Header().Get("Retry-After"))
	if (w.Code == http.StatusTooManyRequests) != (after > 0) {
		p.t.Errorf("%s: status %d with Retry-After %d", what, w.Code, after)
	}
}

func newRealm(t *testing.T, config realm.Config) *realm.Realm {
	t.Helper()
	config.ID = realmID
	if config.Store == nil {
		config.Store = &realm.Memory{}
	}
	r, err := realm.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const phone, sameNetwork, otherNetwork = "[2001:db8:1:2::1]:4000", "[2001:db8:1:2:ffff::2]:4001", "[2001:db8:1:3::1]:4000"

func TestNewRecordsPerAddress(t *testing.T) {
	r := newRealm(t, realm.Config{Limits: realm.Limits{NewPerDay: 2}})
	first, second, third := newPerson(t, r, 1), newPerson(t, r, 2), newPerson(t, r, 3)
	first.expect("first", phone, "", realmtest.Registration(5), 200)
	first.expect("again: nothing new", phone, "", realmtest.Registration(5), 200)
	second.expect("second", sameNetwork, "", realmtest.Registration(5), 200)
	third.expect("third, asked first", sameNetwork, "", juicebox.Register1{}, 429)
	third.expect("third", phone, "", realmtest.Registration(5), 429)
	first.expect("replacing", phone, "", realmtest.Registration(5), 200)
	first.expect("recovering", phone, "", juicebox.Recover1{}, 200)
	third.expect("nothing was stored", phone, "", juicebox.Recover1{}, 200)
	third.expect("from elsewhere", otherNetwork, "", realmtest.Registration(5), 200)
}

func TestRegistrationsAtOnceTakeOnePlaceEach(t *testing.T) {
	r := newRealm(t, realm.Config{Limits: realm.Limits{NewPerDay: 5}})
	var stored atomic.Int64
	var wg sync.WaitGroup
	for i := range byte(40) {
		p := newPerson(t, r, i)
		wg.Go(func() {
			if p.ask("192.0.2.1:1", "", realmtest.Registration(5)).Code == 200 {
				stored.Add(1)
			}
		})
	}
	wg.Wait()
	if n, _ := r.Records(); stored.Load() != 5 || n != 5 {
		t.Errorf("%d were stored, %d counted, want 5", stored.Load(), n)
	}
}

func TestRecordsAltogether(t *testing.T) {
	r := newRealm(t, realm.Config{Limits: realm.Limits{Records: 1}})
	first, second := newPerson(t, r, 1), newPerson(t, r, 2)
	first.expect("first", phone, "", realmtest.Registration(5), 200)
	second.expect("full, asked first", otherNetwork, "", juicebox.Register1{}, 429)
	second.expect("full", otherNetwork, "", realmtest.Registration(5), 429)
	first.expect("replacing", phone, "", realmtest.Registration(5), 200)
	first.expect("leaving", phone, "", juicebox.Delete{}, 200)
	second.expect("room again", otherNetwork, "", realmtest.Registration(5), 200)
}

func TestRequestsPerMinute(t *testing.T) {
	r := newRealm(t, realm.Config{Limits: realm.Limits{RequestsPerMinute: 3}})
	p := newPerson(t, r, 1)
	if time.Now().Second() > 57 {
		time.Sleep(4 * time.Second) // all within one minute
	}
	for range 3 {
		p.expect("within", phone, "", juicebox.Recover1{}, 200)
	}
	p.expect("above", sameNetwork, "", juicebox.Recover1{}, 429)
	p.expect("another network", otherNetwork, "", juicebox.Recover1{}, 200)
	for range 10 {
		p.expect("this computer", "127.0.0.1:5", "", juicebox.Recover1{}, 200)
	}
}

// Behind a proxy the address is what the proxy saw. What a client adds itself, or sends
// without the proxy, is nothing.
func TestForwardedFor(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, test := range []struct{ name, remote, forwarded string }{
		{"direct", "198.51.100.7:1", ""},
		{"direct and lying", "198.51.100.7:1", "192.0.2.9"},
		{"by the proxy", "10.1.2.3:1", "198.51.100.7"},
		{"by the proxy, lying", "10.1.2.3:1", "192.0.2.9, 198.51.100.7"},
		{"with a port", "10.1.2.3:1", "192.0.2.9, 198.51.100.7:4711"},
		{"as IPv6", "[::ffff:10.1.2.3]:1", "::ffff:198.51.100.7"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRealm(t, realm.Config{Limits: realm.Limits{NewPerDay: 1, Proxies: proxies}})
			newPerson(t, r, 1).expect("this client", "10.1.2.3:1", "198.51.100.7", realmtest.Registration(5), 200)
			newPerson(t, r, 2).expect("the same", test.remote, test.forwarded, realmtest.Registration(5), 429)
			newPerson(t, r, 3).expect("another", "10.1.2.3:1", "192.0.2.9", realmtest.Registration(5), 200)
		})
	}
}
