package realm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/golang-jwt/jwt/v5"
)

// A vendor is acme, with a realm that keeps its log.
type vendor struct {
	t     *testing.T
	realm *Realm
}

func newVendor(t *testing.T, store Store) vendor {
	t.Helper()
	tenants, err := ParseTenants([]byte(`{"acme": {"1": "an acme-tenant-key"}, "other": {"1": "an acme-tenant-key"}}`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(Config{ID: thisRealm, Store: store, Tenants: tenants, TenantLog: true})
	if err != nil {
		t.Fatal(err)
	}
	return vendor{t, r}
}

func (v vendor) post(path, tenant, scope, body string) *httptest.ResponseRecorder {
	v.t.Helper()
	claims := with(with(with(good(tenant, "alice"), "nbf", time.Now().Unix()), "exp", time.Now().Unix()+600), "scope", scope)
	q := httptest.NewRequest("POST", path, strings.NewReader(body))
	q.Header.Set("Authorization", "Bearer "+sign(v.t, jwt.SigningMethodHS256, tenant+":1", claims, hmacSecret))
	q.Header.Set("X-Juicebox-Version", juicebox.ProtocolVersion)
	w := httptest.NewRecorder()
	v.realm.ServeHTTP(w, q)
	return w
}

func (v vendor) send(requests ...juicebox.Request) {
	v.t.Helper()
	for _, request := range requests {
		if w := v.post("/req", "acme", "user", string(juicebox.EncodeRequest(request))); w.Code != 200 {
			v.t.Fatalf("%T: %d %s", request, w.Code, w.Body)
		}
	}
}

func (v vendor) flush() (lost int) {
	v.t.Helper()
	lost, err := v.realm.FlushTenantLog(v.t.Context())
	if err != nil {
		v.t.Fatal(err)
	}
	return lost
}

func (v vendor) events(tenant, body string) (events []event) {
	v.t.Helper()
	w := v.post("/tenant_log", tenant, "audit", body)
	var answer struct {
		Events []event `json:"events"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); w.Code != 200 || err != nil || answer.Events == nil {
		v.t.Fatalf("%d %s", w.Code, w.Body)
	}
	return answer.Events
}

// goodRegistration is one that a realm accepts.
func goodRegistration(guesses uint16) juicebox.Register2 {
	r := registration(guesses)
	one := [32]byte{1} // the scalar, and below the base point (RFC 9496 A.1)
	r.OPRFPrivateKey, r.EncryptionKeyScalarShare = one, one
	hex.Decode(r.OPRFSignedPublicKey.PublicKey[:], []byte("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))
	return r
}

func TestTenantLog(t *testing.T) {
	store := &Memory{}
	v := newVendor(t, store)
	r := goodRegistration(2)
	recover2 := juicebox.Recover2{Version: r.Version, OPRFBlindedInput: r.OPRFSignedPublicKey.PublicKey}
	v.send(juicebox.Register1{}, r, juicebox.Recover1{}, recover2, juicebox.Recover3{Version: r.Version},
		recover2, recover2 /* no guess left */, juicebox.Recover3{Version: r.Version, UnlockKeyTag: r.UnlockKeyTag}, juicebox.Delete{})
	if got := v.events("acme", `{"page_size":200}`); len(got) != 0 {
		t.Errorf("before the flush: %v", got)
	}
	v.flush()
	v = newVendor(t, store) // another process
	got := v.events("acme", `{"page_size":200}`)
	var names []string
	for _, e := range got {
		text := e.Event
		if e.NumGuesses != nil {
			text += fmt.Sprintf(" of %d", *e.NumGuesses)
		}
		if e.GuessCount != nil {
			text += fmt.Sprintf(" no. %d", *e.GuessCount)
		}
		names = append(names, text)
		user := sha256.Sum256([]byte("acme:alice"))
		if e.User != hex.EncodeToString(user[:]) || len(e.ID) != 32 || time.Since(e.When) > time.Minute {
			t.Errorf("event %+v", e)
		}
	}
	want := "registered of 2, guess_used of 2 no. 1, guess_used of 2 no. 2, share_recovered, deleted"
	if text := strings.Join(names, ", "); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if other := v.events("other", `{"page_size":200}`); len(other) != 0 {
		t.Errorf("another vendor sees %v", other)
	}
	if two := v.events("acme", fmt.Sprintf(`{"acks":[%q],"page_size":2}`, got[0].Ack)); len(two) != 2 || two[0].ID != got[1].ID {
		t.Errorf("after one ack: %v", two)
	}
	if w := v.post("/tenant_log/ack", "acme", "audit", fmt.Sprintf(`{"acks":[%q,%q]}`, got[1].Ack, got[2].Ack)); w.Code != 200 {
		t.Errorf("ack: %d %s", w.Code, w.Body)
	}
	if rest := v.events("acme", `{"page_size":200}`); len(rest) != 2 || rest[0].ID != got[3].ID {
		t.Errorf("after all acks: %v", rest)
	}
	if swept, err := v.realm.Sweep(t.Context()); err != nil || swept != (Swept{}) {
		t.Errorf("a sweep takes the log for records: %+v, %v", swept, err)
	}
}

func TestTenantLogRefuses(t *testing.T) {
	v := newVendor(t, &Memory{})
	for _, test := range []struct {
		name, path, scope, body string
		status                  int
	}{
		{"scope user", "/tenant_log", "user", `{"page_size":1}`, 401},
		{"record with scope audit", "/req", "audit", string(juicebox.EncodeRequest(juicebox.Recover1{})), 401},
		{"no size", "/tenant_log", "audit", `{}`, 400},
		{"no event", "/tenant_log", "audit", `{"page_size":0}`, 400},
		{"too many", "/tenant_log", "audit", `{"page_size":201}`, 400},
		{"unknown member", "/tenant_log", "audit", `{"page_size":1,"x":1}`, 400},
		{"text after", "/tenant_log", "audit", `{"page_size":1}{}`, 400},
		{"foreign ack", "/tenant_log", "audit", `{"page_size":1,"acks":["x"]}`, 400},
		{"no acks", "/tenant_log/ack", "audit", `{}`, 400},
		{"too big", "/tenant_log", "audit", strings.Repeat(" ", maxAudit+1), 413},
	} {
		if w := v.post(test.path, "acme", test.scope, test.body); w.Code != test.status {
			t.Errorf("%s: %d %s, want %d", test.name, w.Code, w.Body, test.status)
		}
	}
}

// The log is bounded: the oldest pages go, and it is said how many events were on them.
func TestTenantLogIsBounded(t *testing.T) {
	store := &Memory{}
	v := newVendor(t, store)
	const events = pageSize*logPages + pageSize*3/2
	lost := 0
	for i := range events {
		v.realm.log.add("acme", &event{Event: fmt.Sprint(i)})
		if i%777 == 0 || i == events-1 {
			lost += v.flush()
		}
	}
	kept := 0
	for first := true; ; first = false {
		page := v.events("acme", `{"page_size":200}`)
		if len(page) == 0 {
			break
		}
		if first && page[0].Event != fmt.Sprint(lost) {
			t.Errorf("the oldest is %s, %d were lost", page[0].Event, lost)
		}
		acks, _ := json.Marshal(ackAll(page))
		v.post("/tenant_log/ack", "acme", "audit", `{"acks":`+string(acks)+`}`)
		kept += len(page)
	}
	if kept+lost != events || lost < pageSize || lost > 2*pageSize {
		t.Errorf("%d kept and %d lost of %d", kept, lost, events)
	}
	if len(store.records) > 2 {
		t.Errorf("%d rows are left of an empty log", len(store.records))
	}
}

func ackAll(events []event) (acks []string) {
	for _, e := range events {
		acks = append(acks, e.Ack)
	}
	return acks
}

// Several processes write, one reads and acknowledges: no event is lost or stays.
func TestTenantLogOfManyProcesses(t *testing.T) {
	store := &Memory{}
	const processes, each = 4, 500
	reader := newVendor(t, store)
	var wg sync.WaitGroup
	for range processes {
		writer := newVendor(t, store)
		wg.Go(func() {
			for i := range each {
				writer.realm.log.add("acme", &event{Event: "registered"})
				if i%13 == 0 || i == each-1 {
					writer.realm.FlushTenantLog(t.Context())
				}
			}
		})
	}
	finished := make(chan bool)
	go func() { wg.Wait(); close(finished) }()
	seen := make(map[string]bool)
	for done := false; !done || len(reader.events("acme", `{"page_size":1}`)) > 0; {
		select {
		case <-finished:
			done = true
		default:
		}
		page := reader.events("acme", `{"page_size":150}`)
		for _, e := range page {
			seen[e.ID] = true
		}
		acks, _ := json.Marshal(append([]string{}, ackAll(page)...))
		reader.post("/tenant_log/ack", "acme", "audit", `{"acks":`+string(acks)+`}`)
	}
	if len(seen) != processes*each {
		t.Errorf("%d events seen, want %d", len(seen), processes*each)
	}
}

// What the store did not take is kept for the next flush.
func TestTenantLogSurvivesTheStore(t *testing.T) {
	store := &downStore{}
	v := newVendor(t, store)
	v.send(juicebox.Delete{})
	store.down = true
	if _, err := v.realm.FlushTenantLog(t.Context()); err == nil {
		t.Error("no error")
	}
	store.down = false
	v.flush()
	if got := v.events("acme", `{"page_size":200}`); len(got) != 1 {
		t.Errorf("%d events", len(got))
	}
}

type downStore struct {
	Memory
	down bool
}

func (s *downStore) Update(ctx context.Context, id RecordID, change Change) error {
	if s.down {
		return errors.New("down")
	}
	return s.Memory.Update(ctx, id, change)
}

// A writer that looked at the head, and was then overtaken by others who filled the page and
// a reader who emptied and removed it, must not leave its event on the removed page.
func TestTenantLogOvertaken(t *testing.T) {
	shared := &Memory{}
	slow := &hookedStore{Store: shared, id: pageID("acme", 0)}
	writer, other := newVendor(t, slow), newVendor(t, shared)
	slow.hook = func() {
		for range pageSize + 1 {
			other.realm.log.add("acme", &event{Event: "registered"})
		}
		other.flush()
		acks, _ := json.Marshal(ackAll(other.events("acme", `{"page_size":200}`)))
		other.post("/tenant_log/ack", "acme", "audit", `{"acks":`+string(acks)+`}`)
		other.events("acme", `{"page_size":1}`) // which removes the empty page
	}
	writer.realm.log.add("acme", &event{Event: "deleted"})
	writer.flush()
	if got := other.events("acme", `{"page_size":200}`); len(got) != 1 || got[0].Event != "deleted" {
		t.Errorf("got %v", got)
	}
	if len(shared.records) != 2 {
		t.Errorf("%d rows, want the head and a page", len(shared.records))
	}
}

// A page that a reader found empty may get an event before the reader has moved the head.
func TestTenantLogRetiresNoEvent(t *testing.T) {
	shared := &Memory{}
	looked, goOn, written := make(chan bool), make(chan bool), make(chan bool)
	slowWriter := &hookedStore{Store: shared, id: pageID("acme", 0), hook: func() { close(looked); <-goOn }}
	slowReader := &hookedStore{Store: shared, id: headID("acme"), skip: 1, hook: func() { close(goOn); <-written }}
	writer, reader, other := newVendor(t, slowWriter), newVendor(t, slowReader), newVendor(t, shared)
	writer.realm.log.add("acme", &event{Event: "deleted"})
	go func() { writer.realm.FlushTenantLog(t.Context()); close(written) }()
	<-looked
	for range pageSize + 1 {
		other.realm.log.add("acme", &event{Event: "registered"})
	}
	other.flush()
	acks, _ := json.Marshal(ackAll(other.events("acme", `{"page_size":200}`)))
	other.post("/tenant_log/ack", "acme", "audit", `{"acks":`+string(acks)+`}`)
	reader.events("acme", `{"page_size":200}`)
	if got := other.events("acme", `{"page_size":200}`); len(got) != 1 || got[0].Event != "deleted" {
		t.Errorf("got %v", got)
	}
}

// hookedStore calls hook once, before the first update of id after some that it skips.
type hookedStore struct {
	Store
	id   RecordID
	skip int
	hook func()
}

func (s *hookedStore) Update(ctx context.Context, id RecordID, change Change) error {
	if hook := s.hook; id == s.id && hook != nil {
		if s.skip--; s.skip < 0 {
			s.hook = nil
			hook()
		}
	}
	return s.Store.Update(ctx, id, change)
}
