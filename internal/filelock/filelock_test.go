package filelock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestMain lets this program be the other process: it takes the lock, says so, and ends
// without giving it back when its input ends.
func TestMain(m *testing.M) {
	if path := os.Getenv("FILELOCK_TEST_HOLD"); path != "" {
		if _, err := Try(path); err != nil {
			os.Exit(1)
		}
		fmt.Println("held")
		os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestTurns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := Try(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Try(path); !errors.Is(err, ErrHeld) {
		t.Errorf("a second Try: %v, want ErrHeld", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Wait(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting in vain: %v", err)
	}
	time.AfterFunc(50*time.Millisecond, func() { first.Close() })
	second, err := Wait(t.Context(), path)
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	second.Close()
	if _, err := Try(filepath.Join(t.TempDir(), "nowhere", "lock")); err == nil || errors.Is(err, ErrHeld) {
		t.Errorf("in a directory that is not there: %v", err)
	}
}

// The lock of a process that was killed is free.
func TestProcessEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), "FILELOCK_TEST_HOLD="+path)
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 16)); err != nil {
		t.Fatal("the other process has no lock:", err)
	}
	if _, err := Try(path); !errors.Is(err, ErrHeld) {
		t.Errorf("beside the other process: %v, want ErrHeld", err)
	}
	other.Process.Kill()
	other.Wait()
	free, err := Try(path)
	if err != nil {
		t.Fatalf("after the other process was killed: %v", err)
	}
	free.Close()
}
