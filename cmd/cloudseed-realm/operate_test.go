package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/realmtest"
	"github.com/golang-jwt/jwt/v5"
)

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func vendorTarget(t *testing.T, d *daemon, kid, key string) realmtest.Target {
	t.Helper()
	now := time.Now().Unix()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": "acme", "sub": "alice-canary", "aud": d.id.String(),
		"scope": "user", "nbf": now, "exp": now + 600})
	token.Header["kid"] = kid
	text, err := token.SignedString([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	target := d.target(t, true)
	target.Token = text
	return target
}

// The tenants file is read again on SIGHUP. One that is broken changes nothing.
func TestTenantsAreReadAgain(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGHUP; the file is noticed after some seconds")
	}
	file := filepath.Join(t.TempDir(), "tenants.json")
	put(t, file, []byte(`{"acme":{"1":"first-key"}}`))
	d := newDaemon(t, juicebox.RealmID{0xaa}, "--tenants", file)
	first, second := vendorTarget(t, d, "acme:1", "first-key"), vendorTarget(t, d, "acme:2", "second-key")
	accepted := func(target realmtest.Target) bool {
		_, err := target.Ask(t.Context(), juicebox.Recover1{})
		return err == nil
	}
	if !accepted(first) || accepted(second) {
		t.Fatal("before the change")
	}
	change := func(text string) {
		put(t, file, []byte(text))
		d.cmd.Process.Signal(syscall.SIGHUP)
	}
	change(`{"acme":{"2":"second-key"`) // cut off
	time.Sleep(300 * time.Millisecond)
	if !accepted(first) || accepted(second) {
		t.Error("half a file was used")
	}
	change(`{"acme":{"2":"second-key"}}`)
	for end := time.Now().Add(5 * time.Second); !accepted(second); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the new file is not used")
		}
	}
	if accepted(first) {
		t.Error("a key that was taken away is accepted")
	}
	first.HTTP.CloseIdleConnections()
	second.HTTP.CloseIdleConnections()
	d.stop(t)
	if log := d.log.String(); !strings.Contains(log, "stays in use") || strings.Contains(log, "second-key") {
		t.Errorf("log:\n%s", log)
	}
}

func fetched(t *testing.T, url string) (int, string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// What an operator sees of a running server, and that none of it, nor the log, has a
// token, a user, an address of a client or a secret.
func TestOperating(t *testing.T) {
	metrics := freeAddress(t)
	d := newDaemon(t, juicebox.RealmID{0xaa}, "--metrics", metrics, "--trust-proxy", "127.0.0.0/8", "--new-per-day", "1")
	registration := realmtest.Registration(5)
	target := d.target(t, true)
	forwarded := func(status int) {
		t.Helper()
		q, _ := http.NewRequest("POST", d.url+"req", bytes.NewReader(juicebox.EncodeRequest(registration)))
		q.Header.Set("Authorization", "Bearer "+target.Token)
		q.Header.Set("X-Juicebox-Version", juicebox.ProtocolVersion)
		q.Header.Set("X-Forwarded-For", "192.0.2.1, 203.0.113.77")
		answer, err := target.HTTP.Do(q)
		if err != nil || answer.StatusCode != status {
			t.Fatalf("got %v, %v, want %d", answer, err, status)
		}
		answer.Body.Close()
	}
	forwarded(200)
	if _, err := target.Ask(t.Context(), juicebox.Delete{}); err != nil {
		t.Fatal(err)
	}
	forwarded(429) // the place of today was used
	if _, err := target.Ask(t.Context(), registration); err != nil {
		t.Fatal(err) // from this computer
	}
	bad := target
	bad.Token += "x"
	bad.Ask(t.Context(), juicebox.Recover1{})

	_, text := fetched(t, "http://"+metrics+"/metrics")
	for _, want := range []string{
		`cloudseed_realm_requests_total{code="200",request="Register2",tenant="cloudseed"} 2`,
		`cloudseed_realm_refused_total{why="new records"} 1`, `cloudseed_realm_refused_total{why="token"} 1`,
		"cloudseed_realm_ready 1", "cloudseed_realm_records 1",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if status, body := fetched(t, "http://"+metrics+"/readyz"); status != 200 {
		t.Errorf("ready: %d %s", status, body)
	}
	out, err := exec.Command("cloudseed-realm", "status", "--metrics", metrics, "--json").Output()
	var now status
	if err != nil || json.Unmarshal(out, &now) != nil || !now.Ready || now.Realm != d.id.String() || now.Engine != "sqlite" || now.Records == nil || *now.Records != 1 {
		t.Errorf("status: %v\n%s", err, out)
	}
	table, err := exec.Command("cloudseed-realm", "status", "--metrics", metrics).Output()
	if err != nil || !strings.Contains(string(table), "ready, for ") {
		t.Errorf("status: %v\n%s", err, table)
	}
	target.HTTP.CloseIdleConnections()
	d.stop(t)
	noLeaks(t, target, registration, map[string][]byte{"metrics": []byte(text), "status": out, "log": d.log.Bytes()})
}

func noLeaks(t *testing.T, target realmtest.Target, registration juicebox.Register2, written map[string][]byte) {
	t.Helper()
	var look leaktest.Look
	look.Secret("the token", []byte(target.Token[:60]))
	look.Secret("the token's signature", []byte(target.Token[len(target.Token)-40:]))
	look.Secret("the user", []byte(juicebox.TokenSubject(public(ownerKey), public(guessKey))))
	look.Secret("the owner key", public(ownerKey))
	look.Secret("the share", registration.OPRFPrivateKey[:])
	look.Secret("the tag", registration.UnlockKeyTag[:])
	look.Secret("the secret's share", registration.EncryptionKeyScalarShare[:])
	look.Secret("the client's address", []byte("203.0.113.77"))
	for where, data := range written {
		look.Bytes(t, where, data)
	}
	for line := range bytes.Lines(written["log"]) {
		if !json.Valid(line) {
			t.Errorf("not JSON in the log: %s", line)
		}
	}
}
