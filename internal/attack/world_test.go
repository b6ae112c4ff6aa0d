package attack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store/storetest"
)

const pinText = "canary-482915"

func pin() secret.Text { return secret.Copy([]byte(pinText)) }

// A shelf is the database of one realm. When frozen it runs every change and keeps none: so
// works a database in the hands of somebody who puts it back before every question.
type shelf struct {
	mu      sync.Mutex
	records map[realm.RecordID][]byte
	frozen  bool
}

func (s *shelf) Update(_ context.Context, id realm.RecordID, change realm.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := change(bytes.Clone(s.records[id]))
	if err != nil || s.frozen {
		return err
	}
	if s.records[id] = next; next == nil {
		delete(s.records, id)
	}
	return nil
}

// copied is what somebody has who took the database as it is now.
func (s *shelf) copied(frozen bool) *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &shelf{records: maps.Clone(s.records), frozen: frozen}
}

// bytes are all records, one behind the other.
func (s *shelf) bytes() (all []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, record := range s.records {
		all = append(append(all, id[:]...), record...)
	}
	return all
}

// A network reaches hosts by name. Tap sees every message, as whoever ends the TLS does.
type network struct {
	hosts map[string]http.Handler
	mu    sync.Mutex
	tap   func(host string, request *http.Request, body []byte, answer *httptest.ResponseRecorder)
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	handler := n.hosts[r.URL.Host]
	if handler == nil {
		return nil, fmt.Errorf("%s is down", r.URL.Host)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	answer, again := httptest.NewRecorder(), r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	handler.ServeHTTP(answer, again)
	if n.tap != nil {
		n.mu.Lock()
		n.tap(r.URL.Host, r, body, answer)
		n.mu.Unlock()
	}
	return answer.Result(), nil
}

func id(i int) juicebox.RealmID { return juicebox.RealmID{byte(i + 1)} }
func host(i int) string         { return fmt.Sprintf("realm%d.example", i+1) }

// reach connects the realms of some databases, by their number.
func reach(t testing.TB, shelves map[int]*shelf) *network {
	t.Helper()
	n := &network{hosts: map[string]http.Handler{}}
	for i, s := range shelves {
		r, err := realm.New(realm.Config{ID: id(i), Store: s})
		if err != nil {
			t.Fatal(err)
		}
		n.hosts[host(i)] = r
	}
	return n
}

// configuration is that of n realms of which needed open a backup.
func configuration(n, needed int, mode juicebox.PINHashingMode) juicebox.Configuration {
	c := juicebox.Configuration{RegisterThreshold: n, RecoverThreshold: needed, PINHashingMode: mode}
	for i := range n {
		c.Realms = append(c.Realms, juicebox.Realm{ID: id(i), Address: "https://" + host(i) + "/"})
	}
	return c
}

// A victim is somebody with a backup in one place, whose PIN three realms guard, of which two
// are needed; with attached files and an emergency kit.
type victim struct {
	wallet  *cloudseed.Wallet
	kit     cloudseed.Kit
	look    leaktest.Look     // their secrets
	files   map[string][]byte // what the cloud has
	profile []byte            // what their device keeps
	shelves map[int]*shelf    // what the realms have
	place   *storetest.Memory // the cloud, for this test
	web     *network          // the internet, for this test
}

var made struct {
	sync.Mutex
	victim *victim
}

// newVictim is a copy of one backup that all tests share, since making one stretches PINs.
func newVictim(t testing.TB) *victim {
	t.Helper()
	made.Lock()
	defer made.Unlock()
	if made.victim == nil {
		made.victim = makeVictim(t)
	}
	v := *made.victim
	v.place = storetest.NewMemory()
	for name, data := range v.files {
		v.place.Put(name, bytes.Clone(data))
	}
	v.shelves = map[int]*shelf{}
	for i, s := range made.victim.shelves {
		v.shelves[i] = s.copied(false)
	}
	v.web = reach(t, v.shelves)
	return &v
}

func makeVictim(t testing.TB) *victim {
	t.Helper()
	p, err := phrase.New(12, phrase.English)
	if err != nil {
		t.Fatal(err)
	}
	v := &victim{wallet: &cloudseed.Wallet{Name: "Samantha", Phrase: p, Passphrase: secret.Copy([]byte("canary passphrase"))},
		kit: cloudseed.NewKit(), place: storetest.NewMemory(), shelves: map[int]*shelf{0: {records: map[realm.RecordID][]byte{}}, 1: {records: map[realm.RecordID][]byte{}}, 2: {records: map[realm.RecordID][]byte{}}}}
	v.web = reach(t, v.shelves)
	c := v.config()
	c.Kit = v.kit
	d, err := cloudseed.Create(t.Context(), c, v.wallet, pin(), cloudseed.File{Name: "labels.jsonl", Data: []byte("canary label")})
	if err != nil {
		t.Fatal(err)
	}
	if v.profile, err = d.Encode(); err != nil {
		t.Fatal(err)
	}
	v.files = v.place.Files()
	v.look.Phrase("the phrase", p.Words().Reveal())
	v.look.Secret("the entropy", p.Entropy().Reveal())
	v.look.Secret("the passphrase", v.wallet.Passphrase.Reveal())
	v.look.Secret("the PIN", []byte(pinText))
	v.look.Secret("the kit", v.kit.Text().Reveal())
	v.look.Secret("an attached file", []byte("canary label"))
	return v
}

func (v *victim) config() cloudseed.Config {
	return cloudseed.Config{
		Places: []cloudseed.Place{{Name: "cloud", URL: "memory:", Store: v.place}},
		Realms: configuration(3, 2, juicebox.Standard2019), HTTP: &http.Client{Transport: v.web}, DeviceName: "Samantha's laptop",
	}
}

// found is the one backup in the place.
func (v *victim) found(t testing.TB) *cloudseed.Backup {
	t.Helper()
	s, err := cloudseed.Find(t.Context(), v.config())
	if err != nil || len(s.Backups) != 1 {
		t.Fatalf("found %+v, %v", s, err)
	}
	return s.Backups[0]
}

// opens wants the victim's words from a restore with the PIN; it says that an attack was over.
func (v *victim) opens(t testing.TB) {
	t.Helper()
	r, err := cloudseed.Restore(t.Context(), v.config(), v.found(t), pin())
	if err != nil || !r.Wallet.Phrase.Equal(v.wallet.Phrase) {
		t.Errorf("the owner does not get the words back: %v", err)
	}
}
