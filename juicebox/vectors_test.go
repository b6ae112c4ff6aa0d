package juicebox

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/gtank/ristretto255"
	"golang.org/x/text/unicode/norm"
)

//go:generate sh -c "cd .. && go run ./juicebox/internal/genvectors -o juicebox/testdata/vectors -overwrite"

// A vector is a file of testdata/vectors; docs/protocol.md says what is in it. The command
// that writes them shares no code with this package.
type vector struct {
	name          string
	Kind, Expect  string
	Stanza, Info  hexBytes
	Configuration Configuration
	PIN           string
	Time          int64
	Records       []struct{ Realm, Register2 hexBytes }
	Blinding      hexBytes
	Exchanges     []exchange
	Secret        hexBytes
	Left          *int
	Wait          int
	Message       hexBytes
	OwnerSeed     hexBytes `json:"owner_seed"`
	GuessSeed     hexBytes `json:"guess_seed"`
	Realm         hexBytes
	Token, Role   string
}

type exchange struct {
	Realm, Request, Answer hexBytes
	URL, Token             string
	Status                 int
	RetryAfter             string `json:"retry_after"`
}

type hexBytes []byte

func (b hexBytes) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, b), nil }

func (b *hexBytes) UnmarshalText(text []byte) (err error) {
	*b, err = hex.DecodeString(string(text))
	return err
}

// vectors reads those of one kind.
func vectors(t testing.TB, kind string) (all []vector) {
	t.Helper()
	paths, err := filepath.Glob("testdata/vectors/" + kind + "_*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors of kind %s: %v", kind, err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		v := vector{name: strings.TrimSuffix(filepath.Base(path), ".json")}
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, v)
	}
	return all
}

// TestVectorsOfRecoveries: the client sends exactly the requests that were written down, is
// given the answers, and makes of them what is expected.
func TestVectorsOfRecoveries(t *testing.T) {
	for _, v := range vectors(t, "recover") {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			tape := &tape{t: t, left: slices.Clone(v.Exchanges)}
			got, err := v.client(t, tape).Recover(t.Context(), secret.New(norm.NFKC.Bytes([]byte(v.PIN))), v.Info)
			if refusal := refusalOf(err); refusal != v.Expect {
				t.Errorf("got %s, want %s: %v", refusal, v.Expect, err)
			}
			if err == nil && !bytes.Equal(got.Secret.Reveal(), v.Secret) {
				t.Error("another secret came back")
			}
			var wrong *WrongPINError
			if v.Left != nil && (!errors.As(err, &wrong) || wrong.Left != *v.Left) {
				t.Errorf("got %v, want %d guesses left", err, *v.Left)
			}
			var busy *BusyError
			if v.Wait != 0 && (!errors.As(err, &busy) || busy.After != time.Duration(v.Wait)*time.Second) {
				t.Errorf("got %v, want to wait %d seconds", err, v.Wait)
			}
			if len(tape.left) > 0 {
				t.Errorf("%d requests were not sent", len(tape.left))
			}
		})
	}
}

// client is one whose clock, tokens and blinding are those of the vector.
func (v *vector) client(t *testing.T, tape http.RoundTripper) *Client {
	tokens := map[RealmID]string{}
	for _, x := range v.Exchanges {
		tokens[RealmID(x.Realm)] = x.Token
	}
	return &Client{
		Configuration:     v.Configuration,
		AllowFastInsecure: true,
		HTTP:              &http.Client{Transport: tape},
		Token: func(realm RealmID, _ time.Time) (string, error) {
			token, err := GuessToken(vectorOwner(), vectorGuess(), realm, time.Unix(v.Time, 0))
			if token != tokens[realm] {
				t.Errorf("realm %v is shown another token", realm)
			}
			return token, err
		},
		blinding: func() *ristretto255.Scalar {
			s, err := Scalar(v.Blinding).decode()
			if err != nil {
				t.Error(err)
			}
			return s
		},
	}
}

func vectorKey(name string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte("cloudseed test vector: " + name))
	return ed25519.NewKeyFromSeed(h[:])
}

func vectorOwner() ed25519.PublicKey  { return vectorKey("samantha owner").Public().(ed25519.PublicKey) }
func vectorGuess() ed25519.PrivateKey { return vectorKey("guess") }

// A tape answers each request that was recorded, once.
type tape struct {
	t    *testing.T
	mu   sync.Mutex
	left []exchange
}

