package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/postgres"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/spf13/cobra"
)

func newMigrate() *cobra.Command {
	var url, keys, id string
	c := &cobra.Command{
		Use:   "migrate --database URL",
		Short: "Make a realm's tables in a PostgreSQL database, or bring them up to date",
		Long: `Make a realm's tables in a PostgreSQL database, or bring them up to date.

In a database without them this makes a new realm, and with --keys FILE the keys
that seal its records; every process that serves the realm needs a copy of that
file. Tables of an older program are changed in one transaction: stop every
process of the realm first. Nothing else ever changes tables.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if url == "" {
				return errors.New("--database URL is missing")
			}
			realmID, err := newID(id)
			if err != nil {
				return err
			}
			return migrate(c.Context(), c.OutOrStdout(), url, keys, realmID)
		},
	}
	c.Flags().StringVar(&url, "database", "", databaseUsage)
	c.Flags().StringVar(&keys, "keys", "", "`file` to make, with the keys that seal the records of a new realm")
	c.Flags().StringVar(&id, "id", "", "a new realm's id, 32 hexadecimal `digits` (default random)")
	return c
}

func migrate(ctx context.Context, w io.Writer, url, keys string, id juicebox.RealmID) error {
	found, err := postgres.Look(ctx, postgres.Config{URL: url})
	switch {
	case errors.Is(err, postgres.ErrMissing) && keys == "":
		return fmt.Errorf("%w, and --keys FILE is missing for a new one", err)
	case errors.Is(err, postgres.ErrMissing):
		return makeTables(ctx, w, url, keys, id)
	case err != nil:
		return explainDatabase(err, &place{database: url, keys: keys})
	case found.From == found.To:
		fmt.Fprintf(w, "the tables of realm %s are up to date (%d): nothing to do\n", found.ID, found.To)
		return nil
	}
	done, err := postgres.Migrate(ctx, postgres.Config{URL: url}, juicebox.RealmID{})
	if err != nil {
		return explainDatabase(err, &place{database: url, keys: keys})
	}
	fmt.Fprintf(w, "the tables of realm %s are brought from %d to %d\n", done.ID, done.From, done.To)
	return nil
}

// makeTables makes a new realm: the key file first, as init does.
func makeTables(ctx context.Context, w io.Writer, url, keys string, id juicebox.RealmID) error {
	if err := seal.Create(keys, id); errors.Is(err, seal.ErrExists) {
		return failure{fmt.Errorf("%w\n%s", err, "nothing was changed. If the keys are of a realm, this is another database or its tables are lost:\n"+
			"new ones would forget every record and spent guess. For a new realm name another file")}
	} else if err != nil {
		return explain(err, "", keys)
	}
	done, err := postgres.Migrate(ctx, postgres.Config{URL: url}, id)
	if err == nil && done.From != 0 {
		err = fmt.Errorf("somebody else has just made realm %s in this database", done.ID)
	}
	if err != nil {
		os.Remove(keys) // nothing was sealed with it
		return explainDatabase(err, &place{database: url, keys: keys})
	}
	fmt.Fprintf(w, "the tables of realm %s are made\n", id)
	fmt.Fprintf(w, "records are sealed with the keys in %s: every process needs them; keep a copy apart from copies of the database\n", keys)
	fmt.Fprintf(w, "in the configuration of clients: {\"id\":\"%s\",\"address\":\"https://YOUR.HOST/\"}\n", id)
	fmt.Fprintf(w, "next: cloudseed-realm serve --database %s --keys %s\n", shellWord(url), shellWord(keys))
	return nil
}
