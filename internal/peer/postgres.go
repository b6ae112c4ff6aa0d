//go:build unix

package peer

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A PostgresServer is a private PostgreSQL on loopback with an empty database, for tests
// that make it fail. It ends with the test.
type PostgresServer struct {
	t        testing.TB
	bin, dir string
	name     string // of the standby; "" for the first
	Addr     string // host and port; the same over restarts
	as       *syscall.Credential
	cmd      *exec.Cmd
	ended    chan struct{}
	frozen   []int
}

const postgresPassword = "correct horse battery"

// Postgres starts one, or leaves the test out. Settings are lines of postgresql.conf.
func Postgres(t testing.TB, settings ...string) *PostgresServer {
	t.Helper()
	s := newPostgres(t, "")
	passwords := filepath.Join(filepath.Dir(s.dir), "initial")
	writeFor(t, s.as, passwords, postgresPassword+"\n")
	s.run("initdb", "-D", s.dir, "-U", "realm", "--auth=scram-sha-256", "--pwfile="+passwords, "-E", "UTF8", "--no-sync")
	s.settings(append(settings, "max_connections = 150", "shared_buffers = 16MB"))
	s.Start()
	return s
}

// newPostgres makes the directory. PostgreSQL refuses to run as root, so then it runs as
// somebody without rights.
func newPostgres(t testing.TB, name string) *PostgresServer {
	t.Helper()
	s := &PostgresServer{t: t, name: name, bin: postgresBin(t), Addr: freeAddr(t)}
	above, err := os.MkdirTemp("", "postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(above) })
	s.dir = filepath.Join(above, "data")
	if os.Getuid() == 0 {
		s.as = unprivileged(t)
		os.Chown(above, int(s.as.Uid), int(s.as.Gid))
	}
	t.Cleanup(s.Stop)
	return s
}

// postgresBin finds initdb where Debian keeps it, off the PATH.
func postgresBin(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.Sort(found)
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	return filepath.Dir(Command(t, "initdb"))
}

func unprivileged(t testing.TB) *syscall.Credential {
	t.Helper()
	for _, name := range []string{"postgres", "nobody"} {
		if who, err := user.Lookup(name); err == nil {
			uid, _ := strconv.Atoi(who.Uid)
			gid, _ := strconv.Atoi(who.Gid)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	t.Fatal("there is no user to run PostgreSQL as")
	return nil
}

func writeFor(t testing.TB, as *syscall.Credential, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if as != nil {
		os.Chown(path, int(as.Uid), int(as.Gid))
	}
}

func (s *PostgresServer) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = filepath.Dir(s.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	return cmd
}

func (s *PostgresServer) run(name string, args ...string) {
	s.t.Helper()
	if out, err := s.command(name, args...).CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func (s *PostgresServer) settings(lines []string) {
	host, port, _ := strings.Cut(s.Addr, ":")
	lines = append(lines, "listen_addresses = '"+host+"'", "port = "+port,
		"unix_socket_directories = ''", "hot_standby = on", "wal_retrieve_retry_interval = 200ms")
	file, err := os.OpenFile(filepath.Join(s.dir, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	fmt.Fprintln(file, strings.Join(lines, "\n"))
}

// URL is the address of the database, and of others to try after it, for one who may do
// everything. Its password is in a file of the user that runs the test.
func (s *PostgresServer) URL(others ...*PostgresServer) string {
	s.t.Helper()
	hosts, file := s.Addr, filepath.Join(s.t.TempDir(), "pgpass")
	for _, other := range others {
		hosts += "," + other.Addr
	}
	if err := os.WriteFile(file, []byte("*:*:*:realm:"+postgresPassword+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return "postgres://realm@" + hosts + "/postgres?sslmode=disable&passfile=" + url.QueryEscape(file)
}

// Start starts the server, also again after Kill, and returns when it takes connections.
func (s *PostgresServer) Start() {
	s.t.Helper()
	log, err := os.OpenFile(s.dir+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	s.cmd, s.ended = s.command("postgres", "-D", s.dir), make(chan struct{})
	s.cmd.Stderr, s.cmd.Stdout = log, log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func(cmd *exec.Cmd, ended chan struct{}) { cmd.Wait(); close(ended) }(s.cmd, s.ended)
	host, port, _ := strings.Cut(s.Addr, ":")
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		if s.command("pg_isready", "-q", "-h", host, "-p", port).Run() == nil {
			return
		}
	}
	text, _ := os.ReadFile(s.dir + ".log")
	s.t.Fatalf("PostgreSQL does not start:\n%s", text)
}

// Exec runs SQL as an administrator would, and returns what psql prints.
func (s *PostgresServer) Exec(sql string) string {
	s.t.Helper()
	return s.tool("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, s.URL())
}

// Dump makes a backup of the database in a file, and Restore puts it in the database's place, as
// administrators do.
func (s *PostgresServer) Dump(file string) { s.tool("pg_dump", "-Fc", "-f", file, s.URL()) }

// Restore is the other half of Dump.
func (s *PostgresServer) Restore(file string) { s.tool("pg_restore", "-c", "-1", "-d", s.URL(), file) }

// tool runs a program of PostgreSQL as the user that runs the test.
func (s *PostgresServer) tool(name string, args ...string) string {
	s.t.Helper()
	out, err := exec.Command(filepath.Join(s.bin, name), args...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", name, args, err, out)
	}
	return string(out)
}