func (p *tape) RoundTrip(h *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(h.Body)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.IndexFunc(p.left, func(x exchange) bool {
		return x.URL == h.URL.String() && "Bearer "+x.Token == h.Header.Get("Authorization") && bytes.Equal(x.Request, body)
	})
	if at < 0 {
		p.t.Errorf("it sends to %s what was not recorded, or again: %x", h.URL, body)
		return nil, errDown
	}
	x := p.left[at]
	p.left = slices.Delete(p.left, at, at+1)
	header := http.Header{}
	if x.RetryAfter != "" {
		header.Set("Retry-After", x.RetryAfter)
	}
	return &http.Response{StatusCode: x.Status, Header: header, Body: io.NopCloser(bytes.NewReader(x.Answer)), Request: h}, nil
}

// refusalOf is the name that docs/protocol.md has for a failed recovery.
func refusalOf(err error) string {
	var wrong *WrongPINError
	var busy *BusyError
	if err == nil {
		return "success"
	}
	if errors.As(err, &wrong) {
		return "wrong PIN"
	}
	if errors.As(err, &busy) {
		return "busy"
	}
	for _, kind := range []struct {
		err  error
		name string
	}{
		{ErrNotRegistered, "not registered"}, {ErrUnauthorized, "unauthorized"}, {ErrUpgradeRequired, "upgrade"}, {ErrUnreachable, "unreachable"},
		{ErrConfiguration, "configuration"}, {errMessage, "message"}, {errStatus, "status"}, {errPoint, "group"}, {errScalar, "group"},
		{errSignature, "signature"}, {errProof, "proof"}, {errCount, "count"}, {errPart, "part"}, {errSealed, "secret"}, {errDisagree, "disagree"},
		{ErrProtocol, "refused"},
	} {
		if errors.Is(err, kind.err) {
			return kind.name
		}
	}
	return fmt.Sprintf("an error without a name: %v", err)
}

// What the registrations of the vectors hold is what this package derives.
func TestVectorsOfRegistrations(t *testing.T) {
	for _, v := range vectors(t, "recover") {
		for _, r := range v.Records {
			request, err := DecodeRequest(r.Register2)
			if err != nil {
				t.Fatalf("%s: %v", v.name, err)
			}
			m := request.(Register2)
			key, err := m.OPRFPrivateKey.decode()
			if err != nil || encodePoint(ristretto255.NewIdentityElement().ScalarBaseMult(key)) != m.OPRFSignedPublicKey.PublicKey {
				t.Errorf("%s: the public key is not that of the share: %v", v.name, err)
			}
			if err := m.OPRFSignedPublicKey.verify(RealmID(r.Realm)); err != nil {
				t.Errorf("%s: %v", v.name, err)
			}
			if again := signPublicKey(vectorKey("signer"), RealmID(r.Realm), m.OPRFSignedPublicKey.PublicKey); again != m.OPRFSignedPublicKey {
				t.Errorf("%s: signed otherwise", v.name)
			}
		}
	}
}

func TestVectorsOfMessages(t *testing.T) {
	for _, v := range vectors(t, "answer") {
		if _, err := DecodeResponse(v.Message); (err == nil) != (v.Expect == "success") {
			t.Errorf("%s: %v, want %s", v.name, err, v.Expect)
		} else if err != nil && !errors.Is(err, errMessage) {
			t.Errorf("%s: %v is no %v", v.name, err, errMessage)
		}
	}
	for _, v := range vectors(t, "request") {
		_, err := DecodeRequest(v.Message)
		if (err != nil) != (v.Expect == "message") {
			t.Errorf("%s: %v, want %s", v.name, err, v.Expect)
		} else if err != nil && !errors.Is(err, errMessage) {
			t.Errorf("%s: %v is no %v", v.name, err, errMessage)
		}
	}
}

// Our tokens are those of the vectors, byte for byte.
func TestVectorsOfTokens(t *testing.T) {
	for _, v := range vectors(t, "token") {
		if v.name != "token_owner" && v.name != "token_guess" {
			continue
		}
		owner, guess := ed25519.NewKeyFromSeed(v.OwnerSeed), ed25519.NewKeyFromSeed(v.GuessSeed)
		token, err := OwnerToken(owner, guess.Public().(ed25519.PublicKey), RealmID(v.Realm), time.Unix(v.Time, 0))
		if v.Role == "guess" {
			token, err = GuessToken(owner.Public().(ed25519.PublicKey), guess, RealmID(v.Realm), time.Unix(v.Time, 0))
		}
		if err != nil || token != v.Token {
			t.Errorf("%s: %s, %v", v.name, token, err)
		}
	}
}

// The committed vectors are what their command writes, byte for byte.
func TestVectorsAreAsGenerated(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("go", "run", "./juicebox/internal/genvectors", "-o", dir)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if diff, err := exec.Command("diff", "-r", "testdata/vectors", dir).CombinedOutput(); err != nil {
		t.Errorf("%v\n%.2000s", err, diff)
	}
}
