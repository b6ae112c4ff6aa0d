// Package mark keeps a small file outside a realm's database that says how far the database
// had come, so that an older copy of the database which was put back is noticed.
//
// What follows is how package realm/sqlite counts. Package realm/postgres has notes with times in the
// place of counts, and looks for the newest itself: it needs [Mark.Seen] and [Mark.Move] only.
//
// The database counts its writes. After every commit and before anybody is answered, the
// count goes into the mark ([Mark.Move]). A database that has counted fewer writes than its
// mark is an older copy: guesses were answered that it does not know of ([BehindError]).
//
// Moving costs one write of 512 bytes into the system's memory, which outlives the process
// however it ends. It reaches the disk a tenth of a second later at most. So what is not
// noticed is a copy that is younger than that, put back after the machine lost its power;
// how many writes are missing ([BehindError.Lost]) is never said too low, because a limit
// is synced ahead of them. A database put back together with its mark, such as a
// snapshot of the whole machine, is not noticed by anybody.
package mark

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/internal/filelock"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/internal/durable"
)

// Suffix is what a mark's name has more than the key file's beside which it lies.
const Suffix = ".mark"

var (
	ErrMissing = errors.New("no mark of how far the database had come") // Open
	ErrExists  = errors.New("there is a mark already")                  // Create: refused, it may know of writes
	ErrForeign = errors.New("not a mark of this realm")                 // another file or realm, or damaged
	ErrInUse   = errors.New("mark is in use")                           // OpenAlone: by another process
	ErrClosed  = errors.New("mark is closed")                           // Move after Close
)

// A BehindError says that the database is older than its mark.
type BehindError struct {
	Database uint64 // writes that the database knows of
	Seen     uint64 // writes that certainly happened
	Lost     uint64 // at most so many writes are missing
}

func (e *BehindError) Error() string {
	return fmt.Sprintf("this database is an older copy: it knows of %d writes, and there were at least %d", e.Database, e.Seen)
}

const (
	// ahead is how many writes are allowed for at once, by one sync of the disk.
	ahead = 4096
	// syncEvery is how long a moved mark stays in memory only.
	syncEvery = 100 * time.Millisecond
)

// A Mark is an open file. It is safe for concurrent use. Processes that serve one database of package
// realm/postgres may share it: their notes are of one order, and it has one of the last tenth of a
// second. For a database of package realm/sqlite there is [OpenAlone].
type Mark struct {
	mu     sync.Mutex
	file   *os.File
	alone  *os.File // the lock; nil without one
	now    line
	dirty  bool
	met    bool  // by its database, so that it knows exactly how far that came
	failed error // the first; from then on nothing may be answered
	stop   chan struct{}
	done   chan struct{}
}

// Create makes the mark of a database of the realm id that knows of writes. A file that is
// there is never touched: the error then wraps [ErrExists].
func Create(path string, id juicebox.RealmID, writes uint64) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("creating %s: %w", path, ErrExists)
	}
	if err != nil {
		return err
	}
	m := &Mark{file: file, now: line{realm: id, writes: writes, limit: writes}}
	err = errors.Join(m.put(), m.put(), file.Sync(), file.Close(), durable.Inherit(path))
	if err != nil {
		os.Remove(path) // nobody relies on it yet
		return err
	}
	return durable.SyncDir(filepath.Dir(path))
}

// Open opens the mark of the realm id. The error wraps [ErrMissing] or [ErrForeign] where
// one of them is the cause.
func Open(path string, id juicebox.RealmID) (*Mark, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening %s: %w", path, ErrMissing)
	}
	if err != nil {
		return nil, err
	}
	m := &Mark{file: file, stop: make(chan struct{}), done: make(chan struct{})}
	if m.now, err = newest(file); err == nil && m.now.realm != id {
		err = fmt.Errorf("%w: it is of realm %s, not %s", ErrForeign, m.now.realm, id)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	go m.sync()
	return m, nil
}

// OpenAlone is Open that keeps others out until Close, by a lock beside the mark: two copies of one
// database, served with one mark, would each move it and neither be behind. The error then wraps [ErrInUse].
func OpenAlone(path string, id juicebox.RealmID) (*Mark, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening %s: %w", path, ErrMissing)
	}
	lock, err := filelock.Try(path + ".lock")
	if errors.Is(err, filelock.ErrHeld) {
		err = fmt.Errorf("opening %s: %w", path, ErrInUse)
	}
	if err != nil {
		return nil, err
	}
	m, err := Open(path, id)
	if err = errors.Join(err, durable.Inherit(lock.Name())); err != nil {
		return nil, errors.Join(err, m.Close(), lock.Close())
	}
	m.alone = lock
	return m, nil
}

// Meet compares the mark with its database, which knows of writes, and moves it there. If
// the database is older the error is a [*BehindError], and the mark stays as it is.
func (m *Mark) Meet(writes uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.look(writes); err != nil {
		return err
	}
	m.met = true
	return m.move(writes)
}

// Look compares as [Mark.Meet] does, and changes nothing.
func (m *Mark) Look(writes uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.look(writes)
}

func (m *Mark) look(writes uint64) error {
	if writes >= m.now.writes {
		return nil
	}
	return &BehindError{Database: writes, Seen: m.now.writes, Lost: m.now.limit - writes}
}

// Lost returns how many writes may be missing, at most, from a copy of the database that
// knows of writes. Unlike [Mark.Meet] it counts those that may have been, and changes nothing.
func (m *Mark) Lost(writes uint64) uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now.limit - min(m.now.limit, writes)
}

// Seen returns how far the database certainly came.
func (m *Mark) Seen() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now.writes
}

// Move says that the database has counted so many writes, durably. Nothing that depends
// on them may be answered before Move returns nil. It never goes back.
func (m *Mark) Move(writes uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.move(writes)
}

func (m *Mark) move(writes uint64) error {
	if m.failed != nil || writes <= m.now.writes {
		return m.failed
	}
	m.now.writes = writes
	limited := writes <= m.now.limit
	if !limited {
		m.now.limit = writes + ahead
	}
	m.dirty = true
	if m.failed = m.put(); m.failed == nil && !limited {
		m.failed = m.flush()
	}
	return m.failed
}

// put writes the line over the older one of the two: a write that is cut off leaves the other.
func (m *Mark) put() error {
	m.now.number++
	_, err := m.file.WriteAt(m.now.encode(), int64(m.now.number%2)*lineSize)
	return err
}

// flush is called with mu held.
func (m *Mark) flush() error {
	if !m.dirty {
		return nil
	}
	m.dirty = false
	return m.file.Sync()
}

func (m *Mark) sync() {
	defer close(m.done)
	ticker := time.NewTicker(syncEvery)
	defer ticker.Stop()
	for {
		select {
		case <-m.stop:
			return
		case <-ticker.C:
			m.syncOnce()
		}
	}
}

// syncOnce keeps nobody who moves the mark waiting for the disk.
func (m *Mark) syncOnce() {
	m.mu.Lock()
	dirty := m.dirty && m.failed == nil
	m.dirty = false
	m.mu.Unlock()
	if !dirty {
		return
	}
	if err := m.file.Sync(); err != nil {
		m.mu.Lock()
		m.failed = err
		m.mu.Unlock()
	}
}

// Close writes down exactly how far the database came, if it was met. Call it when the
// database is closed. Nothing is to be done for a nil Mark, which is none.
func (m *Mark) Close() error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	closed := errors.Is(m.failed, ErrClosed)
	m.mu.Unlock()
	if closed {
		return nil
	}
	close(m.stop)
	<-m.done
	m.mu.Lock()
	defer m.mu.Unlock()
	err := m.failed
	if err == nil && m.met && m.now.limit != m.now.writes {
		m.now.limit = m.now.writes
		m.dirty = true
		err = errors.Join(m.put(), m.flush())
	}
	m.failed = ErrClosed
	err = errors.Join(err, m.file.Close())
	if m.alone != nil {
		err = errors.Join(err, m.alone.Close())
	}
	return err
}

// newest returns the line that knows more, or else the newer one; one may be cut off.
func newest(file io.ReaderAt) (line, error) {
	var found []line
	for i := range int64(2) {
		text := make([]byte, lineSize)
		if n, err := file.ReadAt(text, i*lineSize); err != nil && !(errors.Is(err, io.EOF) && n == len(text)) {
			if errors.Is(err, io.EOF) {
				continue
			}
			return line{}, err
		}
		if l, ok := decodeLine(text); ok {
			found = append(found, l)
		}
	}
	switch {
	case len(found) == 0:
		return line{}, fmt.Errorf("%w: nothing in it can be read", ErrForeign)
	case len(found) == 1:
		return found[0], nil
	}
	// Of several processes one may count its lines far below another's, but never its writes.
	return slices.MaxFunc(found, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.writes, b.writes), cmp.Compare(a.number, b.number))
	}), nil
}
