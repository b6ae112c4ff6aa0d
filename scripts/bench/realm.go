package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cloudseed/cloudseed/scripts/internal/realmrun"
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
	data, juicebox := filepath.Join(dir, "realm"), filepath.Join(dir, "juicebox.test")
	for _, command := range [][]string{{program, "init", "--data", data}, {"go", "test", "-c", "-o", juicebox, "./juicebox"}} {
		if _, err := output(command...); err != nil {
			return nil, err
		}
	}
	server := realmrun.Server{Program: program, Place: []string{"--data", data}}
	measured, err := server.Run("--users", "1000", "--recoveries", "2000", "--connections", "32")
	if err != nil {
		return nil, err
	}
	evaluation, err := server.Reference(juicebox)
	if err != nil {
		return nil, err
	}
	return []row{
		realmRow("registration", measured.Registration.CPU, evaluation),
		realmRow("recovery", measured.Recovery.CPU, evaluation),
	}, nil
}

func realmRow(operation string, ours, evaluation time.Duration) row {
	microseconds := func(µs float64) string { return fmt.Sprintf("%.0f µs", µs) }
	return ratio("PIN server's CPU, one "+operation, "one OPRF evaluation with proof, by gtank/ristretto255",
		float64(ours.Nanoseconds())/1000, float64(evaluation.Nanoseconds())/1000, microseconds)
}
