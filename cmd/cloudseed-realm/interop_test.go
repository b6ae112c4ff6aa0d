package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/google/go-cmp/cmp"
)

// What juicebox-sdk 0.3.7 calls its errors, for recovering.
const (
	sdkInvalidPIN    = 0
	sdkNotRegistered = 1
	sdkInvalidAuth   = 2
	sdkRateLimit     = 4
)

// An order to the published client, and its answer: the lines of testdata/juicebox.mjs.
type (
	order struct {
		Action        string            `json:"action"`
		Configuration any               `json:"configuration"`
		Previous      any               `json:"previous,omitempty"`
		Version       *string           `json:"version,omitempty"` // what the client says that it is
		Parallel      int               `json:"parallel,omitempty"`
		PIN           []byte            `json:"pin,omitempty"`
		Secret        []byte            `json:"secret,omitempty"`
		Info          []byte            `json:"info,omitempty"`
		Guesses       int               `json:"guesses,omitempty"`
		Vendor        *vendor           `json:"vendor,omitempty"`
		Tokens        map[string]string `json:"tokens,omitempty"`
	}
	vendor struct {
		Key     string `json:"key"` // PKCS 8 in hex
		Tenant  string `json:"tenant"`
		Version int    `json:"version"`
		User    string `json:"user"`
	}
	reply struct {
		Secret  []byte `json:"secret"`
		Failed  bool   `json:"failed"`
		Reason  int    `json:"reason"`
		Guesses *int   `json:"guesses"`
		Crash   string `json:"crash"`

		Answered map[string]int `json:"answered"` // of a storm: guesses, by realm
		Reasons  []int          `json:"reasons"`  // of a storm: how each recovery failed
	}
)

// A published is the npm package juicebox-sdk, running under Node.
type published struct {
	stdin  io.Writer
	stdout *bufio.Reader
}

func startPublished(t *testing.T) *published {
	t.Helper()
	node, dir := peer.Node(t)
	cmd := exec.Command(node, "--no-warnings", "--experimental-wasm-modules", "testdata/juicebox.mjs", dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); cmd.Wait() })
	return &published{stdin, bufio.NewReader(stdout)}
}

func (p *published) do(t *testing.T, o order) reply {
	t.Helper()
	if err := json.NewEncoder(p.stdin).Encode(o); err != nil {
		t.Fatal(err)
	}
	line, err := p.stdout.ReadBytes('\n')
	if err != nil {
		t.Fatalf("%s: the published client ended: %v", o.Action, err)
	}
	var r reply
	if err := json.Unmarshal(line, &r); err != nil {
		t.Fatal(err)
	}
	if r.Crash != "" {
		t.Fatalf("%s: %s", o.Action, r.Crash)
	}
	return r
}

func succeeded(secret string) reply {
	if secret == "" {
		return reply{}
	}
	return reply{Secret: []byte(secret)}
}

func failed(reason int) reply { return reply{Failed: true, Reason: reason} }

func wrongPIN(left int) reply { return reply{Failed: true, Reason: sdkInvalidPIN, Guesses: &left} }

// three are real daemons of a 2-of-3 configuration.
type three [3]*daemon

func startThree(t *testing.T, args ...string) (ds three) {
	t.Helper()
	for i := range ds {
		var id juicebox.RealmID
		rand.Read(id[:]) // so the order of ids is another one each time
		ds[i] = newDaemon(t, id, args...)
	}
	return ds
}

func (ds three) configuration(mode juicebox.PINHashingMode) juicebox.Configuration {
	c := juicebox.Configuration{RegisterThreshold: 3, RecoverThreshold: 2, PINHashingMode: mode}
	for _, d := range ds {
		c.Realms = append(c.Realms, juicebox.Realm{ID: d.id, Address: d.url})
	}
	return c
}

