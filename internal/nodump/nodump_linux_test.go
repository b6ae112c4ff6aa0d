package nodump_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cloudseed/cloudseed/internal/nodump"
)

// A child that dies of a signal leaves a core where cores are allowed; after Off it does not,
// and it cannot allow them again.
func TestMain(m *testing.M) {
	if os.Getenv("CLOUDSEED_TEST_DIE") == "" {
		os.Exit(m.Run())
	}
	if err := nodump.Off(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var limit unix.Rlimit
	unix.Getrlimit(unix.RLIMIT_CORE, &limit)
	flag, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	fmt.Println(limit.Cur, limit.Max, flag, err)
	panic("with GOTRACEBACK=crash Go dies of a signal")
}

func TestOff(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, "/bin/sh", "-c", `ulimit -c unlimited; exec "$0"`, os.Args[0])
	child.Dir, child.Env = dir, []string{"CLOUDSEED_TEST_DIE=1", "GOTRACEBACK=crash"}
	out, err := child.CombinedOutput()
	said, _, _ := strings.Cut(string(out), "\n")
	if said != "0 0 0 <nil>" {
		t.Errorf("limits and flag: %s", said)
	}
	status, ok := child.ProcessState.Sys().(interface {
		Signaled() bool
		CoreDump() bool
	})
	if err == nil || !ok || !status.Signaled() {
		t.Fatalf("it did not die of a signal: nothing was tried: %v\n%s", err, out)
	}
	if left, _ := os.ReadDir(dir); status.CoreDump() || len(left) > 0 {
		t.Errorf("a core was dumped: %v", left)
	}
}
