package sqlite

import (
	"fmt"
	"os"
	"runtime"
)

// SQLite's log beside the database (-wal) is where every commit ends. SQLite only writes there
// (synchronous=NORMAL: it syncs where the order of its own writes needs it), and the store makes it
// durable. So the disk is at work already while others compute, where SQLite would wait for it with its
// thread, and Go's scheduler, on one processor, with it: 8 % of the CPU time of a recovery and a
// tenth of their rate.

// openLog opens the log of an open database, which lasts as long as the database has a connection.
func openLog(database string) (*os.File, error) {
	return os.OpenFile(database+"-wal", os.O_RDWR, 0)
}

// syncLog returns when what was committed is on the disk. After an error it must not be called again: the
// system has forgotten what it could not write, and would call the next sync a success.
func syncLog(log *os.File) error {
	beginWriting(log)
	runtime.Gosched()
	if err := log.Sync(); err != nil {
		return fmt.Errorf("the disk did not keep what was written: %w", err)
	}
	return nil
}
