//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// A process is the program as a person starts it, in a world of its own: it finds the clouds
// by HTTPS_PROXY and SSL_CERT_FILE, and no keychain.
type process struct {
	*device
	tty bool // standard input is a terminal
}

// output is what a program prints on both of its streams.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// run runs the program and returns what it printed, if the exit code is the one expected.
// The person reads which page to open from there.
func (p *process) run(exit int, args ...string) string {
	p.t.Helper()
	p.write("ca.pem", string(p.cloud.CA()))
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	defer cancel()
	program := exec.CommandContext(ctx, os.Args[0], append(args, "--data", p.data)...)
	program.Args[0] = "cloudseed" // TestMain knows it by this name
	program.Env = []string{"HOME=" + p.given, "PATH=/nowhere", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere",
		"HTTPS_PROXY=" + p.cloud.Proxy(), "SSL_CERT_FILE=" + p.file("ca.pem")}
	var terminal output
	if p.tty {
		defer onTerminal(p.t, program, &terminal)()
	}
	var out output
	errs, err := program.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	program.Stdout = &out
	if err := program.Start(); err != nil {
		p.t.Fatal(err)
	}
	lines := bufio.NewScanner(errs)
	for lines.Scan() {
		if _, page, ok := strings.Cut(lines.Text(), "the page: "); ok {
			p.browse(page)
		}
		fmt.Fprintln(&out, lines.Text())
	}
	err = program.Wait()
	p.pages.Wait()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		p.t.Fatal(err)
	}
	if code := program.ProcessState.ExitCode(); code != exit {
		p.t.Fatalf("%q: exit %d, want %d:\n%s\non the terminal:\n%s", args, code, exit, out.String(), terminal.String())
	}
	return out.String()
}

// onTerminal gives the program a terminal of its own, at which nobody types. What is written
// there goes to w, all of it when the function that is returned has been called.
func onTerminal(t *testing.T, program *exec.Cmd, w io.Writer) (end func()) {
	t.Helper()
	ptmx, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(ptmx.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(ptmx.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	pts, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	program.Stdin = pts
	program.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0}
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(w, ptmx) // ends with an error when the last one has closed the terminal
	}()
	return func() { pts.Close(); <-done; ptmx.Close() }
}

// signingIn are the flags with which a command signs in on the spot, where it can ask.
func (p *process) signingIn(args ...string) []string {
	return append(args, "--client-ids", p.file("clients.json"), "--realms", p.file("servers.json"), "--pin-file", p.file("pin"), "--no-browser")
}

// A person at a terminal signs in to three clouds on the spot while making the backup, and on
// new computers to any single one of them while restoring it.
func TestSignInOnTheSpot(t *testing.T) {
	peer.Slow(t)
	w := newWorld(t)
	clouds := []string{"gdrive:", "dropbox:", "icloud:"}
	backup := []string{"backup", "--name", "Sam", "--phrase-file", w.file("words")}
	for _, address := range clouds {
		backup = append(backup, "--place", address)
	}
	nobody := &process{device: w.device()}
	contains(t, nobody.run(6, nobody.signingIn(backup...)...), "nobody is signed in to Google Drive here")

	first := &process{device: w.device(), tty: true}
	contains(t, first.run(0, first.signingIn(backup...)...),
		"signed in to Google Drive as s…a@example.com", "signed in to Dropbox as s…a@example.com", "signed in to iCloud")
	contains(t, first.run(0, "check"), "Sam: protected")
	for _, address := range clouds {
		t.Run(address, func(t *testing.T) {
			second := &process{device: w.device(), tty: true}
			out := t.TempDir() + "/back"
			contains(t, second.run(0, second.signingIn("restore", "--place", address, "--out", out)...), "restored Sam", "signed in to")
			if words := readAll(t, out); !strings.Contains(words, testWords) {
				t.Errorf("the words did not come back: %q", words)
			}
			contains(t, second.run(0, "list"), "Sam")
		})
	}
}
