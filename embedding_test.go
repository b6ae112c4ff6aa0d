package cloudseed_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// TestEmbedding follows docs/embedding.md into an empty directory, as a stranger would: the
// first Go block is a whole program of fewer than 50 lines, which makes a real backup and, with the
// device gone, restores it. Only the version of this module is put in the place of the published one.
func TestEmbedding(t *testing.T) {
	source := firstBlock(t, "docs/embedding.md", "go")
	if lines := strings.Count(source, "\n"); lines >= 50 {
		t.Errorf("the program has %d lines", lines)
	}
	dir := t.TempDir()
	module := "module example.com/wallet\n\ngo 1.26\n\nrequire github.com/cloudseed/cloudseed v0.0.0\n\nreplace github.com/cloudseed/cloudseed => " + root(t) + "\n"
	sums, err := os.ReadFile("go.sum") // a stranger's go gets them from the network
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"main.go": source, "go.mod": module, "go.sum": string(sums)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "wallet")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir, build.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	out, err := typed(dir, program, "482915", "backup")
	made := regexp.MustCompile(`^PIN: Everyday is backed up, fingerprint ([0-9a-f]{8})\n$`).FindStringSubmatch(out)
	if err != nil || made == nil {
		t.Fatalf("backup: %v\n%s", err, out)
	}
	if files, err := filepath.Glob(filepath.Join(dir, "cloud", "*.age")); err != nil || len(files) != 1 {
		t.Errorf("in the cloud: %q, %v", files, err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "device")); err != nil {
		t.Fatal(err)
	}
	if out, err = typed(dir, program, "739164", "restore"); err == nil || strings.Contains(out, made[1]) || !strings.Contains(out, "9") {
		t.Errorf("a wrong PIN: %v\n%s", err, out)
	}
	if out, err = typed(dir, program, "482915", "restore"); err != nil || out != "PIN: Everyday is back, fingerprint "+made[1]+"\n" {
		t.Errorf("restore: %v\n%s", err, out)
	}
}

// typed runs a program with a PIN typed in.
func typed(dir, program, pin, verb string) (string, error) {
	command := exec.Command(program, verb)
	command.Dir, command.Stdin = dir, strings.NewReader(pin+"\n")
	out, err := command.CombinedOutput()
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