// acmeTenant makes a vendor with an EdDSA key, and the tenants file that knows it.
func acmeTenant(t *testing.T) (*vendor, string) {
	t.Helper()
	publicKey, privateKey, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(publicKey)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(privateKey)
	if err != nil {
		t.Fatal(err)
	}
	form, _ := json.Marshal(map[string]string{"data": hex.EncodeToString(spki), "encoding": "Hex", "algorithm": "Edwards25519"})
	file, _ := json.Marshal(map[string]map[string]string{"acme": {"1": "the HS256 key of version 1", "2": string(form)}})
	path := filepath.Join(t.TempDir(), "tenants.json")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return &vendor{hex.EncodeToString(pkcs8), "acme", 2, "0123456789abcdef0123456789abcdef"}, path
}

// The published client against three of our servers, with a vendor's tokens that it
// makes itself.
func TestPublishedClient(t *testing.T) {
	sdk := startPublished(t)
	acme, tenants := acmeTenant(t)
	servers := startThree(t, "--tenants", tenants)
	do := func(action, pin string) reply {
		return sdk.do(t, order{
			Action: action, Configuration: servers.configuration(juicebox.FastInsecure), Vendor: acme,
			PIN: []byte(pin), Secret: []byte("a secret"), Info: []byte("info"), Guesses: 5,
		})
	}
	for _, step := range []struct {
		name        string
		before      func()
		action, pin string
		want        reply
	}{
		{"nothing there", nil, "recover", "1234", failed(sdkNotRegistered)},
		{"register", nil, "register", "1234", succeeded("")},
		{"wrong PIN", nil, "recover", "9999", wrongPIN(4)},
		{"another wrong PIN", nil, "recover", "9998", wrongPIN(3)},
		{"right PIN", nil, "recover", "1234", succeeded("a secret")},
		{"success resets", nil, "recover", "9999", wrongPIN(4)},
		{"one server down", servers[1].kill, "recover", "1234", succeeded("a secret")},
		{"wrong PIN, one down", nil, "recover", "9999", wrongPIN(4)},
		{"back again", func() { servers[1].start(t) }, "recover", "1234", succeeded("a secret")},
		{"delete", nil, "delete", "", succeeded("")},
		{"gone", nil, "recover", "1234", failed(sdkNotRegistered)},
		{"register again", nil, "register", "0000", succeeded("")},
		{"guess 1", nil, "recover", "1", wrongPIN(4)},
		{"guess 2", nil, "recover", "2", wrongPIN(3)},
		{"guess 3", nil, "recover", "3", wrongPIN(2)},
		{"guess 4", nil, "recover", "4", wrongPIN(1)},
		{"guess 5", nil, "recover", "5", wrongPIN(0)},
		{"locked for the right PIN", nil, "recover", "0000", wrongPIN(0)},
		{"wrong key", func() { acme.Version = 1 }, "recover", "0000", failed(sdkInvalidAuth)},
	} {
		if step.before != nil {
			step.before()
		}
		expect(t, step.name, step.want, do(step.action, step.pin))
	}
}

// What one client registers the other recovers, with tokens of the built-in tenant.
func TestPublishedClientAndOurs(t *testing.T) {
	sdk := startPublished(t)
	servers := startThree(t)
	for _, mode := range []juicebox.PINHashingMode{juicebox.FastInsecure, juicebox.Standard2019} {
		t.Run(string(mode), func(t *testing.T) {
			ours := servers.ours(mode)
			expect(t, "their register", succeeded(""), servers.theirs(t, sdk, mode, "register", "1234", "from them"))
			checkOurs(t, ours, "1234", "from them")
			if err := ours.Register(t.Context(), text("5678"), text("from us"), []byte("info"), 5); err != nil {
				t.Fatal(err)
			}
			expect(t, "their recover", succeeded("from us"), servers.theirs(t, sdk, mode, "recover", "5678", ""))
		})
	}
}

