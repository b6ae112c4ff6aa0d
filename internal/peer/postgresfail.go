//go:build unix

package peer

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Standby makes a copy of a running server that follows it under a name, for
// synchronous_standby_names.
func (s *PostgresServer) Standby(name string) *PostgresServer {
	s.t.Helper()
	copied := newPostgres(s.t, name)
	password := filepath.Join(filepath.Dir(copied.dir), "pgpass")
	writeFor(s.t, copied.as, password, "*:*:*:realm:"+postgresPassword+"\n")
	host, port, _ := strings.Cut(s.Addr, ":")
	copied.run("pg_basebackup", "-D", copied.dir, "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d",
		fmt.Sprintf("host=%s port=%s user=realm passfile=%s application_name=%s", host, port, password, name))
	copied.settings(nil)
	copied.Start()
	return copied
}

// Promote makes a standby the primary, and returns when it is.
func (s *PostgresServer) Promote() {
	s.t.Helper()
	s.run("pg_ctl", "-D", s.dir, "promote", "-w", "-s")
}

// processes are the server's process and its children, of which there is one for each
// connection.
func (s *PostgresServer) processes() []int {
	pid := s.cmd.Process.Pid
	all := []int{pid}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		LeaveOut(s.t, "finding the processes of PostgreSQL needs Linux")
	}
	for _, field := range bytes.Fields(text) {
		child, _ := strconv.Atoi(string(field))
		all = append(all, child)
	}
	return all
}

func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !bytes.Contains(stat, []byte(") Z "))
}

func signal(pids []int, sig syscall.Signal) {
	for _, pid := range pids {
		syscall.Kill(pid, sig)
	}
}

// Kill is kill -9 of all its processes: nothing gets a chance to tidy up.
func (s *PostgresServer) Kill() {
	// Stopped first, the parent makes no more children. One that outlived it would keep the
	// data directory.
	s.cmd.Process.Signal(syscall.SIGSTOP)
	all := s.processes()
	signal(all[1:], syscall.SIGKILL)
	signal(all[:1], syscall.SIGKILL)
	<-s.ended
	for _, pid := range all[1:] {
		for running(pid) { // as long as it has the shared memory, no server starts
			time.Sleep(time.Millisecond)
		}
	}
	s.cmd, s.frozen = nil, nil
}

// Freeze stops all its processes where they are, as a disk does that no longer answers;
// connections stay open. Thaw lets them go on.
func (s *PostgresServer) Freeze() {
	s.frozen = s.processes()
	signal(s.frozen, syscall.SIGSTOP)
}

// Thaw ends Freeze.
func (s *PostgresServer) Thaw() {
	signal(s.frozen, syscall.SIGCONT)
	s.frozen = nil
}

// Remove ends the server and removes its data.
func (s *PostgresServer) Remove() {
	s.Stop()
	os.RemoveAll(filepath.Dir(s.dir))
}

// Stop ends the server. A test need not call it.
func (s *PostgresServer) Stop() {
	if s.cmd == nil {
		return
	}
	s.Thaw()
	s.cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-s.ended:
	case <-time.After(10 * time.Second):
		signal(s.processes(), syscall.SIGKILL)
		<-s.ended
	}
	s.cmd = nil
}
