package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// realm measures the PIN server's CPU time for a registration and a recovery, against what no
// realm can do without: one evaluation of the OPRF with its proof. docs/benchmarks-realm.md has the
// careful figures, with more rounds, cores of their own, PostgreSQL and ten million records.
func realm() (rows []row, err error) {
	dir, err := os.MkdirTemp("", "bench-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program, err := build(dir, "cloudseed-realm", "./cmd/cloudseed-realm")
	if err != nil {
		return nil, err
	}
	if _, err := output(program, "init", "--data", filepath.Join(dir, "realm")); err != nil {
		return nil, err
	}
	server, address, err := serve(program, filepath.Join(dir, "realm"))
	if err != nil {
		return nil, err
	}
	defer func() { server.Process.Kill(); server.Wait() }()
	measured, err := output(program, "bench", "--address", address, "--users", "1000", "--recoveries", "2000",
		"--connections", "32", "--pid", strconv.Itoa(server.Process.Pid))
	if err != nil {
		return nil, err
	}
	evaluation, err := evaluate(filepath.Join(dir, "juicebox.test"))
	if err != nil {
		return nil, err
	}
	return realmRows(measured, evaluation)
}

// evaluate is the processor's time for one evaluation of the OPRF, in µs, as the server's is counted.
func evaluate(program string) (float64, error) {
	if _, err := output("go", "test", "-c", "-o", program, "./juicebox"); err != nil {
		return 0, err
	}
	const times = 5000
	s, err := start(program, "-test.run", "^$", "-test.bench", "^BenchmarkEvaluate$", "-test.benchtime", strconv.Itoa(times)+"x")
	return float64(s.cpu.Microseconds()) / times, err
}

func serve(program, data string) (*exec.Cmd, string, error) {
	// Everybody comes from one address here.
	cmd := exec.Command(program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--requests-per-minute", "0", "--new-per-day", "0")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if _, address, ok := strings.Cut(lines.Text(), "listening on "); ok {
			return cmd, strings.TrimSpace(address) + "/", nil
		}
	}
	return nil, "", fmt.Errorf("%s did not serve: %w", program, cmd.Wait())
}

var operation = regexp.MustCompile(`(?m)^(register|recover) +\d+ in .*; server CPU (\d+) µs each`)

// realmRows reads what cloudseed-realm bench has printed.
func realmRows(measured []byte, evaluation float64) (rows []row, err error) {
	found := operation.FindAllSubmatch(measured, -1)
	if len(found) != 2 || evaluation <= 0 {
		return nil, fmt.Errorf("no figures of the PIN server in\n%s", measured)
	}
	for _, f := range found {
		ours, err := strconv.ParseFloat(string(f[2]), 64)
		if err != nil {
			return nil, err
		}
		rows = append(rows, ratio("PIN server's CPU, one "+map[string]string{"register": "registration", "recover": "recovery"}[string(f[1])],
			"CPU of one OPRF evaluation with proof", ours, evaluation, microseconds))
	}
	return rows, nil
}

func microseconds(µs float64) string { return fmt.Sprintf("%.0f µs", µs) }
