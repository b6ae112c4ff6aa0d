package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The command is this test program under another name, so "exec cloudseed-realm" and
// startDaemon run real processes.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cloudseed-realm": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
	}})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"usage": exits(exitUsage),
			"fails": exits(exitFailure),
		},
	})
}

// exits is a command of the scripts: it runs cloudseed-realm and insists on the exit code.
func exits(want int) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("cannot be negated")
		}
		err := ts.Exec("cloudseed-realm", args...)
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok || exit.ExitCode() != want {
			ts.Fatalf("got %v, want exit code %d", err, want)
		}
	}
}
