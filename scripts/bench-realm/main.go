// Command bench-realm measures the PIN server's CPU time, rate and waiting times for full
// registrations and recoveries, as docs/benchmarks-realm.md has them: in rounds, in turns with what it
// is compared with, each round beside a reference, and prints a table in Markdown.
//
//	go run ./scripts/bench-realm                           # HS256 tokens, embedded engine
//	go run ./scripts/bench-realm --tokens eddsa            # the built-in tenant
//	go run ./scripts/bench-realm --against FILE            # in turns with another cloudseed-realm
//	go run ./scripts/bench-realm --database URL            # in turns with PostgreSQL, an empty database
//	go run ./scripts/bench-realm --growth 10000000         # recoveries only: that many records and ten thousand
//
// The server has the first processor for itself, with GOMAXPROCS=1, and the client the second. It needs
// Linux and two processors that nobody else wants; --growth 10000000 takes 6 GB in --dir and some minutes.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// options are the flags.
type options struct {
	rounds, users, recoveries int
	connections               int
	tokens, against, database string
	growth                    uint
	dir                       string
	realTime                  bool
}

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 5, "`rounds`; the table has the medians")
	flag.IntVar(&o.users, "users", 2000, "`records` that each round registers")
	flag.IntVar(&o.recoveries, "recoveries", 3000, "`recoveries` of each round")
	flag.IntVar(&o.connections, "connections", 32, "`requests` at a time")
	flag.StringVar(&o.tokens, "tokens", "hs256", "`kind` of tokens: hs256 (a vendor's) or eddsa (of the built-in tenant)")
	flag.StringVar(&o.against, "against", "", "another cloudseed-realm, a `program`, to be measured in turns")
	flag.StringVar(&o.database, "database", "", "`URL` of an empty PostgreSQL database, to be measured in turns")
	flag.UintVar(&o.growth, "growth", 0, "measure recoveries with so many `records`, in turns with ten thousand")
	flag.StringVar(&o.dir, "dir", "", "where the databases are made, a new `directory` within (default: that for temporary files)")
	flag.BoolVar(&o.realTime, "real-time", false, "put server and client before all other processes (chrt -r 1; takes root)")
	flag.Parse()
	if flag.NArg() > 0 || o.rounds < 1 || o.tokens != "hs256" && o.tokens != "eddsa" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench-realm:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	dir, err := os.MkdirTemp(o.dir, "bench-realm-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	w, err := newWorld(o, dir)
	if err != nil {
		return err
	}
	subjects, err := w.subjects()
	if err != nil {
		return err
	}
	if err := w.measure(subjects); err != nil {
		return err
	}
	fmt.Print(table(subjects))
	return nil
}

// A world has what every round needs.
type world struct {
	options
	dir                string
	program, reference string // built from this checkout
	key, tenants       string
}

func newWorld(o options, dir string) (*world, error) {
	w := &world{options: o, dir: dir, program: filepath.Join(dir, "cloudseed-realm"), reference: filepath.Join(dir, "juicebox.test"),
		key: filepath.Join(dir, "key"), tenants: filepath.Join(dir, "tenants.json")}
	for path, text := range map[string]string{w.key: "the key", w.tenants: `{"acme":{"1":"the key"}}`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	if err := command("go", "build", "-o", w.program, "./cmd/cloudseed-realm"); err != nil {
		return nil, err
	}
	return w, command("go", "test", "-c", "-o", w.reference, "./juicebox")
}

// command runs one to its end.
func command(args ...string) error {
	fmt.Fprintln(os.Stderr, "bench-realm: "+strings.Join(args, " "))
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}
