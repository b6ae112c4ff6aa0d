//go:build unix

package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// mostMemory is a program's resident memory at its most, in MB. Linux counts it in KiB.
func mostMemory(p *os.ProcessState) (float64, error) {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok || runtime.GOOS != "linux" {
		return 0, fmt.Errorf("it is not known how %s counts a program's memory", runtime.GOOS)
	}
	return float64(usage.Maxrss) * 1024 / 1e6, nil
}
