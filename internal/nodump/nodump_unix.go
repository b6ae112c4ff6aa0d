//go:build unix && !linux

package nodump

import "golang.org/x/sys/unix"

func off() error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }
