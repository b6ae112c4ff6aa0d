package sqlite

import (
	"fmt"
	"os"
	"runtime"
)

// A syncedLog is SQLite's log beside the database (-wal), in which every commit ends. SQLite only
// writes there (synchronous=NORMAL: it syncs where the order of its own writes needs it), and the
// store makes it durable. So the disk is at work already while others compute, where SQLite would wait for
// it with its thread, and Go's scheduler, on one processor, with it: 8 % of the CPU time of a
// recovery and a tenth of their rate.
type syncedLog struct {
	file *os.File
	lost error // the first sync that failed
}

// openLog opens the log of an open database, which lasts as long as the database has a connection.
func openLog(database string) (*syncedLog, error) {
	file, err := os.OpenFile(database+"-wal", os.O_RDWR, 0)
	return &syncedLog{file: file}, err
}

// sync returns when what was committed is on the disk. After an error it never does any more: the system has
// forgotten what it could not write, and would call the next sync a success.
func (l *syncedLog) sync() error {
	if l.lost != nil {
		return l.lost
	}
	beginWriting(l.file)
	runtime.Gosched()
	if err := l.file.Sync(); err != nil {
		l.lost = fmt.Errorf("the disk did not keep what was written: %w", err)
	}
	return l.lost
}

func (l *syncedLog) close() error {
	if l == nil || l.file == nil {
		return nil
	}
	return l.file.Close()
}
