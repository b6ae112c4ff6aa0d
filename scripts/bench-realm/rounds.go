package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/cloudseed/cloudseed/scripts/internal/realmrun"
)

// A subject is a server that is measured in turns with others.
type subject struct {
	name   string
	server realmrun.Server
	bench  []string
	rounds []round
}

// A round is one run, and what the reference took right before and after it.
type round struct {
	realmrun.Figures
	reference time.Duration
}

// few is what growth is compared with.
const few = 10_000

// subjects makes the realms to be measured.
func (w *world) subjects() ([]*subject, error) {
	if w.growth > 0 {
		return w.grown()
	}
	ours, err := w.made("embedded engine", w.program, "ours")
	if err != nil {
		return nil, err
	}
	all := []*subject{ours}
	if w.against != "" {
		other, err := w.made(w.against, w.against, "against")
		if err != nil {
			return nil, err
		}
		all = append(all, other)
	}
	if w.database != "" {
		place := []string{"--database", w.database, "--keys", filepath.Join(w.dir, "postgres-keys.json")}
		if err := command(append([]string{w.program, "migrate"}, place...)...); err != nil {
			return nil, err
		}
		all = append(all, w.subject("PostgreSQL", w.program, place))
	}
	return all, nil
}

// made makes a new realm by the program that is to serve it.
func (w *world) made(name, program, dir string) (*subject, error) {
	place := []string{"--data", filepath.Join(w.dir, dir)}
	return w.subject(name, program, place), command(append([]string{program, "init"}, place...)...)
}

func (w *world) subject(name, program string, place []string) *subject {
	s := &subject{name: name, bench: []string{"--recoveries", strconv.Itoa(w.recoveries), "--connections", strconv.Itoa(w.connections)}}
	s.server = realmrun.Server{Program: program, Place: place, Pinned: true, RealTime: w.realTime}
	if w.growth == 0 {
		s.bench = append(s.bench, "--users", strconv.Itoa(w.users))
	}
	if w.tokens == "hs256" {
		s.server.Flags = []string{"--tenants", w.tenants}
		s.bench = append(s.bench, "--key", w.key)
	}
	return s
}

func (w *world) grown() (all []*subject, err error) {
	for _, records := range []string{strconv.Itoa(few), strconv.FormatUint(uint64(w.growth), 10)} {
		dir := filepath.Join(w.dir, records)
		if err := command(w.program, "bench-fill", "--data", dir, "--records", records); err != nil {
			return nil, err
		}
		if err := read(filepath.Join(dir, "realm.db")); err != nil {
			return nil, err
		}
		s := w.subject(records+" records", w.program, []string{"--data", dir})
		s.bench = append(s.bench, "--filled", records)
		all = append(all, s)
	}
	return all, nil
}

// read brings a file into memory, so that no disk is measured that a server of that size would
// not be waiting for.
func read(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(io.Discard, file)
	return err
}

// measure runs the rounds, every second one in the other order. Grown realms get one to warm up.
func (w *world) measure(subjects []*subject) error {
	warm := 0
	if w.growth > 0 {
		warm = 1
	}
	for i := range warm + w.rounds {
		for k := range subjects {
			s := subjects[k]
			if i%2 == 1 {
				s = subjects[len(subjects)-1-k]
			}
			r, err := w.round(s)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			fmt.Fprintf(os.Stderr, "round %d, %s: registration %v, recovery %v, %.0f/s, p99 %v; reference %v\n", i+1-warm, s.name,
				r.Registration.CPU, r.Recovery.CPU, r.Recovery.PerSecond, r.Recovery.P99, r.reference.Round(time.Microsecond))
			if i >= warm {
				s.rounds = append(s.rounds, r)
			}
		}
	}
	return nil
}

func (w *world) round(s *subject) (r round, err error) {
	before, err := s.server.Reference(w.reference)
	if err != nil {
		return r, err
	}
	if r.Figures, err = s.server.Run(s.bench...); err != nil {
		return r, err
	}
	after, err := s.server.Reference(w.reference)
	r.reference = (before + after) / 2
	return r, err
}
