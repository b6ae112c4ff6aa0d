package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/mark"
	"github.com/cloudseed/cloudseed/realm/postgres"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/jackc/pgx/v5/pgconn"
)

// noMark is the value of --mark for a process without one.
const noMark = "off"

// A followed database moves a mark with what is written to it.
type followed struct {
	*postgres.Store
	mark    *mark.Mark // may be nil
	warning string     // if it is not known whether the database is an older copy
}

// Close closes the database first: the mark says how far it came.
func (f *followed) Close() error { return errors.Join(f.Store.Close(), f.mark.Close()) }

// openPostgres opens the database of a place, the keys to it, and its mark. Its error is explained.
func openPostgres(ctx context.Context, p *place) (*database, error) {
	opened, read, err := openFollowed(ctx, p, true)
	if err != nil {
		return nil, explainDatabase(err, p)
	}
	return &database{store: seal.New(opened.Store, read), id: opened.ID(), engine: "postgres", schema: opened.Schema(),
		key: read.Newest(), epoch: read.Epoch(), close: opened.Close, warning: opened.warning}, nil
}

// openFollowed may compare the keys with those that the database names: whoever serves must have the same.
func openFollowed(ctx context.Context, p *place, compare bool) (*followed, *seal.Keys, error) {
	found, err := postgres.Look(ctx, postgres.Config{URL: p.database})
	if err != nil {
		return nil, nil, err
	}
	read, err := seal.Read(p.keys, found.ID)
	if err != nil {
		return nil, nil, err
	}
	m, warning, err := ownMark(p.markFile(), found.ID)
	if err != nil {
		return nil, nil, err
	}
	config := postgres.Config{URL: p.database}
	if compare {
		config.Keys = read.Name()
	}
	if m != nil {
		config.Seen, config.Follow = m.Seen(), m.Move
	}
	store, err := postgres.Open(ctx, config)
	if err != nil {
		return nil, nil, errors.Join(err, m.Close())
	}
	return &followed{store, m, warning}, read, nil
}

// ownMark opens the mark at path, or makes it on a computer that has none: nobody there knows more
// than the database.
func ownMark(path string, id juicebox.RealmID) (m *mark.Mark, warning string, err error) {
	if path == noMark {
		return nil, "without a mark, an older copy of the database is noticed only if it appears while this process serves", nil
	}
	if err := mark.Create(path, id, 0); err != nil && !errors.Is(err, mark.ErrExists) {
		return nil, "", fmt.Errorf("--mark: %w", err)
	}
	if m, err = mark.Open(path, id); err == nil && m.Seen() == 0 {
		warning = "there was no mark here: whether the database is an older copy is not known; from now on it is noticed"
	}
	return m, warning, err
}

// refusedBy tells whether the database said that the role may not.
func refusedBy(err error) bool {
	const insufficientPrivilege = "42501"
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == insufficientPrivilege
}

// explainDatabase says what to do about an error of the database of a place.
func explainDatabase(err error, p *place) error {
	url := p.database
	var hint string
	schema, other := errors.AsType[*postgres.SchemaError](err)
	switch {
	case errors.Is(err, postgres.ErrBehind):
		hint = "guesses that were answered since would be given back, so it is not served; if the newer one is lost, stop every\n" +
			"process of this realm; then this takes all guesses of every record: cloudseed-realm restore --accept --database " + shellWord(url) + " --keys " + shellWord(p.keys)
	case errors.Is(err, postgres.ErrURL):
		return err // one of usage
	case errors.Is(err, postgres.ErrPassword):
		// The address is not repeated.
		return fmt.Errorf("%w: everybody on this computer can list it\n"+
			"put it into a file that only the realm's user can read, as a line HOST:PORT:DATABASE:USER:PASSWORD,\n"+
			"and name that file: ?passfile=FILE in the address, or PGPASSFILE", err)
	case errors.Is(err, postgres.ErrMissing):
		hint = "if this realm is new, make its tables: cloudseed-realm migrate --database " + shellWord(url) + " --keys FILE" +
			"\nif it is not, this is another database or its tables are lost: new ones would forget every record and spent guess"
	case errors.Is(err, postgres.ErrOtherKeys):
		hint = "records that were sealed here could not be read by the other processes; put the newest copy of the key file here"
	case refusedBy(err):
		hint = "the realm's role needs: GRANT SELECT, INSERT, UPDATE, DELETE ON realm_meta, realm_records, realm_progress TO ROLE;\n" +
			"and whoever runs migrate must own the database or have CREATE on its schema"
	case errors.Is(err, postgres.ErrUnsafe):
		hint = "a crash or failover would give guesses back; change the setting, then start again"
	case other && schema.Have > schema.Want:
		hint = "nothing was changed; use the newer cloudseed-realm that made them"
	case other:
		hint = "nothing was changed; stop every process of this realm, then: cloudseed-realm migrate --database " + shellWord(url)
	default:
		return explain(err, "", p.keys)
	}
	return failure{fmt.Errorf("%w\n%s", err, hint)}
}
