package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// A row of the page: something of ours, beside what it is measured against.
type row struct {
	what, against string
	ours, alone   string // with units
	ratio         float64
}

// A benchmark of "go test -bench" reports its own time, that of something else, and the ratio.
type benchmark struct {
	pkg, name string // the name as the result has it, without "Benchmark" and processors
	oursUnit  string
	aloneUnit string
	times     string // -benchtime
	what      string
	against   string
}

// All of the repository that report a ratio against something outside it.
var benchmarks = []benchmark{
	{"./envelope", "SealOpen/seal", "ms", "alone-ms", "3s", "seal a wallet part", "age alone, as many bytes, same recipient"},
	{"./envelope", "SealOpen/open", "ms", "alone-ms", "3s", "open and check it", "age alone"},
	{"./juicebox", "Stretch", "ms", "alone-ms", "20x", "stretch a PIN (Standard2019)", "golang.org/x/crypto/argon2 alone, same costs"},
	{".", "Verbs/backup", "ms", "critical-ms", "7x", "backup, everything 80 ms away", "its critical path: 8 round trips and a stretching"},
	{".", "Verbs/restore", "ms", "critical-ms", "7x", "restore, everything 80 ms away", "3 round trips and a stretching"},
	{".", "Verbs/update", "ms", "critical-ms", "7x", "update of a file, everything 80 ms away", "2 round trips"},
	{"./internal/webapp", "FirstPaint/welcome", "ms/paint", "ms/empty-page", "20x", "the app's first screen, until something is painted", "an empty page in the same browser"},
	{"./internal/webapp", "FirstPaint/wallet", "ms/paint", "ms/empty-page", "20x", "its screen for a wallet, the same", "an empty page"},
	{"./internal/webapp", "FirstPaint/home", "ms/paint", "ms/empty-page", "20x", "its home screen, the same", "an empty page"},
}

func goBenchmarks() (rows []row, err error) {
	for _, b := range benchmarks {
		out, err := output("go", "test", "-run", "^$", "-bench", "^Benchmark"+strings.ReplaceAll(b.name, "/", "$/^")+"$", "-benchtime", b.times, b.pkg)
		if err != nil {
			return nil, err
		}
		r, err := b.row(out)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w\n%s", b.pkg, b.name, err, out)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// row reads the one result of the benchmark from what "go test" printed.
func (b benchmark) row(out []byte) (row, error) {
	reader := benchfmt.NewReader(bytes.NewReader(out), b.pkg)
	for reader.Scan() {
		result, ok := reader.Result().(*benchfmt.Result)
		if !ok || !strings.HasPrefix(string(result.Name.Full())+"-", b.name+"-") {
			continue
		}
		ours, ok1 := result.Value(b.oursUnit)
		alone, ok2 := result.Value(b.aloneUnit)
		ratio, ok3 := result.Value("ratio")
		if !ok1 || !ok2 || !ok3 {
			break
		}
		return row{b.what, b.against, milliseconds(ours), milliseconds(alone), ratio}, nil
	}
	return row{}, errors.Join(fmt.Errorf("no result with %s, %s and ratio", b.oursUnit, b.aloneUnit), reader.Err())
}

func milliseconds(ms float64) string {
	if ms < 10 {
		return fmt.Sprintf("%.2f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

// output runs a command to its end; what it says on standard error is shown.
func output(args ...string) ([]byte, error) {
	fmt.Fprintln(os.Stderr, "bench: "+strings.Join(args, " "))
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return out, nil
}
