//go:build unix

package webapp

import (
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/secret"
)

// TestSecondUser lets another user of this computer try to read what the app leaves on the
// disk: the link's file, its folder, the profile. Where this runs as root, that is really
// another user; elsewhere only the files' modes are looked at.
func TestSecondUser(t *testing.T) {
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) { // so that only our own modes keep anybody out
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TMPDIR", dir)
	a := startDevice(t, Config{}).App
	link, err := a.Link()
	if err != nil {
		t.Fatal(err)
	}
	newClient(t, a).post("places", "kind", "folder", "address", t.TempDir(), "name", "stick")
	if err := a.Profile.KeepPlace("stick", "folder:/media/stick", secret.Copy([]byte("password"))); err != nil {
		t.Fatal(err)
	}
	private := []string{link, filepath.Dir(link)}
	err = filepath.WalkDir(a.Profile.Dir(), func(path string, _ fs.DirEntry, err error) error {
		private = append(private, path)
		return err
	})
	if err != nil || len(private) < 4 {
		t.Fatalf("%q, %v", private, err)
	}
	for _, path := range private {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is for others too: %v", path, info.Mode())
		}
	}
	nobody, err := user.Lookup("nobody")
	if err != nil || os.Getuid() != 0 {
		peer.LeaveOut(t, "only root can try as another user; the modes were looked at")
		return
	}
	open := filepath.Join(dir, "open")
	if err := os.WriteFile(open, []byte("for all"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := as(t, nobody, "cat", open); err != nil {
		t.Fatalf("the other user can read nothing at all: %v\n%s", err, out)
	}
	for _, path := range private {
		program := "cat"
		if info, _ := os.Stat(path); info.IsDir() {
			program = "ls"
		}
		if out, err := as(t, nobody, program, path); err == nil {
			t.Errorf("the other user reads %s: %s", path, out)
		}
	}
}

// as runs a program as somebody else.
func as(t *testing.T, who *user.User, program string, args ...string) (out []byte, err error) {
	t.Helper()
	uid, err := strconv.ParseUint(who.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.ParseUint(who.Gid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return cmd.CombinedOutput()
}
