package s3

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// versityGW starts versitygw, an S3 server over a file system, in dir.
func versityGW(t *testing.T, dir string) (url string) {
	program := peer.Built(t, "versitygw")
	if err := os.Mkdir(filepath.Join(dir, "bucket"), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "--port", addr, "posix", dir)
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+keyID, "ROOT_SECRET_KEY="+secretKey)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); cmd.Wait() })
	for range 500 {
		if conn, err := net.Dial("tcp", addr); err == nil {
			conn.Close()
			return "http://" + addr + "/bucket"
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("versitygw does not start")
	return ""
}

var versityColumn = storetest.Column{Place: "S3", Peer: "versitygw", Level: storetest.Real, Without: withoutToken}

func TestSuiteVersityGW(t *testing.T) {
	url := versityGW(t, t.TempDir())
	storetest.Run(t, versityColumn, func(t *testing.T) storetest.Place {
		url, fill := url, func() func() { t.Fatal("not a small disk"); return nil }
		if strings.HasSuffix(t.Name(), "/full") {
			var dir string
			dir, fill = peer.Disk(t, 24<<20)
			url = versityGW(t, dir)
		}
		p := place(config(url + "/" + strings.ReplaceAll(t.Name(), "/", " ")))
		p.Fill = func(testing.TB) func() { return fill() }
		return p
	})
}

// A real server checks the signature; gofakes3 does not.
func TestWrongSecret(t *testing.T) {
	url := versityGW(t, t.TempDir())
	c := config(url)
	c.SecretKey = secret.Copy([]byte("not the secret key"))
	if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrSignedOut) || strings.Contains(err.Error(), "not the") {
		t.Errorf("wrong secret: %v", err)
	}
	c = config(url)
	c.AccessKey = "AKIAUNKNOWN"
	if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrSignedOut) {
		t.Errorf("unknown key: %v", err)
	}
	c = config(url + "/x")
	c.Region = "" // asked for
	if err := mustOpen(t, c).Create(t.Context(), "a", []byte("x")); err != nil {
		t.Errorf("region asked for: %v", err)
	}
}

// An upload that is changed on its way is refused by the server's own check.
func TestChecksumCounts(t *testing.T) {
	dir := t.TempDir()
	url := versityGW(t, dir)
	s := mustOpen(t, config(url))
	if err := s.put(t.Context(), "create", "a", []byte("x"), "1"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bucket", "a"), []byte("y"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := s.Get(t.Context(), "a"); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("changed on the server's disk: %q, %v", data, err)
	}
}
