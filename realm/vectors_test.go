package realm

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

// A protocolVector is a file of juicebox/testdata/vectors; docs/protocol.md says what is in it.
type protocolVector struct {
	name                string
	Expect, Token, Role string
	Time                int64
	Realm, Message      hexBytes
	OwnerSeed           hexBytes `json:"owner_seed"`
	GuessSeed           hexBytes `json:"guess_seed"`
	Records             []struct{ Realm, Register2 hexBytes }
	Exchanges           []struct {
		Realm, Request, Answer hexBytes
		Status                 int
	}
}

type hexBytes []byte

func (b *hexBytes) UnmarshalText(text []byte) (err error) {
	*b, err = hex.DecodeString(string(text))
	return err
}

func protocolVectors(t *testing.T, pattern string) (all []protocolVector) {
	t.Helper()
	paths, err := filepath.Glob("../juicebox/testdata/vectors/" + pattern + ".json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors %s: %v", pattern, err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		v := protocolVector{name: strings.TrimSuffix(filepath.Base(path), ".json")}
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, v)
	}
	return all
}

func TestVectorsOfTokens(t *testing.T) {
	for _, v := range protocolVectors(t, "token_*") {
		verifier := verifier{realm: hex.EncodeToString(v.Realm), builtIn: true}
		caller, err := verifier.verify(v.Token, time.Unix(v.Time, 0))
		if (err == nil) != (v.Expect == "success") {
			t.Errorf("%s: %v, want %s", v.name, err, v.Expect)
		}
		if want := map[string]Role{"owner": OwnerRole, "guess": GuessRole}[v.Role]; caller.Role != want {
			t.Errorf("%s: role %v, want %v", v.name, caller.Role, want)
		}
	}
}

// A vectorRealm is a realm in memory, asked with tokens of the vectors' keys that hold now.
type vectorRealm struct {
	*Realm
	tokens map[string]string // by role
}

func newVectorRealm(t *testing.T, id juicebox.RealmID) vectorRealm {
	t.Helper()
	r, err := New(Config{ID: id, Store: &Memory{}})
	if err != nil {
		t.Fatal(err)
	}
	keys := protocolVectors(t, "token_owner")[0]
	owner, guess := ed25519.NewKeyFromSeed(keys.OwnerSeed), ed25519.NewKeyFromSeed(keys.GuessSeed)
	ownerToken, err1 := juicebox.OwnerToken(owner, publicHalf(guess), id, time.Now())
	guessToken, err2 := juicebox.GuessToken(publicHalf(owner), guess, id, time.Now())
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return vectorRealm{r, map[string]string{"owner": ownerToken, "guess": guessToken}}
}

func (r vectorRealm) ask(role string, message []byte) (status int, answer []byte) {
	q := httptest.NewRequest("POST", "/req", bytes.NewReader(message))
	q.Header.Set("Authorization", "Bearer "+r.tokens[role])
	q.Header.Set("X-Juicebox-Version", juicebox.ProtocolVersion)
	w := httptest.NewRecorder()
	r.ServeHTTP(w, q)
	return w.Code, w.Body.Bytes()
}

func TestVectorsOfRequests(t *testing.T) {
	for _, v := range protocolVectors(t, "request_*") {
		status, body := newVectorRealm(t, juicebox.RealmID{1}).ask(v.Role, v.Message)
		want := map[string]int{"success": 200, "role": 401, "message": 400, "group": 400, "policy": 400}[v.Expect]
		if v.name == "request_too_large" {
			want = http.StatusRequestEntityTooLarge
		}
		if status != want {
			t.Errorf("%s: %d %q, want %d", v.name, status, body, want)
		}
	}
}

// Honest realms answer as it was written down, once they hold the records.
func TestVectorsOfRealms(t *testing.T) {
	for _, pattern := range []string{"recover_file", "recover_?_of_?", "recover_pin_fullwidth", "recover_secret_empty", "recover_secret_longest", "recover_guesses_*"} {
		for _, v := range protocolVectors(t, pattern) {
			for _, record := range v.Records {
				r := newVectorRealm(t, juicebox.RealmID(record.Realm))
				if status, body := r.ask("owner", record.Register2); status != 200 {
					t.Fatalf("%s: %d %q", v.name, status, body)
				}
				for _, x := range v.Exchanges {
					if !bytes.Equal(x.Realm, record.Realm) {
						continue
					}
					status, answer := r.ask("guess", x.Request)
					if status != x.Status || !bytes.Equal(withoutProof(t, answer), withoutProof(t, x.Answer)) {
						t.Errorf("%s: to %x it answers %d\n%x, want\n%x", v.name, x.Request, status, answer, x.Answer)
					}
				}
			}
		}
	}
}

// withoutProof takes the proof out, which is another each time.
func withoutProof(t *testing.T, answer []byte) []byte {
	t.Helper()
	response, err := juicebox.DecodeResponse(answer)
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := response.(juicebox.Recover2Response); ok {
		r.OPRFProof = juicebox.Proof{}
		return juicebox.EncodeResponse(r)
	}
	return answer
}

// What the published client sent is answered by our realm as it was answered then, step by step.
func TestRecordedPublishedClient(t *testing.T) {
	var recording struct {
		Exchanges []struct {
			Flow, Realm     string
			Request, Answer hexBytes
		}
	}
	b, err := os.ReadFile("../juicebox/testdata/published.json")
	if err == nil {
		err = json.Unmarshal(b, &recording)
	}
	if err != nil {
		t.Fatal(err)
	}
	realms := map[string]vectorRealm{}
	for _, x := range recording.Exchanges {
		id, err := juicebox.ParseRealmID(x.Realm)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := realms[x.Realm]; !ok {
			realms[x.Realm] = newVectorRealm(t, id)
		}
		status, answer := realms[x.Realm].ask("owner", x.Request)
		if status != 200 || !bytes.Equal(withoutProof(t, answer), withoutProof(t, x.Answer)) {
			t.Errorf("%s: to %x it answers %d\n%x, want\n%x", x.Flow, x.Request, status, answer, x.Answer)
		}
	}
	if len(realms) != 3 {
		t.Errorf("%d realms were recorded", len(realms))
	}
}
