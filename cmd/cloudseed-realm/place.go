package main

import (
	"context"
	"errors"

	"github.com/spf13/pflag"
)

// A place is where the records of a realm are kept, and what belongs to them, as flags name it.
type place struct{ dir, database, keys, mark string }

const (
	databaseUsage = "`URL` postgres://USER@HOST/NAME of the database, in place of --data; several hosts\n" +
		"(HOST1,HOST2) where there are standbys. A password belongs into a password file:\n" +
		"?passfile=FILE, or PGPASSFILE"
	keysUsage = "`file` with the keys that seal the records (default keys.json in the directory of --data);\n" +
		"only apart from the database does it protect a stolen copy of the whole directory"
	markUsage = "with --database: `file` of this computer that tells an older copy of the database\n" +
		"(default: beside the keys, with .mark after their name), or off"
)

var (
	errNoPlace     = errors.New("--data DIR is missing, the directory of the realm's database, or --database URL for PostgreSQL")
	errOneDatabase = errors.New("--data DIR and --database URL are two ways to keep the records: give one of them")
	errNoKeys      = errors.New("--keys FILE is missing: with --database it has no default, because every process needs the same keys")
	errMarkOfData  = errors.New("--mark goes with --database: with --data the mark is beside the keys")
)

func (p *place) flags(f *pflag.FlagSet) {
	f.StringVar(&p.dir, "data", "", "`directory` that init made")
	f.StringVar(&p.database, "database", "", databaseUsage)
	f.StringVar(&p.keys, "keys", "", keysUsage)
	f.StringVar(&p.mark, "mark", "", markUsage)
}

// check insists on one place for the records.
func (p *place) check() error {
	switch {
	case p.database == "" && p.dir == "":
		return errNoPlace
	case p.database != "" && p.dir != "":
		return errOneDatabase
	case p.database != "" && p.keys == "":
		return errNoKeys
	case p.database == "" && p.mark != "":
		return errMarkOfData
	}
	return nil
}

// markFile is where the mark is, or noMark.
func (p *place) markFile() string {
	if p.mark != "" {
		return p.mark
	}
	return markFile(keyFile(p.dir, p.keys))
}

// open opens the database that the flags name, of whichever engine. Its error is explained.
func (p *place) open(ctx context.Context) (*database, error) {
	if p.database != "" {
		return openPostgres(ctx, p)
	}
	return openSealed(p.dir, p.keys)
}
