package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/mark"
	"github.com/cloudseed/cloudseed/realm/postgres"
	"github.com/cloudseed/cloudseed/realm/seal"
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

// openPostgres opens the database at url, the keys to it, and the mark at path, which may be noMark.
// Its error is explained.
func openPostgres(ctx context.Context, url, keys, path string) (*database, error) {
	opened, read, err := openFollowed(ctx, url, keys, path)
	if err != nil {
		return nil, explainDatabase(err, url)
	}
	return &database{store: seal.New(opened.Store, read), id: opened.ID(), engine: "postgres", schema: opened.Schema(),
		key: read.Newest(), epoch: read.Epoch(), close: opened.Close, warning: opened.warning}, nil
}

func openFollowed(ctx context.Context, url, keys, path string) (*followed, *seal.Keys, error) {
	found, err := postgres.Look(ctx, postgres.Config{URL: url})
	if err != nil {
		return nil, nil, err
	}
	read, err := seal.Read(keys, found.ID)
	if err != nil {
		return nil, nil, err
	}
	m, warning, err := ownMark(cmp.Or(path, markFile(keys)), found.ID)
	if err != nil {
		return nil, nil, err
	}
	config := postgres.Config{URL: url}
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
	if err := mark.Create(path, id, 0); err == nil {
		warning = "there was no mark here: whether the database is an older copy is not known; from now on it is noticed"
	} else if !errors.Is(err, mark.ErrExists) {
		return nil, "", fmt.Errorf("--mark: %w", err)
	}
	m, err = mark.Open(path, id)
	return m, warning, err
}

// explainDatabase says what to do about an error of the database at url.
func explainDatabase(err error, url string) error {
	var hint string
	schema, other := errors.AsType[*postgres.SchemaError](err)
	switch {
	case errors.Is(err, postgres.ErrBehind):
		hint = "guesses that were answered since would be given back, so it is not served; if the newer one is lost, stop every\n" +
			"process of this realm; then this takes all guesses of every record: cloudseed-realm restore --accept --database " + shellWord(url) + " --keys FILE"
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
	case errors.Is(err, postgres.ErrUnsafe):
		hint = "a crash or failover would give guesses back; change the setting, then start again"
	case other && schema.Have > schema.Want:
		hint = "nothing was changed; use the newer cloudseed-realm that made them"
	case other:
		hint = "nothing was changed; stop every process of this realm, then: cloudseed-realm migrate --database " + shellWord(url)
	default:
		return explain(err, "")
	}
	return failure{fmt.Errorf("%w\n%s", err, hint)}
}
