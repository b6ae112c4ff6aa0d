package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// A machine is what the figures depend on.
type machine struct {
	cpu, goVersion, commit, date string
	cores                        int
	load, loadAfter              string // of the last minute
}

var model = regexp.MustCompile(`(?m)^model name\s*: (.*)$`)

func thisMachine() (machine, error) {
	m := machine{goVersion: runtime.Version(), cores: runtime.NumCPU(), date: time.Now().UTC().Format("2 January 2006")}
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return m, err
	}
	m.cpu = runtime.GOARCH
	if found := model.FindSubmatch(info); found != nil {
		m.cpu = strings.TrimSpace(string(found[1]))
	}
	commit, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return m, fmt.Errorf("git describe: %w", err)
	}
	m.commit = strings.TrimSpace(string(commit))
	m.load, err = load()
	return m, err
}

func load() (string, error) {
	text, err := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	return first, err
}
