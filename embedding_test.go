package cloudseed_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEmbedding follows docs/embedding.md into an empty directory, as a stranger would: the
// first Go block is a whole program of fewer than 50 lines, which makes a real backup and, with the
// device gone, restores it. Only this checkout stands in the place of the published module.
func TestEmbedding(t *testing.T) {
	source := firstBlock(t, "docs/embedding.md", "go")
	if lines := strings.Count(source, "\n"); lines >= 50 {
		t.Errorf("the program has %d lines", lines)
	}
	s := stranger{t: t, dir: t.TempDir()}
	s.write("main.go", source)
	for step := range strings.SplitSeq(strings.TrimPrefix(firstBlock(t, "docs/embedding.md", "console"), "$ "), "\n$ ") {
		command, prints, _ := strings.Cut(step, "\n")
		command, _, _ = strings.Cut(command, "  ") // what follows is said to the reader
		s.follow(strings.Fields(command), prints)
	}
	if files, err := filepath.Glob(filepath.Join(s.dir, "cloud", "*.age")); err != nil || len(files) != 1 || s.fingerprint == "" {
		t.Errorf("in the cloud: %q, %v", files, err)
	}
	if out, err := s.run("739164\n", "go", "run", ".", "restore"); err == nil || strings.Contains(out, s.fingerprint) || !strings.Contains(out, "9") {
		t.Errorf("a wrong PIN: %v\n%s", err, out)
	}
}

// A stranger has an empty directory, and the fingerprint of the wallet that was made in it.
type stranger struct {
	t           *testing.T
	dir         string
	fingerprint string
}

var fingerprint = regexp.MustCompile(`[0-9a-f]{8}\n`)

// follow runs one command of the page and compares what it prints. The PIN is typed where the
// page shows it, and the wallet is another one every time.
func (s *stranger) follow(command []string, prints string) {
	s.t.Helper()
	if slices.Equal(command, []string{"go", "get", "github.com/cloudseed/cloudseed"}) {
		s.get()
		return
	}
	shown, rest, _ := strings.Cut(prints, "\n")
	pin, asked := strings.CutPrefix(shown, "PIN: ")
	if asked {
		prints = "PIN: " + rest // what is typed is not printed
	}
	out, err := s.run(pin+"\n", command...)
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	if made := fingerprint.FindString(out); made != "" {
		if s.fingerprint != "" && made != s.fingerprint {
			s.t.Errorf("%s: %s is not the wallet %s", command, made, s.fingerprint)
		}
		s.fingerprint = made
	}
	if asked && fingerprint.ReplaceAllString(out, "\n") != fingerprint.ReplaceAllString(strings.TrimSuffix(prints, "\n")+"\n", "\n") {
		s.t.Errorf("%s printed %q, the page says %q", command, out, prints)
	}
}

// get puts this checkout in the place of the module that a stranger downloads.
func (s *stranger) get() {
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("go.sum", string(sums))
	const module = "github.com/cloudseed/cloudseed"
	if out, err := s.run("", "go", "mod", "edit", "-require="+module+"@v0.0.0", "-replace="+module+"="+root(s.t)); err != nil {
		s.t.Fatalf("%v\n%s", err, out)
	}
}

func (s *stranger) write(name, text string) {
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// run runs a command without a network: what this checkout needs is downloaded already.
func (s *stranger) run(typed string, command ...string) (string, error) {
	c := exec.Command(command[0], command[1:]...)
	c.Dir, c.Stdin, c.Env = s.dir, strings.NewReader(typed), append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off")
	out, err := c.CombinedOutput()
	return string(out), err
}

// firstBlock is the first block of a language in a Markdown file.
func firstBlock(t *testing.T, path, language string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "\n```"+language+"\n")
	block, _, closed := strings.Cut(after, "```\n")
	if !found || !closed {
		t.Fatalf("%s has no block of %s", path, language)
	}
	return block
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	return filepath.ToSlash(dir)
}
