//go:build linux

package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// kills is how many times TestKilledWatching kills the watcher.
var kills = flag.Int("kills", 30, "how often to kill -9 a watching process")

// A program is the real process, with a profile, a phrase, a PIN and two folders as places.
type program struct {
	t   *testing.T
	dir string
}

func newProgram(t *testing.T) *program {
	p := &program{t, t.TempDir()}
	p.write("words", testWords+"\n")
	p.write("pin", "271845\n")
	for _, place := range []string{"one", "two"} {
		if err := os.Mkdir(p.path(place), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	p.run("backup", "--name", "Node", "--phrase-file", p.path("words"), "--pin-file", p.path("pin"), "--place", "folder:"+p.path("one"), "--place", "folder:"+p.path("two"))
	return p
}

func (p *program) path(name string) string { return filepath.Join(p.dir, name) }

// write replaces a file as LND writes its channel.backup: a temporary one, renamed over it.
func (p *program) write(name, content string) {
	p.t.Helper()
	temporary := p.path("temp-dont-use.backup")
	if err := os.WriteFile(temporary, []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
	if err := os.Rename(temporary, p.path(name)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *program) command(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], append(args, "--data", p.path("data"))...)
	c.Args[0] = "cloudseed" // TestMain knows it by this name
	c.Env = []string{"HOME=" + p.dir, "PATH=/nowhere", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere"}
	return c
}

func (p *program) run(args ...string) string {
	p.t.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return string(out)
}

// start starts watching and returns the process with what it prints.
func (p *program) start() (*exec.Cmd, *output) {
	p.t.Helper()
	var out output
	c := p.command("watch", p.path("channel.backup"))
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		p.t.Fatal(err)
	}
	return c, &out
}

// restored is the watched file as a new device gets it from one place alone.
func (p *program) restored(place string) string {
	p.t.Helper()
	out := p.path("back")
	os.RemoveAll(out)
	p.run("restore", "--pin-file", p.path("pin"), "--place", "folder:"+p.path(place), "--out", out)
	return readAll(p.t, out)
}

// A process that is killed at any moment, again and again while the watched file changes,
// loses nothing: when it may run to the end, the newest change is in both places.
func TestKilledWatching(t *testing.T) {
	peer.Slow(t)
	p := newProgram(t)
	stop, stopped := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				stopped <- n
				return
			case <-time.After(time.Duration(rand.IntN(60)) * time.Millisecond):
				n++
				p.write("channel.backup", fmt.Sprintf("canary state %d of the channels", n))
			}
		}
	}()
	sent := 0
	for range *kills {
		c, out := p.start()
		time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		c.Wait()
		sent += strings.Count(out.String(), "read back")
	}
	close(stop)
	changes := <-stopped
	c, out := p.start()
	defer func() { c.Process.Kill(); c.Wait() }()
	want := fmt.Sprintf("canary state %d of the channels", changes)
	p.eventually(func() bool { return strings.Contains(p.run("status", "--json"), `"state":"trying out"`) && p.settled() }, out)
	c.Process.Signal(os.Interrupt)
	c.Wait()
	for _, place := range []string{"one", "two"} {
		if got := p.restored(place); !strings.Contains(got, want) {
			t.Errorf("place %s lacks %q:\n%s", place, want, got)
		}
	}
	t.Logf("%d kills, %d changes, %d times sent before a kill, 0 lost", *kills, changes, sent)
}

// settled tells whether nothing was created in the places for two seconds.
func (p *program) settled() bool {
	names := func() string {
		one, _ := filepath.Glob(p.path("one/*"))
		two, _ := filepath.Glob(p.path("two/*"))
		return fmt.Sprint(one, two)
	}
	before := names()
	time.Sleep(2 * time.Second)
	return names() == before
}

func (p *program) eventually(what func() bool, out *output) {
	p.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if what() {
			return
		}
	}
	p.t.Fatalf("it never came so far:\n%s", out.String())
}

// Watching, other commands have their turn; SIGTERM ends it cleanly, and a second watcher is
// refused.
func TestWatchBesideOthers(t *testing.T) {
	p := newProgram(t)
	p.write("channel.backup", "one")
	c, out := p.start()
	p.eventually(func() bool { return strings.Contains(out.String(), "read back (version 1)") }, out)
	p.run("check")
	p.run("amount", "100")
	if err := p.command("watch").Run(); err == nil {
		t.Error("two watch at once")
	}
	p.write("channel.backup", "two")
	p.eventually(func() bool { return strings.Contains(out.String(), "read back (version 2)") }, out)
	c.Process.Signal(os.Interrupt)
	if err := c.Wait(); err != nil {
		t.Errorf("ended by a signal: %v\n%s", err, out.String())
	}
	if got := p.restored("two"); !strings.Contains(got, "two") {
		t.Errorf("restored %q", got)
	}
}
