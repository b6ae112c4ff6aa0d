//go:build linux

package main

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	dav "golang.org/x/net/webdav"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/internal/peer"
)

var storm = flag.Duration("storm", 6*time.Second, "how long TestStorm changes the watched file; 10m is 10,000 changes")

const (
	stormEvery = 60 * time.Millisecond
	stormSize  = 32 << 10 // bytes of the watched file: all versions of ten minutes are 312 MiB
)

// A slowCloud is a WebDAV server that takes a while for each file that is put there.
type slowCloud struct {
	address string // as a place
	puts    atomic.Int32
}

func newSlowCloud(t *testing.T, wait time.Duration) *slowCloud {
	c := &slowCloud{}
	files := &dav.Handler{FileSystem: dav.Dir(t.TempDir()), LockSystem: dav.NewMemLS()}
	server := httptest.NewServer(signedIn("canary", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			c.puts.Add(1)
			time.Sleep(wait)
		}
		files.ServeHTTP(w, r)
	})))
	t.Cleanup(server.Close)
	c.address = "webdav:" + strings.Replace(server.URL, "://", "://sam@", 1) + "/"
	return c
}

// The real process, while the watched file is replaced every 60 ms and one of its two places
// takes a thirtieth of the whole time for each file: few uploads, a bounded memory, and the
// last state in both places. docs/reliability.md has the figures of ten minutes.
func TestStorm(t *testing.T) {
	peer.Slow(t)
	cloud := newSlowCloud(t, *storm/30)
	p := &program{t, t.TempDir()}
	p.write("words", testWords+"\n")
	p.write("pin", "271845\n")
	p.write("password", "canary\n")
	p.write("channel.backup", stormState(0))
	if err := os.Mkdir(p.path("one"), 0o700); err != nil {
		t.Fatal(err)
	}
	p.run("backup", "--name", "Node", "--phrase-file", p.path("words"), "--pin-file", p.path("pin"), "--password-file", p.path("password"),
		"--place", "folder:"+p.path("one"), "--place", cloud.address)
	before := cloud.puts.Load()
	c, out := p.start()
	defer func() { c.Process.Kill(); c.Wait() }()
	p.eventually(func() bool { return strings.Contains(out.String(), "read back") }, out)

	changes, early, most := 0, 0, 0
	for began := time.Now(); changes < int(*storm/stormEvery); time.Sleep(time.Until(began.Add(time.Duration(changes) * stormEvery))) {
		changes++
		p.write("channel.backup", stormState(changes))
		if time.Since(began) < *storm/4 {
			early = p.peakMemory(c.Process.Pid)
		}
		if changes%50 == 0 {
			most = max(most, p.files())
		}
	}
	time.Sleep(*storm / 10)
	p.eventually(p.settled, out)
	late := p.peakMemory(c.Process.Pid)
	c.Process.Signal(os.Interrupt)
	c.Wait()
	slow := int(cloud.puts.Load() - before)
	for _, place := range []string{"folder:" + p.path("one"), cloud.address} {
		back := p.path("back")
		os.RemoveAll(back)
		p.run("restore", "--pin-file", p.path("pin"), "--place", place, "--password-file", p.path("password"), "--out", back)
		if got, _ := os.ReadFile(filepath.Join(back, "files", "channel.backup")); string(got) != stormState(changes) {
			t.Errorf("%s has %.20q, not state %d", place, got, changes)
		}
	}
	if slow > 35 {
		t.Errorf("%d uploads to the slow place", slow)
	}
	if most > 25 {
		t.Errorf("up to %d files in the folder", most)
	}
	if late > early+32<<10 {
		t.Errorf("memory went on growing: at most %d KiB in the first quarter, %d KiB in the end", early, late)
	}
	t.Logf("%d changes of %d KiB in %v: %d generations in the folder, at most %d files at a time; %d uploads to the slow place; at most %d KiB of memory, %d in the first quarter",
		changes, stormSize>>10, *storm, p.generation(), most, slow, late, early)
}

// stormState is the whole file at a change.
func stormState(n int) string {
	return strings.Repeat(fmt.Sprintf("canary state %10d of the channels\n", n), stormSize/35)
}

// peakMemory is the most memory that a process has had at any time, in KiB.
func (p *program) peakMemory(pid int) int {
	p.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		p.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		p.t.Fatal(err)
	}
	return kib
}

// generation is the highest of the attached files in the folder, by name.
func (p *program) generation() (highest int) {
	names, _ := filepath.Glob(p.path("one/*.age"))
	for _, name := range names {
		if _, part, generation, _ := envelope.ParseFileName(filepath.Base(name)); part == envelope.FilesPart {
			highest = max(highest, generation)
		}
	}
	return highest
}

// files is how many files are in the folder.
func (p *program) files() int {
	names, _ := filepath.Glob(p.path("one/*.age"))
	return len(names)
}
