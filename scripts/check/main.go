// Command check looks at the whole tree without running it: formatting, vet, staticcheck, and
// govulncheck.
//
//	go run ./scripts/check
//
// Each line says ok, WRONG, or "not checked": that it could not look, which is never ok. Exit
// codes: 0 everything is ok, 1 something is wrong, 2 nothing is wrong and something was not
// checked. It installs staticcheck and govulncheck at the versions below into
// internal/peer/bin, which git does not see.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

const (
	staticcheck = "honnef.co/go/tools/cmd/staticcheck@v0.8.2"
	govulncheck = "golang.org/x/vuln/cmd/govulncheck@v1.9.0"
)

// A verdict is what came of one check. It is also the exit code.
type verdict int

const (
	ok verdict = iota
	wrong
	notChecked
)

func (v verdict) String() string { return [...]string{"ok", "WRONG", "not checked"}[v] }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	all := []verdict{
		report("gofmt", formatted(ctx)),
		report("go vet", found(run(ctx, ".", "go", "vet", "./..."))),
		report("staticcheck", static(ctx)),
		report("govulncheck", known(ctx)),
	}
	os.Exit(int(worst(all)))
}

// A finding is a verdict with its reasons.
type finding struct {
	verdict
	why string
}

func report(name string, f finding) verdict {
	fmt.Printf("%-12s %v\n", name, f.verdict)
	if f.why != "" {
		fmt.Println(strings.TrimRight(f.why, "\n"))
	}
	return f.verdict
}

// worst is what is wrong, before what was not looked at, before what is right.
func worst(all []verdict) verdict {
	w := ok
	for _, v := range all {
		if v == wrong || v == notChecked && w == ok {
			w = v
		}
	}
	return w
}

// found takes anything but success for a finding of the program's.
func found(printed string, code int) finding {
	if code == 0 {
		return finding{}
	}
	return finding{wrong, printed}
}

func formatted(ctx context.Context) finding {
	files, code := run(ctx, ".", "git", "ls-files", "*.go")
	if code != 0 {
		return finding{notChecked, files}
	}
	printed, code := run(ctx, ".", "gofmt", append([]string{"-l"}, strings.Fields(files)...)...)
	if printed != "" {
		code = 1
	}
	return found(printed, code)
}

func static(ctx context.Context) finding {
	program, err := install(ctx, staticcheck)
	if err != nil {
		return finding{notChecked, err.Error()}
	}
	return found(run(ctx, ".", program, "./..."))
}

func known(ctx context.Context) finding {
	program, err := install(ctx, govulncheck)
	if err != nil {
		return finding{notChecked, err.Error()}
	}
	return vulnerabilities(ctx, program, ".", "")
}

// vulnerabilities asks the database at db, or the Go project's own, about the module in dir.
// Only exit codes that govulncheck documents for an answer are one.
func vulnerabilities(ctx context.Context, program, dir, db string) finding {
	args := []string{"./..."}
	if db != "" {
		args = []string{"-db", db, "./..."}
	}
	switch printed, code := run(ctx, dir, program, args...); code {
	case 0:
		return finding{}
	case 3: // vulnerabilities were found
		return finding{wrong, printed}
	default:
		return finding{notChecked, printed}
	}
}

// install builds a program at its version, and gives its path.
func install(ctx context.Context, program string) (string, error) {
	bin, err := filepath.Abs("internal/peer/bin")
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "install", program)
	cmd.Env = append(os.Environ(), "GOBIN="+bin)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s could not be installed: %w\n%s", program, err, out)
	}
	name, _, _ := strings.Cut(filepath.Base(program), "@")
	return filepath.Join(bin, name), nil
}

// run gives what a program printed and its exit code; -1 if it did not run to its end.
func run(ctx context.Context, dir, program string, args ...string) (printed string, code int) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return string(out), ended.ExitCode()
	}
	if err != nil {
		return fmt.Sprintf("%s%v\n", out, err), -1
	}
	return string(out), 0
}
