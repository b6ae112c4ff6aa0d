//go:build !linux

package peer

import "testing"

// Disk is a small file system; here it leaves the test out.
func Disk(t testing.TB, _ int64) (dir string, fill func() (room func())) {
	t.Helper()
	LeaveOut(t, "a small file system is mounted on Linux only")
	return "", nil
}
