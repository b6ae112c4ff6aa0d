package cloudseedtest

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
)

// A Realm is a real PIN server that forgets everything when the test ends. Unlike those that
// people run, it does not make anybody wait after wrong PINs.
type Realm struct {
	id   juicebox.RealmID
	host string

	mu      sync.Mutex
	down    bool
	carrier http.RoundTripper
}

func newRealm(number int) *Realm {
	r := &Realm{id: juicebox.RealmID{byte(number)}, host: fmt.Sprintf("pin-%d.test", number)}
	r.Forget()
	return r
}

// Address is where the realm answers, but only to the HTTP client of a World's Config.
func (r *Realm) Address() string { return "https://" + r.host + "/" }

// Down makes the realm unreachable, or reachable again.
func (r *Realm) Down(down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = down
}

// Forget loses every record, as if the realm's disk had been replaced by an empty one.
func (r *Realm) Forget() {
	server, err := realm.New(realm.Config{ID: r.id, Store: &realm.Memory{}})
	if err != nil {
		panic(err) // only without an id or a store
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.carrier = realm.InProcess(map[juicebox.RealmID]http.Handler{r.id: server})
}

func (r *Realm) carry(q *http.Request) (*http.Response, error) {
	r.mu.Lock()
	down, carrier := r.down, r.carrier
	r.mu.Unlock()
	if down {
		return nil, fmt.Errorf("%s is down, as the test wants it", r.host)
	}
	inside := q.Clone(q.Context())
	inside.URL = &url.URL{Scheme: juicebox.Embedded, Host: r.id.String(), Path: q.URL.Path, RawQuery: q.URL.RawQuery}
	return carrier.RoundTrip(inside)
}

// network is all that a device of the world can reach.
type network []*Realm

// RoundTrip carries one request to the realm that it names.
func (n network) RoundTrip(q *http.Request) (*http.Response, error) {
	for _, r := range n {
		if q.URL.Scheme == "https" && q.URL.Host == r.host {
			return r.carry(q)
		}
	}
	return nil, fmt.Errorf("there is no %s in this world", q.URL.Host)
}
