//go:build !linux

package main

import (
	"fmt"

	"github.com/rogpeppe/go-internal/testscript"
)

func condition(name string) (bool, error) {
	if name == "tmpfs" {
		return false, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

func mountTmpfs(ts *testscript.TestScript, neg bool, args []string) { ts.Fatalf("no tmpfs here") }
