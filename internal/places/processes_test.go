package places

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/keychain"
	"github.com/cloudseed/cloudseed/secret"
)

// TestMain lets this program be another process of the device: it stores files in the place
// that PLACES_TEST_ADDRESS names, with the sign-ins of PLACES_TEST_DIR.
func TestMain(m *testing.M) {
	if address := os.Getenv("PLACES_TEST_ADDRESS"); address != "" {
		if err := storeMany(address, os.Getenv("PLACES_TEST_DIR")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const many = 12

func storeMany(address, dir string) error {
	keeper, err := keychain.Open(keychain.Config{Dir: dir, File: true})
	if err != nil {
		return err
	}
	ctx := context.Background()
	place, err := (&Config{Keeper: keeper}).Open(ctx, address, secret.Text{}, false)
	for i := 0; i < many && err == nil; i++ {
		err = place.Store.Create(ctx, fmt.Sprintf("%d-%d.age", os.Getpid(), i), []byte("sealed"))
	}
	return err
}

// An iCloud sign-in is good for one request at a time, and every answer brings the next.
// Two processes of one device use it at once, and neither is signed out.
func TestTwoProcesses(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	w.apple.Thinking = 10 * time.Millisecond // so that they meet
	keeper, err := keychain.Open(keychain.Config{Dir: dir, File: true})
	if err != nil {
		t.Fatal(err)
	}
	w.Keeper = keeper
	address, _, err := w.SignIn(t.Context(), "icloud:", w.as("icloud", sam))
	if err != nil {
		t.Fatal(err)
	}
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, w.cloud.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	var all [2]*exec.Cmd
	var said [2]bytes.Buffer
	for i := range all {
		all[i] = exec.Command(os.Args[0])
		all[i].Env = append(os.Environ(), "PLACES_TEST_ADDRESS="+address, "PLACES_TEST_DIR="+dir, "HTTPS_PROXY="+w.cloud.Proxy(), "SSL_CERT_FILE="+ca)
		all[i].Stdout, all[i].Stderr = &said[i], &said[i]
		if err := all[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i, process := range all {
		if err := process.Wait(); err != nil {
			t.Errorf("process %d: %v: %s", i, err, said[i].Bytes())
		}
	}
	place, err := w.Open(t.Context(), address, secret.Text{}, false)
	if err != nil {
		t.Fatal(err)
	}
	if entries, err := place.Store.List(t.Context()); err != nil || len(entries) != 2*many {
		t.Errorf("%d files, %v, want %d", len(entries), err, 2*many)
	}
}
