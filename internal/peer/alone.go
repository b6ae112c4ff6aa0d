package peer

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/filelock"
)

// DropboxPorts are those at which a sign-in to Dropbox waits for its answer: there are three on
// a computer, and tests of several packages run at a time.
const DropboxPorts = "dropbox-ports"

// Alone waits until no other test of any package has what is named, and has it until release
// is called, or the test has ended.
func Alone(t testing.TB, what string) (release func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	lock, err := filelock.Wait(ctx, filepath.Join(os.TempDir(), "cloudseed-test-"+what+".lock"))
	if err != nil {
		t.Fatalf("waiting for %s: %v", what, err)
	}
	t.Cleanup(func() { lock.Close() })
	return func() { lock.Close() }
}
