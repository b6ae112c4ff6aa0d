package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/cloudseed/cloudseed/store/storetest"
)

// A cell is how one case went in one column.
type cell struct {
	state state
	level string
	judge string
	why   string // it was left out
}

// A state of a cell; of several runs the highest counts, so that nothing bad is hidden.
type state int

const (
	notRun state = iota
	passed
	leftOut
	failed
)

type key struct {
	column
	name string // of the case
}

// An event is a line of "go test -json".
type event struct {
	Action, Package, Test string
	Key, Value, Output    string
}

// test runs the suites of packages. That tests fail is not an error; the cells have it.
func test(packages []string) (map[key]cell, error) {
	args := append([]string{"test", "-json", "-count=1", "-run", "^TestSuite"}, packages...)
	cmd := exec.Command("go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	cells, err := read(out, os.Stderr)
	var exit *exec.ExitError
	if ended := cmd.Wait(); ended != nil && !errors.As(ended, &exit) {
		return nil, ended
	}
	return cells, err
}

// read makes cells of the events, and repeats to log what failing tests and packages print.
func read(r io.Reader, log io.Writer) (map[key]cell, error) {
	tests := map[string]*one{}
	cells := map[key]cell{}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return cells, nil
		}
		if err != nil {
			return nil, err
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			fmt.Fprintf(log, "%s", line) // a package that does not build says so in words
			continue
		}
		id := e.Package + " " + e.Test
		if tests[id] == nil {
			tests[id] = &one{attrs: map[string]string{}}
		}
		tests[id].take(e, cells, log)
	}
}

// one is one test while it runs.
type one struct {
	attrs map[string]string
	said  strings.Builder
}

func (o *one) take(e event, cells map[key]cell, log io.Writer) {
	switch e.Action {
	case "attr":
		o.attrs[e.Key] = e.Value
	case "output", "build-output":
		o.said.WriteString(e.Output)
	case "fail":
		io.WriteString(log, o.said.String())
		o.end(failed, cells)
	case "skip":
		o.end(leftOut, cells)
	case "pass":
		o.end(passed, cells)
	}
}

// end notes how a case ended; tests that are no cases say nothing about one.
func (o *one) end(s state, cells map[key]cell) {
	k := key{column{o.attrs[storetest.AttrPlace], o.attrs[storetest.AttrPeer]}, o.attrs[storetest.AttrCase]}
	if k.name == "" || s <= cells[k].state {
		return
	}
	c := cell{state: s, level: o.attrs[storetest.AttrLevel], judge: o.attrs[storetest.AttrJudge]}
	if s == leftOut {
		c.why = reason(o.said.String())
	}
	cells[k] = c
}

// reason is what a test said when it was left out: "    file.go:12: reason".
func reason(said string) string {
	for line := range strings.Lines(said) {
		if _, after, ok := strings.Cut(strings.TrimSpace(line), ".go:"); ok {
			if _, why, ok := strings.Cut(after, ": "); ok {
				return why
			}
		}
	}
	return "no reason given"
}
