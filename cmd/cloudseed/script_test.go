package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// exits runs a program and compares its exit code: the contract has more than 0 and not 0.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// realmProgram is cloudseed-realm, built once for all scripts.
var realmProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cloudseed-realm-*") // left to the system: no script knows which is the last
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "cloudseed-realm")
	out, err := exec.Command("go", "build", "-o", program, "github.com/cloudseed/cloudseed/cmd/cloudseed-realm").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return program, nil
})

// realmProcesses are those of one script, by their number.
var realmProcesses sync.Map // script's name + number → *exec.Cmd

func startRealms(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: realms N")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	program, err := realmProgram()
	ts.Check(err)
	var realms []realmJSON
	for i := 1; i <= n; i++ {
		id := strings.Repeat(fmt.Sprintf("%02x", i), 16)
		realms = append(realms, realmJSON{id, startRealm(ts, program, i, id)})
	}
	writeServers(ts, "servers.json", realms)
}

type realmJSON struct {
	ID      string `json:"id"`
	Address string `json:"address"`
}

func writeServers(ts *testscript.TestScript, file string, realms []realmJSON) {
	n := len(realms)
	text, err := json.Marshal(map[string]any{
		"realms": realms, "register_threshold": n, "recover_threshold": n/2 + 1, "pin_hashing_mode": "Standard2019"})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(file), text, 0o644))
}

// someServers writes a configuration of some of the realms in servers.json.
func someServers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: servers FILE I…")
	}
	var all struct {
		Realms []realmJSON `json:"realms"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("servers.json")), &all))
	var some []realmJSON
	for _, arg := range args[1:] {
		i, err := strconv.Atoi(arg)
		ts.Check(err)
		some = append(some, all.Realms[i-1])
	}
	writeServers(ts, args[0], some)
}

func startRealm(ts *testscript.TestScript, program string, i int, id string) (address string) {
	dir := ts.MkAbs(fmt.Sprintf("realm-%d", i))
	if out, err := exec.Command(program, "init", "--data", dir, "--id", id).CombinedOutput(); err != nil {
		ts.Fatalf("init: %v: %s", err, out)
	}
	cmd := exec.Command(program, "serve", "--data", dir, "--listen", "127.0.0.1:0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() { cmd.Process.Kill(); cmd.Wait() })
	realmProcesses.Store(ts.Name()+strconv.Itoa(i), cmd)
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if _, address, ok := strings.Cut(lines.Text(), "listening on "); ok {
			return strings.TrimSpace(address) + "/"
		}
	}
	ts.Fatalf("realm %d did not start: %s", i, stderr.String())
	return ""
}

func stopRealm(ts *testscript.TestScript, neg bool, args []string) {
	cmd, ok := realmProcesses.Load(ts.Name() + args[0])
	if !ok {
		ts.Fatalf("no realm %s", args[0])
	}
	ts.Check(cmd.(*exec.Cmd).Process.Kill())
	cmd.(*exec.Cmd).Wait()
}

// patch replaces bytes that must be there.
func patch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: patch FILE OLD NEW")
	}
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	if !bytes.Contains(data, []byte(args[1])) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(path, bytes.Replace(data, []byte(args[1]), []byte(args[2]), 1), 0o600))
}

func truncate(ts *testscript.TestScript, neg bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}
