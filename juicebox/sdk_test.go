package juicebox

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// sdkScript does one thing with the published client: what standard input says.
const sdkScript = `
import { Client, Configuration } from "juicebox-sdk";
import { readFileSync } from "node:fs";
const job = JSON.parse(readFileSync(0, "utf8"));
const bytes = text => new TextEncoder().encode(text);
globalThis.JuiceboxGetAuthToken = async id => job.tokens[Buffer.from(id).toString("hex")];
const client = new Client(new Configuration(job.configuration), []);
try {
  let secret = new Uint8Array();
  if (job.do === "register") await client.register(bytes(job.pin), bytes(job.secret), bytes(job.info), job.guesses);
  if (job.do === "recover") secret = await client.recover(bytes(job.pin), bytes(job.info));
  if (job.do === "delete") await client.delete();
  console.log("ok " + new TextDecoder().decode(secret));
} catch (e) {
  console.log("error " + (typeof e === "number" ? e : e.reason + " " + e.guesses_remaining));
}
`

// sdk runs the script on the world's realms.
func (w *world) sdk(t *testing.T, do, pin string) string {
	t.Helper()
	node, dir := peer.Node(t)
	tokens := map[string]string{}
	for _, r := range w.Configuration.Realms {
		token, err := w.Token(r.ID, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		tokens[r.ID.String()] = token
	}
	job, err := json.Marshal(map[string]any{"do": do, "pin": pin, "secret": string(seed.Reveal()), "info": string(info),
		"guesses": guesses, "tokens": tokens, "configuration": w.Configuration})
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(node, "--no-warnings", "--experimental-wasm-modules", "--input-type=module", "-e", sdkScript)
	run.Dir, run.Stdin = dir, strings.NewReader(string(job))
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// served is a world whose realms listen on loopback.
func served(t *testing.T) *world {
	w := newWorld(t)
	w.HTTP = nil
	for i := range w.Configuration.Realms {
		r := &w.Configuration.Realms[i]
		server := httptest.NewServer(w.net[strings.TrimPrefix(r.Address, "embedded://")])
		t.Cleanup(server.Close)
		r.Address = server.URL
	}
	return w
}

// The published client recovers what ours registered, and ours what it registered, with
// the PIN hashing that is really used.
func TestPublishedClient(t *testing.T) {
	peer.Node(t)
	w := served(t)
	w.Configuration.PINHashingMode = Standard2019
	if err := w.Register(t.Context(), pin, seed, info, guesses); err != nil {
		t.Fatal(err)
	}
	if got := w.sdk(t, "recover", "271829"); got != "error 0 4" {
		t.Errorf("wrong PIN: it says %q", got)
	}
	if got, want := w.sdk(t, "recover", "271828"), "ok "+string(seed.Reveal()); got != want {
		t.Errorf("recover: it says %q, want %q", got, want)
	}
	if got := w.sdk(t, "delete", ""); got != "ok" {
		t.Errorf("delete: it says %q", got)
	}
	if got := w.sdk(t, "recover", "271828"); !strings.HasPrefix(got, "error 1") {
		t.Errorf("nothing registered: it says %q", got)
	}
	if got := w.sdk(t, "register", "271828"); got != "ok" {
		t.Errorf("register: it says %q", got)
	}
	w.realms[1].record = nil // 2 of 3 are enough
	w.mustRecover(t, 1, 3)
	_, err := w.Recover(t.Context(), wrong, info)
	if e := new(WrongPINError); !errors.As(err, &e) || e.Left != guesses-1 {
		t.Errorf("wrong PIN: %v", err)
	}
}
