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
