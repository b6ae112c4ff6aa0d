package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// hello is what ours are measured against: the least that a Go program can be.
const hello = "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n"

// runs is how often each program is started, in turns.
const runs = 40

// programs measures sizes, start-up and memory of both programs against a hello world that is
// built with the same flags, on the same machine, in the same minute.
func programs() (rows []row, err error) {
	dir, err := os.MkdirTemp("", "bench-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "hello.go"), []byte(hello), 0o644); err != nil {
		return nil, err
	}
	helloProgram, err := build(dir, "hello", filepath.Join(dir, "hello.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"cloudseed", "cloudseed-realm"} {
		program, err := build(dir, name, "./cmd/"+name)
		if err != nil {
			return nil, err
		}
		more, err := compare(name, program, helloProgram)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	whole, err := start(filepath.Join(dir, "cloudseed"), "demo")
	if err != nil {
		return nil, err
	}
	least, err := start(helloProgram)
	if err != nil {
		return nil, err
	}
	return append(rows, ratio("memory of `cloudseed demo` at its most: a backup and a restore, three PIN servers inside", "hello world", whole.memory, least.memory, megabytes)), nil
}

// build builds as a release does, and returns the program's path.
func build(dir, name, source string) (string, error) {
	program := filepath.Join(dir, name)
	_, err := output("go", "build", "-ldflags", "-s -w", "-o", program, source)
	return program, err
}

// compare measures one program's size, and "version", against hello world.
func compare(name, program, helloProgram string) (rows []row, err error) {
	size, err := sizes(program, helloProgram)
	if err != nil {
		return nil, err
	}
	var ours, least []started
	for range runs {
		for _, s := range []struct {
			to   *[]started
			args []string
		}{{&ours, []string{program, "version"}}, {&least, []string{helloProgram}}} {
			one, err := start(s.args...)
			if err != nil {
				return nil, err
			}
			*s.to = append(*s.to, one)
		}
	}
	time := func(s started) float64 { return s.took.Seconds() * 1000 }
	memory := func(s started) float64 { return s.memory }
	return []row{
		ratio("size of "+name, "hello world, same flags", size[0], size[1], megabytes),
		ratio("start-up: `"+name+" version`", "hello world", lowest(ours, time), lowest(least, time), milliseconds),
		ratio("memory of `"+name+" version`", "hello world", lowest(ours, memory), lowest(least, memory), megabytes),
	}, nil
}

func ratio(what, against string, ours, alone float64, unit func(float64) string) row {
	return row{what, against, unit(ours), unit(alone), ours / alone}
}

// sizes are in MB.
func sizes(paths ...string) (all []float64, err error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		all = append(all, float64(info.Size())/1e6)
	}
	return all, nil
}

func megabytes(mb float64) string { return fmt.Sprintf("%.1f MB", mb) }

// A started program has ended: how long it took, the processor's time for it, and its memory at
// the most (RSS), in MB.
type started struct {
	took, cpu time.Duration
	memory    float64
}

func start(args ...string) (started, error) {
	cmd := exec.Command(args[0], args[1:]...)
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(begun)
	if err != nil {
		return started{}, fmt.Errorf("%v: %w\n%s", args, err, out)
	}
	memory, err := mostMemory(cmd.ProcessState)
	return started{took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory}, err
}

// lowest is the least of all runs: what else the machine does can only add to it.
func lowest(all []started, of func(started) float64) float64 {
	least := of(all[0])
	for _, one := range all {
		least = min(least, of(one))
	}
	return least
}
