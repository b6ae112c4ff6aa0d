// Package postgres is the durable [realm.Store] for realms that one machine cannot carry:
// a database that speaks the PostgreSQL protocol, with any number of realm processes side
// by side. The processes keep nothing; the SQL is what PostgreSQL, CockroachDB and
// YugabyteDB share.
//
// The promise is that of [realm.Store]. A record has a version, and is written only where
// the version is still the one that was read. Whether a write happened whose reply was lost
// is not known: it ends in [ErrUnknown], which counts as spent and is not answered. Two
// writes never happen where one was asked for: only what certainly did not happen is tried
// again.
//
// With synchronous standbys (synchronous_standby_names) the promise also outlives the loss
// of the primary, and a primary that its standbys have left answers nothing any more: what a
// request merely saw is answered only after they have confirmed what was there to see.
// Without synchronous standbys a failover gives back guesses.
//
// A database that went back, by such a failover or because an older copy of it was restored, is
// noticed by whoever wrote to the newer one, up to a tenth of a second before it was lost: a store
// leaves notes in the database. From then on the store answers nothing ([ErrBehind]).
//
// The store keeps the bytes that it is given: package realm/seal encrypts them. PostgreSQL
// keeps older bytes of a record until it vacuums, and in its log.
//
// Tables are made and brought up to date by [Migrate] only, never by [Open]: an empty
// database in the place of a lost one would give every guess back.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	ErrMissing  = errors.New("no realm in this database")            // Open: never migrated, or another database
	ErrURL      = errors.New("cannot use this database address")     // not an address, or one that is not safe
	ErrPassword = errors.New("password where others can see it")     // in the address or the environment
	ErrUnsafe   = errors.New("the database may lose what it stored") // a setting gives up durability
	ErrForeign  = errors.New("not what a realm stores")              // tables or rows that nothing here wrote
	ErrUnknown  = errors.New("not known whether it was stored")      // the reply of a write was lost; do not answer
)

// SchemaError says that the database has other tables than this program needs.
type SchemaError struct{ Have, Want int }

func (e *SchemaError) Error() string {
	age := "older"
	if e.Have > e.Want {
		age = "newer"
	}
	return fmt.Sprintf("the realm's tables are %s (%d) than this program's (%d)", age, e.Have, e.Want)
}

// Config says where the database is. Only URL is required.
type Config struct {
	// URL is an address as libpq has them, with several hosts where there are standbys:
	//
	//	postgres://realm@db1,db2:5432/realm?sslmode=verify-full&passfile=/etc/realm/pgpass
	//
	// The password comes from a password file (passfile, PGPASSFILE or ~/.pgpass) or is not
	// needed (peer authentication, certificates). A host that is not this computer needs
	// sslmode=verify-full. pool_max_conns is how many connections there are at most (16).
	URL string
	// Timeout is how long one update takes at most, with all waiting. 0: 10 seconds.
	Timeout time.Duration
	// Seen is the newest note that a store of before left in the database, as Follow was told,
	// and Open refuses a database that lacks it with [ErrBehind]. 0 is not known: it is taken as it is.
	Seen uint64
	// Keys, if any, is a name for the keys that the records are sealed with. A database for which
	// [Store.SetKeys] has named others is refused with [ErrOtherKeys]; one without gets this name.
	Keys string
	// Follow, if any, is called with every new note, at most ten times a second, after it is
	// durable. Package realm/mark keeps it outside the database. If it fails the store answers
	// nothing any more.
	Follow func(seen uint64) error
}

const (
	defaultTimeout     = 10 * time.Second
	defaultConnections = 16
)

// A Store is an open database. It is safe for concurrent use, and any number of stores, in
// whatever process and on whatever machine, may have one database open.
type Store struct {
	id      juicebox.RealmID
	pool    *pgxpool.Pool
	timeout time.Duration
	turns   turns
	statements
	progress progress
	stop     func() // the notes, and waits until it has
}

var _ realm.Store = (*Store)(nil)

// ID returns the realm's id, which was fixed when [Migrate] made the tables.
func (s *Store) ID() juicebox.RealmID { return s.id }

// Schema returns the version of the tables.
func (s *Store) Schema() int { return len(migrations) }

// Open connects to a database that [Migrate] has prepared. The error wraps [ErrURL],
// [ErrPassword], [ErrUnsafe], [ErrMissing], [ErrBehind], [ErrOtherKeys] or is a [*SchemaError] where that is the cause.
func Open(ctx context.Context, config Config) (*Store, error) {
	s := &Store{timeout: config.Timeout, statements: conditional}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	s.progress.seen.Store(config.Seen)
	s.progress.keys = config.Keys
	if s.progress.follow = config.Follow; s.progress.follow == nil {
		s.progress.follow = func(uint64) error { return nil }
	}
	var err error
	if s.pool, err = connect(ctx, config.URL, s.progress.check); err != nil {
		return nil, err
	}
	if err := s.begin(ctx); err != nil {
		s.pool.Close()
		return nil, err
	}
	s.startNotes()
	return s, nil
}

// begin leaves the first note and names the keys, where that was not done.
func (s *Store) begin(ctx context.Context) (err error) {
	if s.id, err = inspect(ctx, s.pool); err != nil {
		return err
	}
	if err := s.firstNote(ctx); err != nil || s.progress.keys == "" {
		return err
	}
	_, err = s.pool.Exec(ctx, "INSERT INTO realm_meta VALUES ('keys', $1) ON CONFLICT (name) DO NOTHING", s.progress.keys)
	return err
}

// Close waits for the updates in progress and closes all connections. Calling it again does nothing.
func (s *Store) Close() error {
	s.stop()
	s.pool.Close()
	return nil
}
