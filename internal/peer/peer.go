// Package peer finds the programs of other people that tests run against: Apache, PostgreSQL,
// Chromium, Node with npm packages, versitygw. ./scripts/test installs them and insists on every
// one; plain "go test ./..." leaves out the tests whose peer is missing, and those that take
// long, and says so.
package peer

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// required is set by ./scripts/test: there a missing peer fails the test.
const required = "CLOUDSEED_TEST_PEERS"

// Command returns the path of a program, or leaves the test out.
func Command(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
		if path := filepath.Join("/usr/sbin", name); exists(path) {
			return path
		}
	}
	leaveOut(t, names[0]+" is not installed")
	return ""
}

// Built returns the path of a Go program that ./scripts/test builds into the folder bin of
// this package, or leaves the test out.
func Built(t testing.TB, name string) string {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(file), "bin", name)
	if !exists(path) {
		leaveOut(t, name+" is not built")
	}
	return path
}

// Node returns the path of node and the folder of this package in which the npm
// packages of package.json are installed, or leaves the test out.
func Node(t testing.TB) (node, dir string) {
	t.Helper()
	node = Command(t, "node")
	_, file, _, _ := runtime.Caller(0)
	dir = filepath.Join(filepath.Dir(file), "npm")
	if !exists(filepath.Join(dir, "node_modules")) {
		leaveOut(t, "the npm packages of internal/peer/npm are not installed")
	}
	return node, dir
}

// Slow leaves a test out that takes long, unless ./scripts/test runs it.
func Slow(t testing.TB) {
	t.Helper()
	if os.Getenv(required) == "" {
		say(t, "it takes long; ./scripts/test runs it")
	}
}

// LeaveOut leaves a test out wherever it runs, because of why.
func LeaveOut(t testing.TB, why string) {
	t.Helper()
	say(t, why)
}

func leaveOut(t testing.TB, why string) {
	t.Helper()
	if os.Getenv(required) != "" {
		t.Fatalf("%s; ./scripts/test installs it", why)
	}
	say(t, why+"; ./scripts/test installs it and runs this test")
}

// say skips the test and reaches the person behind "go test ./...", which swallows all that
// passing tests print: through the go command's own standard error where the system shows
// it and it is a terminal or a pipe (a file would be written over), else the terminal.
func say(t testing.TB, why string) {
	t.Helper()
	of := strings.TrimSuffix(filepath.Base(os.Args[0]), ".test") // the package
	line := fmt.Sprintf("left out: %s %s: %s\n", of, t.Name(), why)
	for _, path := range []string{fmt.Sprintf("/proc/%d/fd/2", os.Getppid()), "/dev/tty"} {
		if info, err := os.Stat(path); err != nil || info.Mode()&(os.ModeNamedPipe|os.ModeCharDevice) == 0 {
			continue
		}
		if w, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0); err == nil {
			fmt.Fprint(w, line)
			w.Close()
			break
		}
	}
	t.Skip(why)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
