package folder

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/cloudseed/cloudseed/store"
)

// tiny mounts a file system of 64 KiB, or leaves the test out.
func tiny(t *testing.T) (dir string) {
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("only root may mount a tiny file system: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

func TestFullDisk(t *testing.T) {
	dir := tiny(t)
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), "fits", make([]byte, 30_000)); err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), "too much", make([]byte, 60_000)); !errors.Is(err, store.ErrFull) {
		t.Errorf("full disk: %v", err)
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 1 {
		t.Errorf("listed %v, %v", entries, err)
	}
	if err := s.Create(t.Context(), "fits too", make([]byte, 20_000)); err != nil {
		t.Errorf("the failed file still takes room: %v", err)
	}
}

func TestReadOnlyAndUnmounted(t *testing.T) {
	dir := tiny(t)
	s, _ := Open(dir)
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), "b", nil); !errors.Is(err, store.ErrRefused) {
		t.Errorf("create on a read-only medium: %v", err)
	}
	if err := s.Delete(t.Context(), "a"); !errors.Is(err, store.ErrRefused) {
		t.Errorf("delete on a read-only medium: %v", err)
	}
	if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "x" {
		t.Errorf("get: %q, %v", got, err)
	}
}

const childDir = "CLOUDSEED_TEST_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		writeForever(dir)
	}
	os.Exit(m.Run())
}

// writeForever creates file after file and prints each name when it is stored.
func writeForever(dir string) {
	s, err := Open(dir)
	for i := 0; err == nil; i++ {
		name := fmt.Sprintf("file %d", i)
		if err = s.Create(context.Background(), name, bytes.Repeat([]byte(name), 5000)); err == nil {
			fmt.Println(name)
		}
	}
	fmt.Println(err)
	os.Exit(1)
}

// A writer killed at any moment leaves only whole files, and all that it was told are stored.
func TestKilledWriter(t *testing.T) {
	for round := range 10 {
		dir := t.TempDir()
		stored := killAfter(t, dir, 3+round*5)
		s, _ := Open(dir)
		entries, err := s.List(t.Context())
		if err != nil || len(entries) < len(stored) {
			t.Fatalf("%d files are listed, %d were stored: %v", len(entries), len(stored), err)
		}
		for _, e := range entries {
			got, err := s.Get(t.Context(), e.Name)
			if err != nil || !bytes.Equal(got, bytes.Repeat([]byte(e.Name), 5000)) {
				t.Errorf("%q is not whole: %d bytes, %v", e.Name, len(got), err)
			}
		}
	}
}

// killAfter kills the child once it has stored n files and returns their names.
func killAfter(t *testing.T, dir string, n int) (stored []string) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer child.Process.Kill()
	for lines := bufio.NewScanner(out); len(stored) < n && lines.Scan(); {
		if !strings.HasPrefix(lines.Text(), "file ") {
			t.Fatalf("the writer failed: %s", lines.Text())
		}
		stored = append(stored, lines.Text())
	}
	return stored
}
