package main

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// repository is where README.md is, seen from this package.
const repository = "../.."

// A consoleBlock is one that a page begins with ```console. The line above the fence may say who
// runs it: "<!-- run by TestName -->", or why nobody does: "<!-- not run: why -->".
type consoleBlock struct {
	above string
	lines []string
}

var consoleFence = regexp.MustCompile("(?m)^(.*)\n\\s*```console\n((?s:.*?))```")

var jsonFence = regexp.MustCompile("(?s)```json\n(.*?)```")

// consoleBlocks are those of a page, by its path in the repository, in their order.
func consoleBlocks(page string) (blocks []consoleBlock, err error) {
	text, err := os.ReadFile(filepath.Join(repository, page))
	for _, m := range consoleFence.FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, consoleBlock{strings.TrimSpace(m[1]), strings.Split(strings.TrimRight(m[2], " \n"), "\n")})
	}
	return blocks, err
}

// TestPages runs the console blocks of README.md and of docs: a script in testdata/pages names
// each by page and number, and says what it finds around it. PORT1 to PORT3 are free ports, and
// cloudseed-realm is installed. A script uses
//
//	instead OLD NEW         in what the page says, NEW stands for OLD: paths, addresses, what is typed
//	console PAGE N          run the commands of the N-th block; what it shows must be printed
//	page-json PAGE N FILE   write the page's N-th JSON block into a file, with what stands instead
func TestPages(t *testing.T) {
	peer.Slow(t)
	runScripts(t, "testdata/pages", preparePage)
}

var (
	runBy       = regexp.MustCompile(`^<!-- run by (Test\w+) -->$`)
	notRun      = regexp.MustCompile(`^<!-- not run: .{10,} -->$`)
	consoleLine = regexp.MustCompile(`(?m)^console (\S+) (\d+)$`)
	testName    = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
)

// TestEveryConsoleBlock: a page shows nothing that is not run, unless it says why.
func TestEveryConsoleBlock(t *testing.T) {
	scripts, tests := find(t, "cmd/cloudseed/testdata/pages", ".txt", consoleLine), find(t, ".", "_test.go", testName)
	pages, blocks := pagesOf(t), 0
	for _, page := range pages {
		all, err := consoleBlocks(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range all {
			blocks++
			where := fmt.Sprintf("%s %d", page, i+1)
			by := runBy.FindStringSubmatch(b.above)
			switch runs := slices.Contains(scripts, where); {
			case by != nil && !slices.Contains(tests, by[1]):
				t.Errorf("%s is run by %s, says the page; there is no such test", where, by[1])
			case by == nil && !notRun.MatchString(b.above) && !runs:
				t.Errorf("nothing runs console block %s: name it in a script of testdata/pages, or say above it why not:\n%s", where, strings.Join(b.lines, "\n"))
			case (by != nil || notRun.MatchString(b.above)) && runs:
				t.Errorf("console block %s is run by a script; the line above it says something else: %s", where, b.above)
			}
		}
	}
	if len(pages) < 15 || blocks < 10 {
		t.Errorf("%d pages with %d console blocks: there are more", len(pages), blocks)
	}
}

func pagesOf(t *testing.T) (pages []string) {
	walk(t, ".", ".md", func(path string, _ []byte) {
		if path == "README.md" || path == "CONTRIBUTING.md" || strings.HasPrefix(path, "docs/") {
			pages = append(pages, path)
		}
	})
	return pages
}

// find is what the groups of a pattern match in files below dir.
func find(t *testing.T, dir, suffix string, what *regexp.Regexp) (all []string) {
	walk(t, dir, suffix, func(_ string, text []byte) {
		for _, m := range what.FindAllStringSubmatch(string(text), -1) {
			all = append(all, strings.Join(m[1:], " "))
		}
	})
	return all
}

func walk(t *testing.T, dir, suffix string, do func(path string, text []byte)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(repository), dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && (d.Name() == "node_modules" || d.Name() == ".git") {
				return fs.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, suffix) {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(repository, path))
		do(path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// replacements of one script, by its name; consoles of one script run one after the other.
type replacements map[string][]string

func (r replacements) instead(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: instead OLD NEW")
	}
	r[ts.Name()] = append(r[ts.Name()], args...)
}

func (r replacements) console(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: console PAGE N")
	}
	blocks, err := consoleBlocks(args[0])
	ts.Check(err)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	if n < 1 || n > len(blocks) {
		ts.Fatalf("%s has %d console blocks", args[0], len(blocks))
	}
	ts.Defer(func() { stopServers(ts) })
	ts.Check(ts.Exec("sh", "-e", "-c", shell(blocks[n-1].lines, strings.NewReplacer(r[ts.Name()]...))))
	rest := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	for _, line := range blocks[n-1].lines {
		if strings.HasPrefix(line, "$ ") || line == "" {
			continue
		}
		shown := printed(line).FindStringIndex(rest)
		if shown == nil {
			ts.Fatalf("%s %d shows %q, which was not printed (any more)", args[0], n, line)
		}
		rest = rest[shown[1]:]
	}
}

// printed is what a shown line matches: itself, where "…" may be anything.
func printed(line string) *regexp.Regexp {
	return regexp.MustCompile("(?m)^" + strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*") + "$")
}

// writeJSON puts a page's JSON into a file, as a reader would.
func (r replacements) writeJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: page-json PAGE N FILE")
	}
	text, err := os.ReadFile(filepath.Join(repository, args[0]))
	ts.Check(err)
	blocks := jsonFence.FindAllSubmatch(text, -1)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	if n < 1 || n > len(blocks) {
		ts.Fatalf("%s has %d JSON blocks", args[0], len(blocks))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.NewReplacer(r[ts.Name()]...).Replace(string(blocks[n-1][1]))), 0o644))
}

// shell is the commands of a block as one script. A server that the page starts in the
// background is waited for, and runs until the end of the script.
func shell(lines []string, instead *strings.Replacer) string {
	var script strings.Builder
	for _, line := range lines {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		command = instead.Replace(command)
		if server, ok := strings.CutSuffix(command, " &"); ok {
			command = server + ` >server.log 2>&1 & echo $! >>server.pids
for try in $(seq 600); do if grep -q "listening on" server.log; then break; fi; sleep 0.1; done`
		}
		script.WriteString(command + "\n")
	}
	return script.String()
}

// stopServers ends what console blocks have started.
func stopServers(ts *testscript.TestScript) {
	pids, _ := os.ReadFile(ts.MkAbs("server.pids")) // none, mostly
	for line := range strings.FieldsSeq(string(pids)) {
		if pid, err := strconv.Atoi(line); err == nil {
			if p, err := os.FindProcess(pid); err == nil {
				p.Kill()
			}
		}
	}
}

// aPort is free, or was a moment ago.
func aPort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// preparePage installs what console blocks find: cloudseed-realm, and free ports.
func preparePage(e *testscript.Env) error {
	realm, err := realmProgram()
	if err != nil {
		return err
	}
	e.Setenv("PATH", filepath.Dir(realm)+string(os.PathListSeparator)+e.Getenv("PATH"))
	for i := 1; i <= 3; i++ {
		port, err := aPort()
		if err != nil {
			return err
		}
		e.Setenv(fmt.Sprintf("PORT%d", i), port)
	}
	return nil
}
