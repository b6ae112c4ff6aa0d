package cloudseed

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
)

// A protocolVector is a file of juicebox/testdata/vectors; docs/protocol.md says what is in it.
type protocolVector struct {
	name, Expect, File, PIN string
	Stanza, Secret          hexBytes
	Records                 []struct{ Realm, Register2 hexBytes }
}

type hexBytes []byte

func (b *hexBytes) UnmarshalText(text []byte) (err error) {
	*b, err = hex.DecodeString(string(text))
	return err
}

func protocolVectors(t *testing.T, pattern string) (all []protocolVector) {
	t.Helper()
	paths, err := filepath.Glob("juicebox/testdata/vectors/" + pattern + ".json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors %s: %v", pattern, err)
	}
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		v := protocolVector{name: strings.TrimSuffix(filepath.Base(p), ".json")}
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		all = append(all, v)
	}
	return all
}

// From stanza and PIN to the secret at real realms that hold the vectors' records, and on to
// the backup file.
func TestVectorsFromStanza(t *testing.T) {
	for _, v := range protocolVectors(t, "recover_*") {
		wrongPIN := strings.Contains(v.name, "wrong_pin") || strings.Contains(v.name, "pin_not") || strings.Contains(v.name, "recover_stanza_")
		if v.Expect != "success" && !wrongPIN {
			continue // those have realms that break the rules: package juicebox replays them
		}
		t.Run(v.name, func(t *testing.T) {
			stanza, err := envelope.ParseStanza(v.Stanza)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t)
			w.hold(stanza, v)
			c := w.config()
			info := stanza.Hash()
			got, err := c.guessClient(stanza).Recover(ctx, normalPIN(secret.Copy([]byte(v.PIN))), info[:])
			var wrong *WrongPINError
			if wrongPIN != errors.As(err, &wrong) {
				t.Fatalf("%v, want %s", err, v.Expect)
			}
			if !wrongPIN && !bytes.Equal(got.Secret.Reveal(), v.Secret) {
				t.Fatal("another secret came back")
			}
			if v.File != "" {
				v.open(t, got.Secret)
			}
		})
	}
}

// hold makes realms where the stanza says that they are, which hold the records.
func (w *world) hold(stanza *envelope.Stanza, v protocolVector) {
	w.t.Helper()
	owner := vectorKey(w.t, "owner_seed")
	guess := ed25519.NewKeyFromSeed(stanza.Guess).Public().(ed25519.PublicKey)
	for i, r := range stanza.Realms {
		made, err := realm.New(realm.Config{ID: r.ID, Store: &realm.Memory{}})
		if err != nil {
			w.t.Fatal(err)
		}
		u, _ := url.Parse(r.Address)
		w.realms[u.Host] = http.StripPrefix(strings.TrimSuffix(path.Dir(u.Path), "/"), made)
		token, err := juicebox.OwnerToken(owner, guess, r.ID, time.Now())
		if err != nil {
			w.t.Fatal(err)
		}
		q, _ := http.NewRequest("POST", u.ResolveReference(&url.URL{Path: "req"}).String(), bytes.NewReader(v.Records[i].Register2))
		q.Header.Set("Authorization", "Bearer "+token)
		q.Header.Set("X-Juicebox-Version", juicebox.ProtocolVersion)
		if answer, err := w.RoundTrip(q); err != nil || answer.StatusCode != 200 {
			w.t.Fatalf("realm %x: %+v, %v", r.ID, answer, err)
		}
	}
}

func vectorKey(t *testing.T, seed string) ed25519.PrivateKey {
	t.Helper()
	var v map[string]any
	b, err := os.ReadFile("juicebox/testdata/vectors/token_owner.json")
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	key, err2 := hex.DecodeString(v[seed].(string))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	return ed25519.NewKeyFromSeed(key)
}

// open opens the backup file of the vector with the vault key.
func (v *protocolVector) open(t *testing.T, key secret.Text) {
	t.Helper()
	b, err := os.ReadFile(v.File)
	if err != nil {
		t.Fatal(err)
	}
	_, sealed, _ := bytes.Cut(b, []byte("\n\n"))
	o, err := envelope.Open(sealed, key)
	if err != nil || o.Wallet == nil || !bytes.Equal(o.Stanza.Body(), v.Stanza) {
		t.Errorf("the file does not open: %v", err)
	}
}

// No realm of these stanzas is asked, whatever the verb.
func TestVectorsOfConfigurations(t *testing.T) {
	for _, v := range protocolVectors(t, "configuration_*") {
		stanza, err := envelope.ParseStanza(v.Stanza)
		if err != nil {
			t.Fatalf("%s: %v", v.name, err)
		}
		c := Config{HTTP: &http.Client{Transport: untouched{t}}}
		_, err = c.guessClient(stanza).Recover(ctx, pin(), nil)
		wantError(t, v.name, realmError(err), ErrUnsafe)
		for _, s := range c.guessClient(stanza).Status(ctx) {
			wantError(t, v.name, s.Err, juicebox.ErrConfiguration)
		}
	}
}

// untouched is a network that nobody may use.
type untouched struct{ t *testing.T }

func (n untouched) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("%s was asked", r.URL)
	return nil, errors.New("no network")
}
