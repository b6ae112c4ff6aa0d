package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// goRun is how the page calls this program.
const goRun = "go run ./internal/fakecloud/torture"

// TestPage runs the console blocks of docs/torture.md, one after the other in one folder, as
// a reader would: the program as it is built, and rclone as it is installed.
func TestPage(t *testing.T) {
	peer.Slow(t)
	peer.Command(t, "rclone")
	page, err := os.ReadFile("../../../docs/torture.md")
	if err != nil {
		t.Fatal(err)
	}
	s := &session{dir: t.TempDir()}
	s.build(t)
	t.Cleanup(func() { s.stop() })
	blocks := regexp.MustCompile("(?s)```console\n(.*?)```").FindAllSubmatch(page, -1)
	if len(blocks) < 5 {
		t.Fatalf("the page has %d console blocks", len(blocks))
	}
	for _, block := range blocks {
		commands, want := parse(string(block[1]))
		switch args, ours := strings.CutPrefix(commands[0], goRun); {
		case ours && !strings.Contains(args, "--list"):
			s.stop()
			s.start(t, strings.Fields(args))
		default:
			if got := s.shell(t, commands); got != want {
				t.Errorf("%s\nprints %q\nthe page says %q", strings.Join(commands, "\n"), got, want)
			}
		}
	}
	s.stop()
	if log := s.log.String(); !strings.Contains(log, "(as told)") || !strings.Contains(log, "429 ") {
		t.Errorf("the second program was to be busy, and printed\n%s", log)
	}
}

// parse tells the commands of a console block from what they print.
func parse(block string) (commands []string, prints string) {
	for line := range strings.Lines(block) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			commands = append(commands, strings.TrimSpace(command))
		} else {
			prints += line
		}
	}
	return commands, prints
}

// A session is what a reader has open: a folder, and this program in another terminal.
type session struct {
	dir  string
	cmd  *exec.Cmd
	in   io.WriteCloser
	log  bytes.Buffer
	done chan struct{}
}

func (s *session) build(t *testing.T) {
	out, err := exec.Command("go", "build", "-o", filepath.Join(s.dir, "program"), ".").CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
}

// start starts the program and waits until it is ready.
func (s *session) start(t *testing.T, args []string) {
	t.Helper()
	s.cmd = exec.Command("./program", args...)
	s.cmd.Dir = s.dir
	s.in, _ = s.cmd.StdinPipe()
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.log.Reset()
	s.done = make(chan struct{})
	ready := make(chan bool, 1)
	go func() {
		defer close(s.done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			s.log.WriteString(lines.Text() + "\n")
			if strings.HasPrefix(lines.Text(), "Ready.") {
				ready <- true
			}
		}
	}()
	select {
	case <-ready:
	case <-time.After(time.Minute):
		t.Fatal("not ready after a minute")
	}
}

// stop ends the program as Ctrl-C does; its output is in log then.
func (s *session) stop() {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Signal(os.Interrupt)
	<-s.done
	s.cmd.Wait()
	s.cmd = nil
}

// shell runs commands and returns what they print.
func (s *session) shell(t *testing.T, commands []string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	script := strings.ReplaceAll(strings.Join(commands, "\n"), goRun, "./program")
	cmd := exec.CommandContext(ctx, "sh", "-e", "-c", script)
	cmd.Dir = s.dir
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s\n%v\n%s", script, err, &said)
	}
	return string(out)
}
