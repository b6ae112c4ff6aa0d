// Package realmrun runs the PIN server as its own benchmark asks it, and reads what was measured:
// for the commands that compare.
package realmrun

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/perf/benchfmt"
)

// A Server is a program of cloudseed-realm and where its realm is. The zero value of the rest is an
// ordinary process.
type Server struct {
	Program string
	Place   []string // --data DIR, or --database URL --keys FILE
	Flags   []string // others of serve
	Pinned  bool     // to the first processor, with GOMAXPROCS=1, and the bench to the second
	// RealTime puts server and bench before all other processes (chrt -r 1), which takes root.
	RealTime bool
}

// Figures are what one run of the bench printed.
type Figures struct {
	Registration, Recovery Phase // the first is zero where nothing was registered
}

// A Phase is many operations of one kind.
type Phase struct {
	PerSecond float64
	P99       time.Duration
	CPU       time.Duration // of the server, for one operation
}

// Run starts the server, lets the bench ask it, and stops it.
func (s Server) Run(bench ...string) (Figures, error) {
	// Everybody comes from one address here.
	args := append([]string{s.Program, "serve", "--listen", "127.0.0.1:0", "--requests-per-minute", "0",
		"--new-per-day", "0", "--sweep-every", "0"}, append(s.Place, s.Flags...)...)
	server := s.command("0", args)
	var said bytes.Buffer
	server.Stderr = &said
	stdout, err := server.StdoutPipe()
	if err != nil {
		return Figures{}, err
	}
	if err := server.Start(); err != nil {
		return Figures{}, err
	}
	printed, err := s.ask(server, stdout, bench)
	stopping := server.Process.Signal(syscall.SIGTERM)
	if ended := server.Wait(); err != nil || stopping != nil {
		return Figures{}, fmt.Errorf("%w\n%s", errors.Join(err, stopping, ended), said.Bytes())
	}
	return parse(printed)
}

func (s Server) ask(server *exec.Cmd, stdout io.Reader, bench []string) ([]byte, error) {
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		_, address, ok := strings.Cut(lines.Text(), "listening on ")
		if !ok {
			continue
		}
		asking := s.command("1", append([]string{s.Program, "bench", "--address", strings.TrimSpace(address) + "/",
			"--pid", strconv.Itoa(server.Process.Pid)}, bench...))
		asking.Stderr = os.Stderr
		return asking.Output()
	}
	return nil, errors.New("the server does not listen")
}

// command runs on one processor, if on any one; taskset and chrt become what they start, so that
// the process is the server's own.
func (s Server) command(processor string, args []string) *exec.Cmd {
	if s.RealTime {
		args = append([]string{"chrt", "-r", "1"}, args...)
	}
	if s.Pinned {
		args = append([]string{"taskset", "-c", processor}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	if s.Pinned && processor == "0" {
		cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	}
	return cmd
}

// parse reads lines such as
//
//	recover  3000 in 1.10 s, 2727/s; p50 11ms, p90 13ms, p99 18ms, longest 30ms; server CPU 280 µs each
func parse(printed []byte) (f Figures, err error) {
	for line := range strings.Lines(string(printed)) {
		var p Phase
		_, rate, _ := strings.Cut(line, " s, ")
		_, p99, _ := strings.Cut(line, "p99 ")
		_, cpu, ok := strings.Cut(line, "server CPU ")
		rate, _, _ = strings.Cut(rate, "/s;")
		p99, _, _ = strings.Cut(p99, ",")
		cpu, _, _ = strings.Cut(cpu, " µs each")
		var err1, err2, err3 error
		p.PerSecond, err1 = strconv.ParseFloat(rate, 64)
		p.P99, err2 = time.ParseDuration(p99)
		p.CPU, err3 = time.ParseDuration(cpu + "µs")
		if err := errors.Join(err1, err2, err3); err != nil || !ok {
			return f, fmt.Errorf("not a line of figures: %q: %w", line, err)
		}
		if strings.HasPrefix(line, "register ") {
			f.Registration = p
		} else {
			f.Recovery = p
		}
	}
	if f.Recovery.CPU == 0 {
		return f, fmt.Errorf("the bench printed no recoveries:\n%s", printed)
	}
	return f, nil
}

// Reference is what no realm can do without: the time of one evaluation of the OPRF, with its proof and public key, by
// github.com/gtank/ristretto255, which is not the server's own. program is the test binary of package juicebox. It
// runs where s does.
func (s Server) Reference(program string) (time.Duration, error) {
	cmd := s.command("0", []string{program, "-test.run", "^$", "-test.bench", "^BenchmarkBothEvaluate$", "-test.benchtime", "1500x", "-test.cpu", "1"})
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, err
	}
	for reader := benchfmt.NewReader(bytes.NewReader(out), program); reader.Scan(); {
		if result, ok := reader.Result().(*benchfmt.Result); ok {
			// The reader has made seconds of the nanoseconds.
			if seconds, ok := result.Value("gtank-sec"); ok {
				return time.Duration(seconds * float64(time.Second)), nil
			}
		}
	}
	return 0, fmt.Errorf("no gtank-ns in\n%s", out)
}
