package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"testing"

	"github.com/cloudseed/cloudseed/juicebox"
)

// Every kind of token, and nothing is left behind. No figure is judged.
func TestBench(t *testing.T) {
	acme, tenants := acmeTenant(t)
	hmac, eddsa := filepath.Join(t.TempDir(), "hmac"), filepath.Join(t.TempDir(), "eddsa")
	os.WriteFile(hmac, []byte("the HS256 key of version 1\n"), 0o600)
	os.WriteFile(eddsa, []byte(acme.Key), 0o600)
	d := newDaemon(t, juicebox.RealmID{0xaa}, "--tenants", tenants)
	printed := regexp.MustCompile(`^register 40 in .* p99 .*\nrecover  50 in .*/s; p50 .*\n$`)
	for name, args := range map[string][]string{
		"built-in": nil,
		"HS256":    {"--key", hmac},
		"EdDSA":    {"--key", eddsa, "--key-version", "2", "--id", d.id.String()},
	} {
		args = append([]string{"bench", "--address", d.url, "--users", "40", "--recoveries", "50", "--connections", "4"}, args...)
		if runtime.GOOS == "linux" {
			args = append(args, "--pid", strconv.Itoa(d.cmd.Process.Pid))
		}
		out, err := exec.Command("cloudseed-realm", args...).CombinedOutput()
		if err != nil || !printed.Match(out) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	wrong, _ := json.Marshal("another key")
	os.WriteFile(hmac, wrong, 0o600)
	out, err := exec.Command("cloudseed-realm", "bench", "--address", d.url, "--users", "2", "--key", hmac).CombinedOutput()
	if err == nil || !regexp.MustCompile(`register: status 401: token refused`).Match(out) {
		t.Errorf("wrong key: %v\n%s", err, out)
	}
}

// Whoever of a filled realm is asked for, the record opens and is of the registration that
// bench knows.
func TestBenchFilled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "filled")
	if out, err := exec.Command("cloudseed-realm", "bench-fill", "--data", dir, "--records", "30").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, tenants := acmeTenant(t)
	d := &daemon{dir: dir, args: []string{"--tenants", tenants}}
	d.start(t)
	t.Cleanup(d.kill)
	hmac := filepath.Join(t.TempDir(), "hmac")
	os.WriteFile(hmac, []byte("the HS256 key of version 1\n"), 0o600)
	args := []string{"bench", "--address", d.url, "--key", hmac, "--recoveries", "70", "--connections", "4", "--filled"}
	if out, err := exec.Command("cloudseed-realm", append(args, "30")...).CombinedOutput(); err != nil || !regexp.MustCompile(`^recover  70 in `).Match(out) {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := exec.Command("cloudseed-realm", append(args, "3000")...).CombinedOutput(); err == nil {
		t.Errorf("records that were not filled in were recovered\n%s", out)
	}
	if err := exec.Command("cloudseed-realm", "bench-fill", "--data", dir, "--records", "30").Run(); err == nil {
		t.Error("a realm that was there was filled")
	}
}
