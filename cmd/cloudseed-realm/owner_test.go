//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/mark"
)

// What root does to the realm of a service leaves everything to the service's user.
func TestRootLeavesFilesToTheirOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	const user = 12345
	d := newDaemon(t, juicebox.RealmID{0xaa})
	d.stop(t)
	for _, path := range append(all(t, d.dir), d.dir) {
		if err := os.Chown(path, user, user); err != nil {
			t.Fatal(err)
		}
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	ran(t, "backup", "--data", d.dir, "--out", copied)
	ran(t, "rotate", "--data", d.dir)
	if err := os.Remove(filepath.Join(d.dir, "keys.json"+mark.Suffix)); err != nil {
		t.Fatal(err)
	}
	ran(t, "restore", "--accept", "--data", d.dir)
	for _, path := range all(t, d.dir) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if owner := info.Sys().(*syscall.Stat_t).Uid; owner != user {
			t.Errorf("%s is of user %d", path, owner)
		}
	}
}

func all(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(paths) < 3 {
		t.Fatalf("%v, %v", paths, err)
	}
	return paths
}