// Wrong PINs count for both, two of three servers are enough for both, and what ours
// deletes is gone for theirs.
func TestBothClientsSeeTheSameRecord(t *testing.T) {
	const mode = juicebox.FastInsecure
	sdk := startPublished(t)
	servers := startThree(t, "--pacing", "off")
	ours := servers.ours(mode)
	theirs := func(action, pin string) reply { return servers.theirs(t, sdk, mode, action, pin, "kept") }
	expect(t, "register", succeeded(""), theirs("register", "1234"))
	checkWrong(t, ours, "9999", 4)
	expect(t, "wrong PIN after ours", wrongPIN(3), theirs("recover", "9998"))
	checkWrong(t, ours, "9997", 2)
	servers[0].kill()
	expect(t, "one server down", succeeded("kept"), theirs("recover", "1234"))
	checkOurs(t, ours, "1234", "kept")
	servers[0].start(t)
	if err := ours.Delete(t.Context()); err != nil {
		t.Error(err)
	}
	expect(t, "after our delete", failed(sdkNotRegistered), theirs("recover", "1234"))
}

// The published client understands that it must wait after three wrong PINs.
func TestPacedForBothClients(t *testing.T) {
	const mode = juicebox.FastInsecure
	sdk := startPublished(t)
	servers := startThree(t)
	ours := servers.ours(mode)
	expect(t, "register", succeeded(""), servers.theirs(t, sdk, mode, "register", "1234", "kept"))
	for left := 4; left >= 2; left-- {
		checkWrong(t, ours, "9999", left)
	}
	expect(t, "too soon", failed(sdkRateLimit), servers.theirs(t, sdk, mode, "recover", "1234", ""))
	_, err := ours.Recover(t.Context(), text("1234"), []byte("info"))
	if busy, ok := errors.AsType[*juicebox.BusyError](err); !ok || busy.After > time.Minute || busy.After < 30*time.Second {
		t.Errorf("our client: %v, want a wait of a minute", err)
	}
	for _, view := range ours.View(t.Context()) {
		if view.Err != nil || view.GuessesUsed != 3 || view.GuessesEver != 3 {
			t.Errorf("view: %+v", view)
		}
	}
}

func expect(t *testing.T, what string, want, got reply) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (ds three) ours(mode juicebox.PINHashingMode) *juicebox.Client {
	return &juicebox.Client{Configuration: ds.configuration(mode), Token: ownerToken, AllowFastInsecure: true}
}

// theirs lets the published client act as the same user as ours.
func (ds three) theirs(t *testing.T, sdk *published, mode juicebox.PINHashingMode, action, pin, kept string) reply {
	t.Helper()
	return sdk.do(t, order{
		Action: action, Configuration: ds.configuration(mode), Tokens: ds.tokens(t),
		PIN: []byte(pin), Secret: []byte(kept), Info: []byte("info"), Guesses: 5,
	})
}

func (ds three) tokens(t *testing.T) map[string]string {
	t.Helper()
	tokens := make(map[string]string)
	for _, d := range ds {
		token, err := ownerToken(d.id, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		tokens[d.id.String()] = token
	}
	return tokens
}

func text(s string) secret.Text { return secret.New([]byte(s)) }

func checkOurs(t *testing.T, client *juicebox.Client, pin, want string) {
	t.Helper()
	got, err := client.Recover(t.Context(), text(pin), []byte("info"))
	if err != nil || !bytes.Equal(got.Secret.Reveal(), []byte(want)) {
		t.Errorf("our client recovered %q, %v; want %q", got.Secret.Reveal(), err, want)
	}
}

func checkWrong(t *testing.T, client *juicebox.Client, pin string, left int) {
	t.Helper()
	_, err := client.Recover(t.Context(), text(pin), []byte("info"))
	if wrong, ok := errors.AsType[*juicebox.WrongPINError](err); !ok || wrong.Left != left {
		t.Errorf("our client with a wrong PIN: %v; want %d left", err, left)
	}
}
