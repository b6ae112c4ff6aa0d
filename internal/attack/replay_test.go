package attack

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
)

// A recording is what a proxy in front of one realm has seen.
type recording struct {
	message juicebox.Request
	request *http.Request
	body    []byte
	answer  *httptest.ResponseRecorder
}

// recorded plays one owner's registration and recovery, through a proxy at the first realm.
func recorded(t *testing.T) (o *operator, web *network, shelves map[int]*shelf, seen []recording) {
	shelves = map[int]*shelf{}
	for i := range 3 {
		shelves[i] = &shelf{records: map[realm.RecordID][]byte{}}
	}
	web = reach(t, shelves)
	_, owner, _ := ed25519.GenerateKey(nil)
	_, guess, _ := ed25519.GenerateKey(nil)
	web.tap = func(h string, q *http.Request, body []byte, answer *httptest.ResponseRecorder) {
		if message, err := juicebox.DecodeRequest(body); err == nil && h == host(0) {
			seen = append(seen, recording{message, q, body, answer})
		}
	}
	o = &operator{t: t, needed: 2, web: web}
	o.client = &juicebox.Client{Configuration: configuration(3, 2, juicebox.FastInsecure), AllowFastInsecure: true, HTTP: &http.Client{Transport: o},
		Token: func(id juicebox.RealmID, now time.Time) (string, error) {
			return juicebox.OwnerToken(owner, guess.Public().(ed25519.PublicKey), id, now)
		}}
	if err := o.client.Register(t.Context(), text("right"), secret.Copy(treasure), nil, 10); err != nil {
		t.Fatal(err)
	}
	if _, err := o.client.Recover(t.Context(), text("right"), nil); err != nil {
		t.Fatal(err)
	}
	web.tap = nil
	return o, web, shelves, seen
}

func text(s string) secret.Text { return secret.Copy([]byte(s)) }

func sawOf[T juicebox.Request](t *testing.T, seen []recording) recording {
	t.Helper()
	for _, r := range seen {
		if _, ok := r.message.(T); ok {
			return r
		}
	}
	t.Fatalf("no %T was seen: nothing is attacked", *new(T))
	return recording{}
}

// replay sends a request again as it was, to a realm of the proxy's choice.
func replay(t *testing.T, web *network, r recording, i int) (status int, answer juicebox.Response) {
	t.Helper()
	q := r.request.Clone(t.Context())
	q.URL.Host, q.Body = host(i), io.NopCloser(bytes.NewReader(r.body))
	got, err := web.RoundTrip(q)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(got.Body)
	if got.StatusCode == http.StatusOK {
		answer, err = juicebox.DecodeResponse(body)
	}
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, answer
}

// TestReplayedRequests: a proxy that ends the TLS of one realm sends again what it saw. A token
// is good at no other realm, and at none when its time is over. A guess sent again spends
// another, and its answer is the one that the proxy knew. What was asked of a record that is
// gone is refused. Within its ten minutes a registration can be sent again, and does what it
// did: whoever ends a realm's TLS counts as its operator, who can do that and more.
func TestReplayedRequests(t *testing.T) {
	o, web, shelves, seen := recorded(t)
	two, three := sawOf[juicebox.Recover2](t, seen), sawOf[juicebox.Recover3](t, seen)
	for _, r := range seen {
		if status, _ := replay(t, web, r, 1); status != http.StatusUnauthorized {
			t.Errorf("%T is good at another realm: HTTP status %d", r.message, status)
		}
	}
	_, answer := replay(t, web, two, 0)
	first, _ := juicebox.DecodeResponse(two.answer.Body.Bytes())
	again, _ := answer.(juicebox.Recover2Response)
	if again.GuessCount != 1 || again.OPRFBlindedResult != first.(juicebox.Recover2Response).OPRFBlindedResult {
		t.Errorf("a guess sent again: %d spent, or another answer", again.GuessCount)
	}
	if _, answer = replay(t, web, two, 0); answer.(juicebox.Recover2Response).GuessCount != 2 {
		t.Error("a guess sent again is not counted again")
	}

	if err := o.client.Register(t.Context(), text("new"), secret.Copy(treasure), nil, 10); err != nil {
		t.Fatal(err)
	}
	before := shelves[0].bytes()
	for _, r := range []recording{two, three} {
		switch _, answer := replay(t, web, r, 0); a := answer.(type) {
		case juicebox.Recover2Response:
			if a.Status != juicebox.StatusVersionMismatch {
				t.Errorf("a guess of before: %s", a.Status)
			}
		case juicebox.Recover3Response:
			if a.Status != juicebox.StatusVersionMismatch {
				t.Errorf("a right tag of before: %s", a.Status)
			}
		}
	}
	if !bytes.Equal(shelves[0].bytes(), before) {
		t.Error("a replay of before has changed the record")
	}
	if status, _ := replay(t, web, sawOf[juicebox.Register2](t, seen), 0); status != http.StatusOK || bytes.Equal(shelves[0].bytes(), before) {
		t.Errorf("the docs say that a registration can be sent again: HTTP status %d", status)
	}
}

