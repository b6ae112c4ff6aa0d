package webdav

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// rclone serves dir and returns how to open it.
func rclone(t *testing.T, dir string) Config {
	program := peer.Command(t, "rclone")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "serve", "webdav", "--config", "", "--addr", addr,
		"--user", "samantha", "--pass", "correct horse", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); cmd.Wait() })
	for range 1000 {
		if conn, err := net.Dial("tcp", addr); err == nil {
			conn.Close()
			return Config{URL: "http://" + addr, User: "samantha", Password: secret.Copy([]byte("correct horse"))}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("rclone does not start")
	return Config{}
}

var rcloneColumn = storetest.Column{Place: "WebDAV", Peer: "rclone serve", Level: storetest.Real, Without: withoutPassword}

func TestSuiteRclone(t *testing.T) {
	shared, n := rclone(t, t.TempDir()), 0
	storetest.Run(t, rcloneColumn, func(t *testing.T) storetest.Place {
		c, fill := shared, noFill
		if wantsFull(t) {
			var dir string
			dir, fill = disk(t)
			c = rclone(t, dir)
		}
		n++
		c.URL += fmt.Sprintf("/case %d", n)
		p := place(t, c)
		p.Fill = func(testing.TB) func() { return fill() }
		return p
	})
}

// Why files are moved into place and not simply put: rclone ignores conditions on a PUT. If
// this test fails one day, rclone has learnt them.
func TestRcloneIgnoresConditions(t *testing.T) {
	c := rclone(t, t.TempDir())
	for _, condition := range []string{"If-None-Match: *", `If-Match: "stale"`} {
		key, value, _ := strings.Cut(condition, ": ")
		req, err := http.NewRequest("PUT", c.URL+"/file", strings.NewReader(condition))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(c.User, string(c.Password.Reveal()))
		req.Header.Set(key, value)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusCreated {
			t.Errorf("%s: %s", condition, resp.Status)
		}
	}
}
