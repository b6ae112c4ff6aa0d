// Package sqlite is the durable [realm.Store] in one directory of one machine: a SQLite
// database (modernc.org/sqlite, no cgo) in WAL mode, synced to disk before anybody is told of a commit.
//
// The directory holds realm.db with its -wal and -shm companions, and realm.lock. It
// belongs on a local disk: the lock and SQLite's own locks are unreliable on network file
// systems. The store keeps the bytes that it is given: package realm/seal encrypts them. The
// directory is made readable for its owner only.
//
// A database that is not there is never made silently, because that would give every
// guess back: [Create] and [Open] are two functions. For the same reason, putting an old
// copy of the database back gives back the guesses that were spent since: the database
// counts its writes, so that [Store.Follow] and package realm/mark can tell that it is old.
package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

var (
	ErrMissing = errors.New("no realm database")               // Open: Create was never called, or the data is lost
	ErrExists  = errors.New("there is a realm database")       // Create: refused, it would forget spent guesses
	ErrInUse   = errors.New("realm database is in use")        // by another Store, most likely another process
	ErrForeign = errors.New("not a realm database")            // some other file, or of another version
	ErrClosed  = errors.New("realm database is closed")        // Update after Close
	ErrUnknown = errors.New("not known whether it was stored") // the commit failed; do not answer
)

const (
	databaseName = "realm.db"
	lockName     = "realm.lock"
	// applicationID marks the file as ours ("csrl"), schemaVersion says which tables it has.
	applicationID = 0x6373726c
	// 2: the records are sealed. Nothing was released with 1.
	schemaVersion = 2
)

// A Store is an open database. It is safe for concurrent use. Only one Store can have a
// directory open at a time, in whatever process.
type Store struct {
	facts Facts
	db    *sql.DB
	lock  *os.File
	// The writer's own, until updates:
	*writing
	recent    map[realm.RecordID][]byte
	writes    uint64                  // committed since [Create]
	pending   int                     // writes of the group that is not committed yet
	unsettled map[realm.RecordID]bool // the records that it wrote
	follow    func(writes uint64) error
	broken    error // of the log or follow: from then on nothing is written or answered
	updates   chan *update
	closing   chan struct{} // closed by Close: no more updates
	finished  chan struct{} // closed by the writer when it is done
	close     sync.Once
	closed    error // what Close returns, set once
}

var _ realm.Store = (*Store)(nil)

// ID returns the realm's id, which was fixed by [Create].
func (s *Store) ID() juicebox.RealmID { return s.facts.ID }

// Facts returns what the database said of itself when it was opened.
func (s *Store) Facts() Facts { return s.facts }

// Follow calls moved after every commit with the number of writes there have been, before
// anybody is told of them; if it fails they are as unknown as if the commit had failed, and nothing
// is written or answered any more.
// Package realm/mark has one to give. Call it once, before the first Update.
func (s *Store) Follow(moved func(writes uint64) error) { s.follow = moved }

// Schema returns the version of the tables.
func (s *Store) Schema() int { return schemaVersion }

// Open opens the database that [Create] made in dir and starts its writer. The error
// wraps [ErrMissing], [ErrInUse] or [ErrForeign] where one of them is the cause.
func Open(dir string) (*Store, error) {
	path := filepath.Join(dir, databaseName)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("opening %s: %w", path, ErrMissing)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	store, err := open(path, lock)
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	return store, nil
}

func open(path string, lock *os.File) (*Store, error) {
	db, err := connect(path, "rw", pragmas...)
	if err != nil {
		return nil, err
	}
	facts, err := inspect(db)
	if err != nil {
		db.Close()
		return nil, err
	}
	w, err := openWriting(db, path)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s := &Store{
		facts: facts, db: db, lock: lock, writing: w,
		writes:    facts.Writes,
		follow:    func(uint64) error { return nil },
		recent:    make(map[realm.RecordID][]byte),
		unsettled: make(map[realm.RecordID]bool),
		updates:   make(chan *update, maxGroup),
		closing:   make(chan struct{}),
		finished:  make(chan struct{}),
	}
	go s.write()
	return s, nil
}

// Close finishes the updates that were handed in, closes the database and gives the
// directory free. Calling it again does nothing.
func (s *Store) Close() error {
	s.close.Do(func() {
		close(s.closing)
		<-s.finished
		s.closed = errors.Join(s.writing.close(), s.db.Close(), s.lock.Close())
	})
	return s.closed
}

// pragmas are those of a database that is served. Everybody waits while SQLite's log is emptied,
// which at ten million records writes as many pages all over the file. After 1,000 pages the p99 is
// half as long again there; after 100 a recovery costs 10 to 50 µs more. A page cache larger
// than 2 MB was no faster.
//
// Commits are synced by the store: see syncLog.
var pragmas = []string{"journal_mode(WAL)", "synchronous(NORMAL)", "wal_autocheckpoint(300)"}

// source names a database to the driver, with the pragmas to set on each connection. mode is
// "rw" for a file that must be there, "rwc" for one to make and "ro" to read.
func source(path, mode string, pragmas ...string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	// fullfsync matters on macOS, where fsync alone does not reach the disk. secure_delete
	// overwrites what is deleted: a wiped record shall not stay in free pages.
	pragmas = append(pragmas, "busy_timeout(5000)", "fullfsync(1)", "checkpoint_fullfsync(1)", "secure_delete(1)")
	query := url.Values{"mode": {mode}, "_pragma": pragmas}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String(), nil
}

// connect opens one connection: see source.
func connect(path, mode string, pragmas ...string) (*sql.DB, error) {
	source, err := source(path, mode, pragmas...)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}
