package cloudseed

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// A sim is what survives a program: four realms, of which a backup has three, two places, and
// what each device has journaled. It also knows the truth: the wallet, and what the person typed.
type sim struct {
	realms   map[string]*records // by host
	handlers map[string]http.Handler
	places   map[string]*storetest.Memory
	journals map[string]map[VaultID][]byte // by device

	wallet *Wallet
	cache  *sync.Map                                // what opened before: see openings
	typed  []string                                 // the PINs that the person has set or tried to set, in order
	had    map[string]map[[32]byte]*envelope.Stanza // wallet parts seen in a place at the last check
	files  int                                      // newest version of the attached file that the person has saved; 0 for none
}

var simHosts = append(slices.Clone(hosts), "four.example")

var simPlaces = []string{"first", "second"}

// placeNames are the places of a world, in order: simPlaces, and in histories one more.
func (w *sim) placeNames() []string { return slices.Sorted(maps.Keys(w.places)) }

func newSim(wallet *Wallet) *sim {
	w := &sim{realms: map[string]*records{}, places: map[string]*storetest.Memory{}, journals: map[string]map[VaultID][]byte{},
		had: map[string]map[[32]byte]*envelope.Stanza{}, wallet: wallet, cache: &sync.Map{}}
	for _, host := range simHosts {
		w.realms[host] = &records{byID: map[realm.RecordID][]byte{}}
	}
	for _, name := range simPlaces {
		w.places[name] = storetest.NewMemory()
	}
	w.serve()
	return w
}

// serve starts the realms.
func (w *sim) serve() {
	w.handlers = map[string]http.Handler{}
	for i, host := range simHosts {
		r, err := realm.New(realm.Config{ID: juicebox.RealmID{byte(i + 1)}, Store: w.realms[host]})
		if err != nil {
			panic(err)
		}
		w.handlers[host] = r
	}
}

// clone is the same world once more.
func (w *sim) clone() *sim {
	c := w.trial()
	c.places, c.journals = map[string]*storetest.Memory{}, map[string]map[VaultID][]byte{}
	for name, place := range w.places {
		c.places[name] = storetest.NewMemory()
		for file, data := range place.Files() {
			c.places[name].Put(file, data)
		}
	}
	c.had = maps.Clone(w.had)
	for device, journal := range w.journals {
		c.journals[device] = maps.Clone(journal)
	}
	return c
}

// trial is a world with the same places, whose realms count for themselves: what is tried
// there spends no guess here.
func (w *sim) trial() *sim {
	c := *w
	c.realms, c.typed = map[string]*records{}, slices.Clone(w.typed)
	for host, r := range w.realms {
		c.realms[host] = r.clone()
	}
	c.serve()
	return &c
}

// journaled is what a device would find after a restart; nil for nothing.
func (w *sim) journaled(device string) (*Device, error) {
	for _, encoded := range w.journals[device] {
		return DecodeDevice(encoded)
	}
	return nil, nil
}

// attached is version n of the attached file.
func attached(n int) File { return File{Name: "labels.jsonl", Data: fmt.Appendf(nil, "%d", n)} }

func pinOf(text string) secret.Text { return secret.Copy([]byte(text)) }

// simRealms names three of the four realms, from the first or from the second on.
func simRealms(from int) juicebox.Configuration {
	c := juicebox.Configuration{RegisterThreshold: 3, RecoverThreshold: 2, PINHashingMode: juicebox.FastInsecure}
	for i := from; i < from+3; i++ {
		c.Realms = append(c.Realms, juicebox.Realm{ID: juicebox.RealmID{byte(i + 1)}, Address: "https://" + simHosts[i] + "/"})
	}
	return c
}

// records is a realm's storage that can be copied.
type records struct {
	mu   sync.Mutex
	byID map[realm.RecordID][]byte
}

func (r *records) Update(_ context.Context, id realm.RecordID, change realm.Change) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	next, err := change(bytes.Clone(r.byID[id]))
	if err != nil {
		return err
	}
	r.byID[id] = next
	return nil
}

func (r *records) clone() *records {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &records{byID: maps.Clone(r.byID)}
}

// registered is how many records the realm holds that could still give something back.
func (r *records) registered() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, encoded := range r.byID {
		if record, err := realm.DecodeRecord(encoded); err != nil || record.State != realm.NotRegistered {
			n++
		}
	}
	return n
}

// simWallet is made once: making a phrase is not what is tested here.
var simWallet = sync.OnceValues(func() (*Wallet, error) {
	p, err := phrase.New(12, phrase.English)
	return &Wallet{Name: "Samantha", Phrase: p, Birthday: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}, err
})

func theWallet(t testing.TB) *Wallet {
	t.Helper()
	w, err := simWallet()
	if err != nil {
		t.Fatal(err)
	}
	return w
}
