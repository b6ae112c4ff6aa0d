package juicebox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// What the published client (npm juicebox-sdk 0.3.7) sent to three realms, recorded once by
// TestRecordPublishedClient and committed: a registration, a wrong and a right PIN, a deletion.
const recordedFile = "testdata/published.json"

type recording struct {
	Comment       string         `json:"comment"`
	Configuration Configuration  `json:"configuration"`
	PIN           string         `json:"pin"`
	WrongPIN      string         `json:"wrong_pin"`
	Info          string         `json:"info"`
	Secret        string         `json:"secret"`
	Exchanges     []recordedPair `json:"exchanges"`
}

type recordedPair struct {
	Flow    string   `json:"flow"`
	Realm   string   `json:"realm"`
	Request hexBytes `json:"request"`
	Answer  hexBytes `json:"answer"`
}

// TestRecordPublishedClient writes the recording anew when CLOUDSEED_RECORD is set.
func TestRecordPublishedClient(t *testing.T) {
	if os.Getenv("CLOUDSEED_RECORD") == "" {
		t.Skip("CLOUDSEED_RECORD is not set: the committed recording stays")
	}
	peer.Node(t)
	w := newWorld(t)
	w.HTTP = nil
	r := recording{Comment: "juicebox-sdk 0.3.7 in Node, to the realms of realm_test.go: CLOUDSEED_RECORD=1 go test ./juicebox -run RecordPublished",
		PIN: string(pin.Reveal()), WrongPIN: string(wrong.Reveal()), Info: string(info), Secret: string(seed.Reveal())}
	var mu sync.Mutex
	flow := ""
	for i := range w.Configuration.Realms {
		realm := &w.Configuration.Realms[i]
		handler := w.net[realm.Address[len("embedded://"):]]
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, h *http.Request) {
			body, _ := io.ReadAll(h.Body)
			h.Body = io.NopCloser(bytes.NewReader(body))
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, h)
			mu.Lock()
			r.Exchanges = append(r.Exchanges, recordedPair{flow, realm.ID.String(), body, answer.Body.Bytes()})
			mu.Unlock()
			rw.Write(answer.Body.Bytes())
		}))
		t.Cleanup(server.Close)
		realm.Address = server.URL
	}
	for _, step := range [][2]string{{"register", r.PIN}, {"recover", r.WrongPIN}, {"recover", r.PIN}, {"delete", ""}} {
		if flow = step[0]; step[1] == r.WrongPIN {
			flow = "wrong PIN"
		}
		t.Log(flow, w.sdk(t, step[0], step[1]))
	}
	r.Configuration = w.Configuration
	for i := range r.Configuration.Realms {
		r.Configuration.Realms[i].Address = "http://localhost/" // where it listened says nothing
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.WriteFile(recordedFile, append(b, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func readRecording(t *testing.T) (r recording) {
	t.Helper()
	b, err := os.ReadFile(recordedFile)
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// replayed is a world whose realms were sent what the published client sent to register.
func (r *recording) replayed(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	for _, x := range r.Exchanges {
		request, err := DecodeRequest(x.Request)
		if err != nil {
			t.Fatalf("%s: %v", x.Flow, err)
		}
		if m, ok := request.(Register2); ok {
			at := slices.IndexFunc(w.realms[:], func(realm *testRealm) bool { return realm.id.String() == x.Realm })
			w.realms[at].record = &m
		}
	}
	return w
}

// Our client opens what the published one registered, and sends the same bytes to do so; only
// what is random at every guess differs.
func TestRecordedClient(t *testing.T) {
	r := readRecording(t)
	w := r.replayed(t)
	sent := map[string][][]byte{} // by realm
	for _, realm := range w.realms {
		realm.rewrite = func(request Request, answer []byte) []byte {
			sent[realm.id.String()] = append(sent[realm.id.String()], withoutBlinding(EncodeRequest(request)))
			return answer
		}
	}
	w.HTTP = &http.Client{Transport: oneByOne{w.net, new(sync.Mutex)}}
	_, err := w.Recover(t.Context(), wrong, []byte(r.Info))
	if refusalOf(err) != "wrong PIN" {
		t.Fatalf("wrong PIN: %v", err)
	}
	w.mustRecover(t, 1, 2, 3)
	if err := w.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, ours := range sent {
		var theirs [][]byte
		for _, x := range r.Exchanges {
			if x.Realm == id && x.Flow != "register" {
				theirs = append(theirs, withoutBlinding(x.Request))
			}
		}
		if !slices.EqualFunc(ours, theirs, bytes.Equal) {
			t.Errorf("realm %s: ours sends\n%x, theirs\n%x", id, ours, theirs)
		}
	}
	if len(sent) != 3 {
		t.Errorf("%d realms were asked", len(sent))
	}
}

// oneByOne brings one request at a time, so that what is sent can be written down.
type oneByOne struct {
	network
	mu *sync.Mutex
}

func (n oneByOne) RoundTrip(h *http.Request) (*http.Response, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.network.RoundTrip(h)
}

// withoutBlinding is a request whose blinded input is taken out.
func withoutBlinding(b []byte) []byte {
	if request, err := DecodeRequest(b); err == nil {
		if m, ok := request.(Recover2); ok {
			m.OPRFBlindedInput = Point{}
			return EncodeRequest(m)
		}
	}
	return b
}

// A registration of ours has the shape of theirs: what is equal at all realms, what differs, the
// length of all. And the answers that the published client took are those we would take.
func TestRecordedShapes(t *testing.T) {
	r := readRecording(t)
	w := newWorld(t)
	if err := w.Register(t.Context(), pin, seed, info, guesses); err != nil {
		t.Fatal(err)
	}
	theirs := r.replayed(t)
	for i := range w.realms {
		ours, theirs := w.realms[i].record, theirs.realms[i].record
		if len(EncodeRequest(*ours)) != len(EncodeRequest(*theirs)) || ours.NumGuesses != theirs.NumGuesses {
			t.Errorf("realm %d: registered otherwise", i+1)
		}
		if err := theirs.OPRFSignedPublicKey.verify(w.realms[i].id); err != nil {
			t.Errorf("realm %d: %v", i+1, err)
		}
	}
	for _, x := range r.Exchanges {
		if _, err := DecodeResponse(x.Answer); err != nil {
			t.Errorf("%s: %v", x.Flow, err)
		}
	}
}
