package main

import (
	"fmt"
	"os"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// canMount tells whether this process may mount a file system: only root may, and not in
// every container.
var canMount = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "cloudseed-tmpfs-*")
	if err != nil {
		return false
	}
	defer os.Remove(dir)
	if syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4096") != nil {
		return false
	}
	return syscall.Unmount(dir, 0) == nil
})

func condition(name string) (bool, error) {
	if name == "tmpfs" {
		return canMount(), nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

func mountTmpfs(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	ts.Check(syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+args[1]))
	ts.Defer(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
}