// TestOldTokens: a token that was good is refused when its time is over, on the way in too.
func TestOldTokens(t *testing.T) {
	v := newVictim(t)
	s := v.stanza(t)
	for _, at := range []time.Duration{-11 * time.Minute, 11 * time.Minute, -24 * time.Hour} {
		token, err := juicebox.GuessToken(s.Owner, ed25519.NewKeyFromSeed(s.Guess), id(0), time.Now().Add(at))
		if err != nil {
			t.Fatal(err)
		}
		if answer := v.raw(t, 0, juicebox.Recover1{}, token); answer != nil {
			t.Errorf("a token made %v from now: %T", at, answer)
		}
	}
	if v.raw(t, 0, juicebox.Recover1{}, v.token(t, 0, juicebox.Guess)) == nil {
		t.Error("a fresh token is refused: nothing was tried")
	}
}

// TestReplayedAnswers: the proxy gives an older answer of the realm to a new question. The
// client does not take it: the proof is for another point. Two of them stop the recovery, with
// no wrong secret and no word of a wrong PIN.
func TestReplayedAnswers(t *testing.T) {
	o, web, shelves, seen := recorded(t)
	old := sawOf[juicebox.Recover2](t, seen)
	stuck := func(h http.Handler, answer []byte) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			body, _ := io.ReadAll(q.Body)
			if message, _ := juicebox.DecodeRequest(body); message != nil {
				if _, ok := message.(juicebox.Recover2); ok {
					w.Write(answer)
					return
				}
			}
			q.Body = io.NopCloser(bytes.NewReader(body))
			h.ServeHTTP(w, q)
		})
	}
	web.hosts[host(0)] = stuck(web.hosts[host(0)], old.answer.Body.Bytes())
	if r, err := o.client.Recover(t.Context(), text("right"), nil); err != nil || string(r.Secret.Reveal()) != string(treasure) {
		t.Errorf("one proxy of three: %v", err)
	}
	web.hosts = map[string]http.Handler{host(0): web.hosts[host(0)], host(1): reach(t, shelves).hosts[host(1)]}
	_, err := o.client.Recover(t.Context(), text("right"), nil)
	var wrong *juicebox.WrongPINError
	if !errors.Is(err, juicebox.ErrProtocol) || errors.As(err, &wrong) {
		t.Errorf("an answer of before to a question of now: %v", err)
	}
}

// relabel changes the kid of a token, and leaves its signature.
func relabel(t *testing.T, token, kid string) string {
	t.Helper()
	header, rest, _ := strings.Cut(token, ".")
	b, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]any{}
	if err := json.Unmarshal(b, &fields); err != nil || fields["kid"] == nil {
		t.Fatalf("no kid in %s: %v", b, err)
	}
	fields["kid"] = kid
	b, _ = json.Marshal(fields)
	return base64.RawURLEncoding.EncodeToString(b) + "." + rest
}
