package cloudseed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// A world is three real realms, each of its own host, two places in memory and a journal.
// It is also the network between them.
type world struct {
	t       *testing.T
	a, b    *storetest.Memory
	realms  map[string]http.Handler // by host
	journal journal

	mu    sync.Mutex
	down  map[string]bool
	asked map[string]int // successful answers, by "host request"
	steps []Step
}

var hosts = []string{"one.example", "two.example", "three.example"}

func newWorld(t *testing.T) *world {
	w := &world{t: t, a: storetest.NewMemory(), b: storetest.NewMemory(), realms: map[string]http.Handler{}, down: map[string]bool{}, asked: map[string]int{}}
	for i, host := range hosts {
		r, err := realm.New(realm.Config{ID: juicebox.RealmID{byte(i + 1)}, Store: &realm.Memory{}})
		if err != nil {
			t.Fatal(err)
		}
		w.realms[host] = r
	}
	return w
}

// step keeps what is reported, also by two verbs at once.
func (w *world) step(s Step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps = append(w.steps, s)
}

func (w *world) config() Config {
	c := Config{
		Places:      []Place{{Name: "first", URL: "memory:a", Store: w.a}, {Name: "second", URL: "memory:b", Store: w.b}},
		HTTP:        &http.Client{Transport: w},
		Journal:     &w.journal,
		DeviceName:  "Samantha's laptop",
		Step:        w.step,
		weakHashing: true,
		Realms: juicebox.Configuration{
			RegisterThreshold: 3, RecoverThreshold: 2, PINHashingMode: juicebox.FastInsecure,
		},
	}
	for i, host := range hosts {
		c.Realms.Realms = append(c.Realms.Realms, juicebox.Realm{ID: juicebox.RealmID{byte(i + 1)}, Address: "https://" + host + "/"})
	}
	return c
}

// RoundTrip carries one request to a realm.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	handler, down := w.realms[r.URL.Host], w.down[r.URL.Host]
	w.mu.Unlock()
	if handler == nil || down {
		return nil, fmt.Errorf("%s is down", r.URL.Host)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	answer := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), bytes.NewReader(body))
	request.Header = r.Header
	handler.ServeHTTP(answer, request)
	w.note(r.URL.Host, body, answer)
	return answer.Result(), nil
}

// note counts the answers that gave something away, by request.
func (w *world) note(host string, body []byte, answer *httptest.ResponseRecorder) {
	request, err := juicebox.DecodeRequest(body)
	reply, err2 := juicebox.DecodeResponse(answer.Body.Bytes())
	if err != nil || err2 != nil || answer.Code != 200 {
		return
	}
	if r, ok := reply.(juicebox.Recover3Response); ok && r.Status != juicebox.StatusOK {
		return
	}
	w.mu.Lock()
	w.asked[fmt.Sprintf("%s %T", host, request)]++
	w.mu.Unlock()
}

func (w *world) answers(request juicebox.Request) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, host := range hosts {
		n += w.asked[fmt.Sprintf("%s %T", host, request)]
	}
	return n
}

func (w *world) setDown(down bool, hosts ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range hosts {
		w.down[h] = down
	}
}

// create makes a backup that must succeed.
func (w *world) create(wallet *Wallet, files ...File) *Device {
	w.t.Helper()
	d, err := Create(context.Background(), w.config(), wallet, pin(), files...)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// find finds exactly one backup.
func (w *world) find(c Config) *Backup {
	w.t.Helper()
	s, err := Find(context.Background(), c)
	if err != nil || len(s.Backups) != 1 {
		w.t.Fatalf("found %+v, %v", s, err)
	}
	return s.Backups[0]
}

func (w *world) restore(c Config) *Restored {
	w.t.Helper()
	r, err := Restore(context.Background(), c, w.find(c), pin())
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

const pinText = "canary-482915"

func pin() secret.Text { return secret.Copy([]byte(pinText)) }

func newWallet(t *testing.T, words int, language phrase.Language) *Wallet {
	t.Helper()
	p, err := phrase.New(words, language)
	if err != nil {
		t.Fatal(err)
	}
	return &Wallet{Name: "Samantha", Phrase: p, Birthday: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
}

// A journal keeps devices as bytes, as a disk would.
type journal struct {
	saved map[VaultID][]byte
	fail  error
}

func (j *journal) Save(d *Device) error {
	if j.fail != nil {
		return j.fail
	}
	encoded, err := d.Encode()
	if err != nil {
		return err
	}
	if j.saved == nil {
		j.saved = map[VaultID][]byte{}
	}
	j.saved[d.Vault] = encoded
	return nil
}

func (j *journal) Forget(id VaultID) error {
	delete(j.saved, id)
	return nil
}

// reload is the device after a restart of the program.
func (j *journal) reload(t *testing.T) *Device {
	t.Helper()
	for _, encoded := range j.saved {
		d, err := DecodeDevice(encoded)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	t.Fatal("the journal is empty")
	return nil
}

func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func hostOf(address string) string {
	u, _ := url.Parse(address)
	return u.Host
}
