package main

import (
	"os"
	"runtime/pprof"
)

// profile writes where the CPU time goes until stop is called; with no path, nothing.
// scripts/profile uses it: default.pgo here is what the compiler optimises this program by.
func profile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		file.Close()
	}, nil
}
