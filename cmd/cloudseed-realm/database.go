package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloudseed/cloudseed/realm/postgres"
	"github.com/cloudseed/cloudseed/realm/seal"
)

const databaseUsage = "`URL` postgres://USER@HOST/NAME of the database, in place of --data; several hosts\n" +
	"(HOST1,HOST2) where there are standbys. A password belongs into a password file:\n" +
	"?passfile=FILE, or PGPASSFILE"

var (
	errOneDatabase = errors.New("--data DIR and --database URL are two ways to keep the records: give one of them")
	errNoKeys      = errors.New("--keys FILE is missing: with --database it has no default, because every process needs the same keys")
)

// openPostgres opens the database at url and the keys to it. Its error is explained.
func openPostgres(ctx context.Context, url, keys string) (*database, error) {
	store, err := postgres.Open(ctx, postgres.Config{URL: url})
	if err != nil {
		return nil, explainDatabase(err, url)
	}
	read, err := seal.Read(keys, store.ID())
	if err != nil {
		store.Close()
		return nil, explainDatabase(err, url)
	}
	return &database{seal.New(store, read), store.ID(), "postgres", store.Schema(), read.Newest(), read.Epoch(), store.Close}, nil
}

// explainDatabase says what to do about an error of the database at url.
func explainDatabase(err error, url string) error {
	var hint string
	schema, other := errors.AsType[*postgres.SchemaError](err)
	switch {
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

// checkDatabase insists on one place for the records.
func (o *serveOptions) checkDatabase() error {
	switch {
	case o.database == "" && o.dir == "":
		return errNoData
	case o.database != "" && o.dir != "":
		return errOneDatabase
	case o.database != "" && o.keys == "":
		return errNoKeys
	}
	return nil
}

// open opens the database that the flags name, of whichever engine.
func (o *serveOptions) open(ctx context.Context) (*database, error) {
	if o.database != "" {
		return openPostgres(ctx, o.database, o.keys)
	}
	return openSealed(o.dir, o.keys)
}
