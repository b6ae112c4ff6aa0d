package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// Nothing that the programs print or leave behind holds the phrase, the PIN or the vault
// key: not the data directory, not the place, not the databases and logs of three real PIN
// servers that log all they can, not a line of output.
func TestNothingLeaks(t *testing.T) {
	const words = "legal winner thank year wave sausage worth useful legal winner thank yellow"
	const pin, wrong, passphrase = "canary-482915", "canary-739204", "canary passphrase"
	var look leaktest.Look
	look.Phrase("the phrase", []byte(words))
	look.Secret("the PIN", []byte(pin))
	look.Secret("the wrong PIN", []byte(wrong))
	look.Secret("the passphrase", []byte(passphrase))
	p, err := phrase.Parse([]byte(words))
	if err != nil {
		t.Fatal(err)
	}
	look.Secret("the entropy", p.Entropy().Reveal())
	look.Secret("the wallet's seed", p.Seed(secret.Copy([]byte(passphrase))).Reveal())

	given, data, place, servers := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(given, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	realms := loggingRealms(t, servers)
	configuration, err := json.Marshal(realms)
	if err != nil {
		t.Fatal(err)
	}
	backup := []string{"backup", "--name", "Sam", "--passphrase-file", file("passphrase", passphrase), "--pin-file", file("pin", pin),
		"--place", "folder:" + place, "--realms", file("servers.json", string(configuration)), "--file", file("labels.jsonl", "{}")}
	for _, call := range []struct {
		exit int
		args []string
	}{
		{2, append(backup, "--phrase-file", file("bad", words+" yellow"))},
		{0, append(backup, "--phrase-file", file("words", words))},
		{0, []string{"backup", "--file", file("labels.jsonl", "{} ")}},
		{0, []string{"status"}},
		{0, []string{"list"}},
		{0, []string{"check"}},
		{4, []string{"restore", "--pin-file", file("wrong", wrong)}},
		{4, []string{"remind", "--now", "--pin-file", file("wrong", wrong)}},
		{0, []string{"remind", "--now", "--pin-file", file("pin", pin)}},
		{0, []string{"drill", "--pin-file", file("pin", pin)}},
		{0, []string{"restore", "--pin-file", file("pin", pin)}},
		{0, []string{"restore", "--pin-file", "-", "--json"}},
	} {
		var out bytes.Buffer
		args := append(call.args, "--verbose", "--data", data)
		if code := run(t.Context(), args, strings.NewReader(pin), &out, &out); code != call.exit {
			t.Fatalf("%v: exit %d, want %d: %s", args, code, call.exit, out.String())
		}
		if out.Len() == 0 {
			t.Errorf("%v: printed nothing: nothing was looked at", args)
		}
		look.Bytes(t, strings.Join(call.args[:1], " "), out.Bytes())
	}

	key := vaultKey(t, realms, place, pin)
	text, err := envelope.IdentityText(key)
	if err != nil {
		t.Fatal(err)
	}
	look.Secret("the vault key", key.Reveal())
	look.Secret("the vault key as age writes it", text.Reveal())
	for _, dir := range []string{data, place, servers} {
		if look.Dir(t, dir) == 0 {
			t.Errorf("no file in %s: nothing was looked at", dir)
		}
	}
}

// loggingRealms starts three PIN servers that write all they log into files of dir.
func loggingRealms(t *testing.T, dir string) juicebox.Configuration {
	t.Helper()
	program, err := realmProgram()
	if err != nil {
		t.Fatal(err)
	}
	c := juicebox.Configuration{RegisterThreshold: 3, RecoverThreshold: 2, PINHashingMode: juicebox.Standard2019}
	for i := range 3 {
		id := juicebox.RealmID{byte(i + 1)}
		own := filepath.Join(dir, fmt.Sprint(i))
		if out, err := exec.Command(program, "init", "--data", own, "--id", id.String()).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		log, err := os.Create(own + ".log")
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "serve", "--verbose", "--data", own, "--listen", "127.0.0.1:0")
		cmd.Stderr = log
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait(); log.Close() })
		line, err := bufio.NewReader(stdout).ReadString('\n')
		_, address, found := strings.Cut(line, "listening on ")
		if err != nil || !found {
			t.Fatalf("PIN server %d says %q: %v", i, line, err)
		}
		c.Realms = append(c.Realms, juicebox.Realm{ID: id, Address: strings.TrimSpace(address) + "/"})
	}
	return c
}

// vaultKey recovers the vault key as anybody can who has the file and the PIN.
func vaultKey(t *testing.T, realms juicebox.Configuration, place, pin string) secret.Text {
	t.Helper()
	sealed, err := os.ReadFile(filepath.Join(place, "Wallet backup - Sam - wallet 1.age"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := envelope.Inspect(sealed)
	if err != nil {
		t.Fatal(err)
	}
	client := &juicebox.Client{Configuration: realms, Token: func(realm juicebox.RealmID, now time.Time) (string, error) {
		return juicebox.GuessToken(s.Owner, ed25519.NewKeyFromSeed(s.Guess), realm, now)
	}}
	info := s.Hash()
	r, err := client.Recover(t.Context(), secret.Copy([]byte(pin)), info[:])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := envelope.Open(sealed, r.Secret); err != nil {
		t.Fatalf("this is not the vault key: %v", err)
	}
	return r.Secret
}
